"""Reads a request's body: of a bounded size, valid UTF-8, JSON that means one thing only."""

import asyncio
import json
import math
from typing import Any, Final

import falcon.asgi
import orjson

from gateway.problems import Problem

LIMIT: Final = 1_000_000
PUBLIC_LIMIT: Final = 64_000
FILE_LIMIT: Final = 4_000_000
"""Bytes; the second where anybody may write, the third of a file to import."""
_DEEPEST: Final = 32
_LONGEST: Final = 20.0
"""Seconds from the first to the last byte: a body that never ends would be kept for as long as its sender likes."""


async def read_bytes(request: falcon.asgi.Request, limit: int, media_type: str) -> bytes:
    """The body. Raises Problem 413, 415 (another media type or an encoding), 408, 411, 400 for one that was cut off."""
    if media_type != "application/json" and request.get_header("Transfer-Encoding") is not None:
        # Half a JSON object is none, but half a file or form may look like a whole one: only its length tells.
        raise Problem("length_required", "Send this body with Content-Length.", headers={"Connection": "close"})
    data = await _read(request, limit)
    if not data:
        return b""
    given = (request.content_type or "").partition(";")[0].strip().lower()
    if given != media_type:
        raise Problem("unsupported_media_type", f"Send {media_type}, not {given or 'a body without Content-Type'}.")
    if request.get_header("Content-Encoding") not in (None, "identity"):
        raise Problem("unsupported_media_type", "Send the body without Content-Encoding.")
    return data


async def read_json(request: falcon.asgi.Request, limit: int) -> dict[str, Any]:
    """The JSON object in the body; {} where there is none.

    Raises Problem 400 for broken UTF-8 or JSON, a name that stands twice in an object (readers differ in which one
    counts), numbers that others would read differently, nesting that no command has.
    """
    data = await read_bytes(request, limit, "application/json")
    return parse(data) if data else {}


def parse(data: bytes) -> dict[str, Any]:
    """As read_json, of bytes."""
    try:
        text = data.decode()
    except UnicodeDecodeError as error:
        raise Problem("bad_request", f"The body is not UTF-8 (byte {error.start}).") from error
    try:
        orjson.loads(data)  # strict where the standard library is not: NaN, lone surrogates, depth
        value = json.loads(text, object_pairs_hook=_without_repeats, parse_int=_integer, parse_float=_number)
    except RecursionError as error:
        raise Problem("bad_request", "The JSON is nested too deeply.") from error
    except ValueError as error:
        raise Problem("bad_request", f"The body is not JSON that can be read: {error}") from error
    if not isinstance(value, dict):
        raise Problem("bad_request", "The body must be a JSON object.")
    if _depth(value) > _DEEPEST:
        raise Problem("bad_request", "The JSON is nested too deeply.")
    return value


def _too_large(limit: int) -> Problem:
    return Problem("too_large", f"The body may have at most {limit:,} bytes here.", headers={"Connection": "close"})


def _without_repeats(pairs: list[tuple[str, Any]]) -> dict[str, Any]:
    found = dict(pairs)
    if len(found) != len(pairs):
        names = [name for name, _ in pairs]
        twice = next(name for name in names if names.count(name) > 1)
        raise ValueError(f"the name {twice[:60]!r} stands twice in an object")
    return found


def _integer(text: str) -> int:
    number = int(text) if len(text) < 20 else 2**60
    if abs(number) > 2**53:
        raise ValueError("a whole number is too large")
    return number


def _number(text: str) -> float:
    number = float(text)
    if not math.isfinite(number):
        raise ValueError("a number is too large")
    return number


def _depth(value: Any) -> int:
    deepest, rest = 0, [(value, 1)]
    while rest:
        inner, level = rest.pop()
        deepest = max(deepest, level)
        if isinstance(inner, dict):
            rest.extend((child, level + 1) for child in inner.values())
        elif isinstance(inner, list):
            rest.extend((child, level + 1) for child in inner)
    return deepest


async def skip(request: falcon.asgi.Request, limit: int) -> None:
    """Reads a body that says nothing new to its end. Raises Problem 413, 408, 400."""
    await _read(request, limit)


async def _read(request: falcon.asgi.Request, limit: int) -> bytes:
    expected = request.content_length
    if (expected or 0) > limit:
        raise _too_large(limit)
    data = bytearray()
    try:
        async with asyncio.timeout(_LONGEST):
            async for chunk in request.stream:
                data += chunk
                if len(data) > limit:
                    raise _too_large(limit)
    except TimeoutError as error:
        detail = f"The body did not come to its end within {_LONGEST:.0f} seconds."
        raise Problem("too_slow", detail, headers={"Connection": "close"}) from error
    if expected is not None and len(data) < expected:  # the connection ended: half a file is not to be carried out
        raise Problem("bad_request", f"The body ended after {len(data):,} of {expected:,} bytes.")
    return bytes(data)
