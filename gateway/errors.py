"""Turns whatever ends a request early into one problem: ours, Falcon's own (404, 405, ...), and what broke."""

from collections.abc import Awaitable, Callable
from typing import Any, Final

import falcon
import falcon.asgi
import orjson

from gateway.dependencies import Dependencies
from gateway.problems import MEDIA_TYPE, Problem
from services.runtime import logging

log = logging.get(__name__)

ShowPage = Callable[[falcon.asgi.Request, falcon.asgi.Response, Problem], None]

_CODES: Final = {
    400: "bad_request",
    401: "sign_in_needed",
    403: "forbidden",
    404: "not_found",
    405: "method_not_allowed",
    406: "not_acceptable",
    413: "too_large",
    414: "too_long_address",
    415: "unsupported_media_type",
    429: "rate_limited",
}
_DETAILS: Final = {
    404: "There is nothing at this address.",
    405: "This address does not take that method; the header Allow lists those it takes.",
    406: "This is not there in a format that the header Accept allows.",
}


def install(app: "falcon.asgi.App[Any, Any]", deps: Dependencies, show_page: ShowPage) -> None:
    """show_page: writes a problem as a page, for readers of pages."""

    def answer(request: falcon.asgi.Request, response: falcon.asgi.Response, problem: Problem) -> None:
        response.status = problem.type.status
        for name, value in problem.headers.items():
            response.set_header(name, value)
        response.set_header("Cache-Control", "no-store")
        if _wants_page(request):
            show_page(request, response, problem)
            return
        response.content_type = MEDIA_TYPE
        base = deps.settings.public_url
        response.data = orjson.dumps(problem.to_json(base, request.path, request.context.correlation_id))

    async def on_problem(
        request: falcon.asgi.Request, response: falcon.asgi.Response, error: Exception, params: Any, **_: Any
    ) -> None:
        assert isinstance(error, Problem)
        answer(request, response, error)

    async def on_http_error(
        request: falcon.asgi.Request, response: falcon.asgi.Response, error: Exception, params: Any, **_: Any
    ) -> None:
        assert isinstance(error, falcon.HTTPError)
        status = error.status_code
        detail = _DETAILS.get(status) or error.description or error.title or "The request cannot be answered."
        headers = dict(error.headers or {})
        answer(request, response, Problem(_CODES.get(status, "bad_request"), detail, headers=headers))

    async def on_mistake(
        request: falcon.asgi.Request, response: falcon.asgi.Response, error: Exception, params: Any, **_: Any
    ) -> None:
        logging.bind_correlation(request.context.correlation_id)
        log.error("request broke", route=request.uri_template, exc_info=error)
        answer(request, response, Problem("internal_error", "Something broke here; it has been logged."))

    handlers: dict[type[Exception], Callable[..., Awaitable[None]]] = {
        Exception: on_mistake,
        falcon.HTTPError: on_http_error,
        Problem: on_problem,
    }
    for kind, handler in handlers.items():
        app.add_error_handler(kind, handler)


def _wants_page(request: falcon.asgi.Request) -> bool:
    if request.path.startswith(("/api/", "/openapi", "/asyncapi", "/healthz", "/readyz", "/metrics")):
        return False
    return request.client_prefers(["text/html", "application/json", MEDIA_TYPE]) == "text/html"
