"""Style sheet and the viewer of the API's documentation: files of ours, read once; nothing from other sites."""

import hashlib
from dataclasses import dataclass
from pathlib import Path
from typing import Final

import falcon.asgi

from gateway.dependencies import Route
from gateway.problems import Problem

FOLDER: Final = Path(__file__).parent / "static"
_TYPES: Final = {
    ".css": "text/css; charset=utf-8",
    ".js": "text/javascript; charset=utf-8",
    ".svg": "image/svg+xml",
}


@dataclass(frozen=True, slots=True)
class _File:
    data: bytes
    content_type: str
    etag: str


def _load() -> dict[str, _File]:
    found: dict[str, _File] = {}
    for path in FOLDER.rglob("*"):
        if path.suffix in _TYPES:
            data = path.read_bytes()
            etag = f'"{hashlib.sha256(data).hexdigest()[:20]}"'
            found[path.relative_to(FOLDER).as_posix()] = _File(data, _TYPES[path.suffix], etag)
    return found


class Static:
    """Only names found at the start are served: a path never reaches the file system."""

    def __init__(self) -> None:
        self._files = _load()

    async def on_get(self, request: falcon.asgi.Request, response: falcon.asgi.Response, name: str) -> None:
        found = self._files.get(name)
        if found is None:
            raise Problem("not_found", "There is no such file.")
        response.set_header("ETag", found.etag)
        response.set_header("Cache-Control", "public, max-age=3600")
        if request.get_header("If-None-Match") == found.etag:
            response.status = 304
            return
        response.content_type = found.content_type
        response.data = found.data


def routes() -> list[Route]:
    return [Route("/static/{name:path}", Static())]
