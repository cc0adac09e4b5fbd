"""How public reads answer: what a client and the caches on the way may keep, and 304."""

import math
from email.utils import format_datetime
from hashlib import blake2b
from typing import Final

import falcon.asgi

from gateway.kept import keep
from gateway.problems import Problem
from services.contracts.envelope import parse_time

JSON: Final = "application/json"
JSON_LD: Final = "application/ld+json"


def etag_of_bytes(body: bytes) -> str:
    """The ETag of an answer that is no single record."""
    return f'"{blake2b(body, digest_size=12).hexdigest()}"'


def http_date(moment: str) -> str:
    """An RFC 3339 time as HTTP writes it."""
    return format_datetime(parse_time(moment), usegmt=True)


def require(request: falcon.asgi.Request, *media_types: str) -> str:
    """The media type that the client likes best. Raises Problem 406 when it takes none of them."""
    accept = request.get_header("Accept")
    if accept is None or accept in ("*/*", media_types[0]):
        return media_types[0]
    chosen = request.client_prefers(media_types)
    if chosen is None:
        raise Problem("not_acceptable", f"This is given as {', '.join(media_types)}.")
    return chosen


def send(
    request: falcon.asgi.Request,
    response: falcon.asgi.Response,
    body: bytes,
    *,
    etag: str,
    media_type: str = JSON,
    changed: str | None = None,
    max_age: int = 0,
    until: float = math.inf,
) -> None:
    """The body, or 304 when the client has it already. changed: RFC 3339, for Last-Modified. until: when the answer may
    become another one though nothing changes (time.monotonic).

    If-Modified-Since counts only without If-None-Match (RFC 9110, 13.1.3).
    """
    keep(request, until)
    response.set_header("ETag", etag)
    # Anybody may keep it, and must ask whether it still holds.
    response.set_header("Cache-Control", f"public, max-age={max_age}" if max_age else "public, no-cache")
    if changed:
        response.set_header("Last-Modified", http_date(changed))
    if _has_it(request, etag, changed):
        response.status = 304
        return
    response.content_type = media_type
    response.data = body


def _has_it(request: falcon.asgi.Request, etag: str, changed: str | None) -> bool:
    known = request.get_header("If-None-Match")
    if known is not None:
        return known.strip() == "*" or etag in [entry.strip().removeprefix("W/") for entry in known.split(",")]
    if changed is None or request.get_header("If-Modified-Since") is None:
        return False
    try:
        since = request.if_modified_since
    except falcon.HTTPBadRequest:
        return False
    return since is not None and parse_time(changed).replace(microsecond=0) <= since
