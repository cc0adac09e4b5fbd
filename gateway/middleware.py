"""What happens to every request: a correlation id, who asks, headers of the answer, the access log, numbers."""

import os
import re
import sys
import time
from datetime import UTC, datetime
from typing import Any, Final

import falcon.asgi
import orjson

from gateway import auth
from gateway.dependencies import Dependencies
from services.contracts.identifiers import new_id
from services.runtime import logging

log = logging.get(__name__)

_WELL_FORMED: Final = re.compile(r"^[A-Za-z0-9][A-Za-z0-9._:-]{7,127}$")


def correlation_id_of(request: falcon.asgi.Request) -> str:
    """X-Request-ID if it is well-formed, else a new one."""
    given = request.get_header("X-Request-ID")
    return given if given is not None and _WELL_FORMED.match(given) else new_id("req")


def route_of(request: falcon.asgi.Request) -> str:
    """The template of the path, for logs and numbers: a path itself may hold the token of a link."""
    return request.uri_template or "(no route)"


class Correlation:
    """First in, last out: correlation id, access log, numbers."""

    def __init__(self, deps: Dependencies) -> None:
        self._deps = deps
        self._node = deps.settings.node

    async def process_request(self, request: falcon.asgi.Request, response: falcon.asgi.Response) -> None:
        context = request.context
        context.began = time.perf_counter()
        context.caller = auth.NOBODY
        context.correlation_id = correlation_id_of(request)
        logging.bind_correlation(context.correlation_id)
        response.set_header("X-Request-ID", context.correlation_id)

    async def process_response(
        self, request: falcon.asgi.Request, response: falcon.asgi.Response, resource: object, succeeded: bool
    ) -> None:
        seconds = time.perf_counter() - request.context.began
        route, status = route_of(request), response.status_code
        self._deps.metrics.answered(request.method, route, status, seconds)
        _write_access_line(request, route, status, seconds)


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


def _write_access_line(request: falcon.asgi.Request, route: str, status: int, seconds: float) -> None:
    # Written directly: the log library costs more than a read of the read model. One write keeps lines whole.
    caller = request.context.caller
    line: dict[str, Any] = {
        "event": "request",
        "level": "info",
        "timestamp": datetime.now(UTC).isoformat(timespec="milliseconds").replace("+00:00", "Z"),
        "part": "gateway",
        "correlation_id": request.context.correlation_id,
        "method": request.method,
        "route": route,
        "status": status,
        "ms": round(seconds * 1000, 2),
        "by": caller.by,
        "pid": os.getpid(),
    }
    os.write(sys.stderr.fileno(), orjson.dumps(line) + b"\n")
