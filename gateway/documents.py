"""The gateway's documents about itself: /openapi.json, /docs to try it, /asyncapi.json."""

import hashlib
from collections.abc import Callable, Sequence
from functools import cache
from importlib import metadata
from pathlib import Path
from typing import Any, Final

import falcon.asgi
import orjson

from gateway import asyncapi, openapi
from gateway.dependencies import Dependencies, Route
from gateway.openapi import Documented

_POLICY_OF_VIEWER: Final = (
    # The viewer sets styles of elements, and draws its icons from data addresses. Scripts: this site's files alone.
    "default-src 'none'; script-src 'self'; style-src 'self' 'unsafe-inline'; img-src 'self' data:; "
    "connect-src 'self'; base-uri 'none'; frame-ancestors 'none'; form-action 'none'"
)
_VIEWER: Final = Path(__file__).parent / "pages" / "templates" / "docs.html"


@cache
def version() -> str:
    """Of Malmi, as installed; a working copy that is not installed says 0."""
    try:
        return metadata.version("malmi")
    except metadata.PackageNotFoundError:
        return "0"


class Document:
    """A JSON document made when it is first asked for; it stays the same while the worker lives."""

    def __init__(self, make: Callable[[], dict[str, Any]]) -> None:
        self._make = make
        self._data = b""
        self._etag = ""

    async def on_get(self, request: falcon.asgi.Request, response: falcon.asgi.Response) -> None:
        if not self._data:
            self._data = orjson.dumps(self._make())
            self._etag = f'"{hashlib.sha256(self._data).hexdigest()[:20]}"'
        response.set_header("ETag", self._etag)
        response.set_header("Cache-Control", "public, max-age=60")
        response.set_header("Access-Control-Allow-Origin", "*")
        if request.get_header("If-None-Match") == self._etag:
            response.status = 304
            return
        response.content_type = "application/json"
        response.data = self._data


class Viewer:
    """A page to read and try the API."""

    async def on_get(self, request: falcon.asgi.Request, response: falcon.asgi.Response) -> None:
        response.content_type = "text/html; charset=utf-8"
        response.set_header("Content-Security-Policy", _POLICY_OF_VIEWER)
        response.text = _VIEWER.read_text("utf-8")


class ToViewer:
    async def on_get(self, request: falcon.asgi.Request, response: falcon.asgi.Response) -> None:
        response.status = 302
        response.set_header("Location", "/docs")


def routes(deps: Dependencies, paths: Sequence[Documented]) -> list[Route]:
    """paths: all that say something of themselves."""
    settings = deps.settings
    about: dict[str, str] = {
        "server": settings.public_url,
        "version": version(),
        "node_name": settings.node_name.get("en") or settings.node,
    }
    return [
        Route("/openapi.json", Document(lambda: openapi.document(paths, **about))),
        Route("/asyncapi.json", Document(lambda: asyncapi.document(**about))),
        Route("/docs", Viewer()),
        Route("/api", ToViewer()),
    ]
