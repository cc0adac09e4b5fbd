"""What happens to every request: a correlation id, who asks, headers of the answer, the access log, numbers."""

import time
from typing import Final

import falcon.asgi

from gateway import auth
from gateway.correlation import correlation_id_of
from gateway.dependencies import Dependencies
from services.runtime import logging


def route_of(request: falcon.asgi.Request) -> str:
    """The template of the path, for logs and numbers: a path itself may hold the token of a link."""
    return request.uri_template or "(no route)"


class Correlation:
    """First in, last out: correlation id, access log, numbers."""

    def __init__(self, deps: Dependencies) -> None:
        self._deps = deps

    async def process_request(self, request: falcon.asgi.Request, response: falcon.asgi.Response) -> None:
        context = request.context
        context.began = time.perf_counter()
        context.caller = auth.NOBODY
        context.correlation_id = correlation_id_of(request.get_header("X-Request-ID"))
        logging.bind_correlation(context.correlation_id)
        response.set_header("X-Request-ID", context.correlation_id)

    async def process_response(
        self, request: falcon.asgi.Request, response: falcon.asgi.Response, resource: object, succeeded: bool
    ) -> None:
        seconds = time.perf_counter() - request.context.began
        route, status = route_of(request), response.status_code
        self._deps.metrics.answered(request.method, route, status, seconds)
        context = request.context
        self._deps.access_log.note(context.correlation_id, request.method, route, status, seconds, context.caller.by)


class Authentication:
    """Says who asks. What stands in for a token in the body (a link of a mail) is the service's to check."""

    def __init__(self, deps: Dependencies) -> None:
        self._credentials: auth.Credentials = deps.reader

    async def process_request(self, request: falcon.asgi.Request, response: falcon.asgi.Response) -> None:
        request.context.caller = auth.identify(request, self._credentials)


class SafeHeaders:
    """Headers that every answer has. Pages set their own Content-Security-Policy; JSON may load nothing at all."""

    _NOTHING: Final = "default-src 'none'; frame-ancestors 'none'"

    async def process_response(
        self, request: falcon.asgi.Request, response: falcon.asgi.Response, resource: object, succeeded: bool
    ) -> None:
        headers = response.headers
        response.set_header("X-Content-Type-Options", "nosniff")
        if "content-security-policy" not in headers:
            response.set_header("Content-Security-Policy", self._NOTHING)
        if "referrer-policy" not in headers:
            response.set_header("Referrer-Policy", "same-origin")
        if request.path.startswith("/api/"):
            # Public data may be read from any site; with credentials it may not (no Allow-Credentials).
            response.set_header("Access-Control-Allow-Origin", "*")
            response.set_header("Access-Control-Expose-Headers", "ETag, Location, Retry-After, X-Request-ID, RateLimit")
