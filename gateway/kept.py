"""Answers that are given again for as long as they are what the application would answer.

Stands before the application. An answer to an anonymous GET that the application marked with `keep` is given to whoever
asks the same in the same language and format, until anything public changes (read_model/changes.py) or the moment comes
that `keep` named. So a change is seen by the next read, and whatever was not marked is never kept.
"""

import math
import time
from collections import OrderedDict
from collections.abc import Awaitable, Callable, Iterable, MutableMapping
from dataclasses import dataclass, field
from datetime import UTC, datetime
from typing import Any, Final

import falcon.asgi

from gateway.correlation import correlation_id_of
from gateway.dependencies import Dependencies

Scope = dict[str, Any]
Message = MutableMapping[str, Any]
Receive = Callable[[], Awaitable[Message]]
Send = Callable[[Message], Awaitable[None]]
Headers = list[tuple[bytes, bytes]]

_MOST_BYTES: Final = 32_000_000
_LONGEST: Final = 1_000_000
_BESIDE_BODY: Final = 2_000
"""Bytes that an answer takes beside its body: key, headers and what holds them together."""
_LONGEST_KEY: Final = 1_000
_OF_THE_CALLER: Final = frozenset({b"authorization", b"cookie", b"if-modified-since", b"range"})
"""Who sends one of these gets an answer of their own."""
_VARIED: Final = frozenset({b"accept", b"accept-language"})
_NOT_IN_304: Final = frozenset({b"content-type", b"content-length"})
_SLOT: Final = "malmi.slot"


@dataclass(slots=True)
class _Slot:
    """What the application says of an answer that it is about to give. until: on the monotonic clock."""

    until: float = 0.0
    route: str = ""


@dataclass(frozen=True, slots=True)
class _Answer:
    until: float
    route: str
    etag: bytes
    headers: Headers
    headers_of_304: Headers
    body: bytes

    @property
    def size(self) -> int:
        return len(self.body) + _BESIDE_BODY


@dataclass(slots=True)
class _Request:
    """key: None when the caller gets an answer of their own."""

    key: tuple[Any, ...] | None
    known: bytes = b""
    correlation_id: str | None = None


@dataclass(slots=True)
class _Shelf:
    """Answers of one state of the read model, the longest unasked goes first."""

    state: bytes | None = None
    size: int = 0
    answers: OrderedDict[tuple[Any, ...], _Answer] = field(default_factory=OrderedDict)

    def at(self, state: bytes | None) -> None:
        """From now on holds answers of this state alone."""
        if state != self.state:
            self.answers.clear()
            self.state, self.size = state, 0

    def put(self, key: tuple[Any, ...], answer: _Answer) -> None:
        self.drop(key)
        self.answers[key] = answer
        self.size += answer.size
        while self.size > _MOST_BYTES:
            _, dropped = self.answers.popitem(last=False)
            self.size -= dropped.size

    def drop(self, key: tuple[Any, ...]) -> None:
        dropped = self.answers.pop(key, None)
        if dropped is not None:
            self.size -= dropped.size


def keep(request: falcon.asgi.Request, until: float = math.inf) -> None:
    """Says that this answer follows from the address, Accept, Accept-Language and the public records alone.

    until: the moment (time.monotonic) from which on it may be another one by itself.
    """
    slot = request.scope.get(_SLOT)
    if slot is not None:
        slot.until, slot.route = until, request.uri_template or ""


def turn_of(seconds: float) -> tuple[datetime, float]:
    """Now, rounded down to so many seconds, and when (time.monotonic) it will be something else."""
    now = time.time()
    over = now % seconds
    return datetime.fromtimestamp(now - over, UTC), time.monotonic() + seconds - over


class Kept:
    """The application with kept answers before it."""

    def __init__(self, app: "falcon.asgi.App[Any, Any]", deps: Dependencies) -> None:
        self._app, self._deps = app, deps
        self._shelf = _Shelf()

    async def __call__(self, scope: Scope, receive: Receive, send: Send) -> None:
        if scope["type"] != "http" or scope["method"] != "GET":
            await self._app(scope, receive, send)
            return
        began = time.perf_counter()
        asked = _asked(scope)
        if asked.key is None:
            await self._app(scope, receive, send)
            return
        shelf, state = self._shelf, self._deps.reader.state()
        shelf.at(state)
        answer = shelf.answers.get(asked.key)
        if answer is None or answer.until <= time.monotonic() or asked.known not in (b"", answer.etag):
            await self._answer_anew(asked.key, state, scope, receive, send)
            return
        shelf.answers.move_to_end(asked.key)
        status = 304 if asked.known else 200
        await self._give(answer, status, asked.correlation_id, send, began)

    async def _give(self, answer: _Answer, status: int, given: str | None, send: Send, began: float) -> None:
        correlation_id = correlation_id_of(given)
        headers = answer.headers if status == 200 else answer.headers_of_304
        await send(
            {
                "type": "http.response.start",
                "status": status,
                "headers": [*headers, (b"x-request-id", correlation_id.encode())],
            }
        )
        await send({"type": "http.response.body", "body": answer.body if status == 200 else b""})
        seconds = time.perf_counter() - began
        self._deps.metrics.answered("GET", answer.route, status, seconds)
        self._deps.access_log.note(correlation_id, "GET", answer.route, status, seconds, "nothing")

    async def _answer_anew(
        self, key: tuple[Any, ...], state: bytes | None, scope: Scope, receive: Receive, send: Send
    ) -> None:
        """By the application; what it sends is kept if it says so, and nothing has changed since before it read."""
        slot, told = _Slot(), list[Message]()
        scope[_SLOT] = slot

        async def sending(message: Message) -> None:
            if slot.until:
                told.append(message)
            await send(message)

        await self._app(scope, receive, sending)
        if state is None or state != self._shelf.state or not slot.until:
            return
        answer = _answer_of(slot, told)
        if answer is not None:
            self._shelf.put(key, answer)


def _asked(scope: Scope) -> _Request:
    accept = language = known = b""
    correlation_id: str | None = None
    for name, value in scope["headers"]:
        if name in _OF_THE_CALLER:
            return _Request(None)
        if name in _VARIED:
            if name == b"accept":
                accept = value
            else:
                language = value
        elif name == b"if-none-match":
            known = value
        elif name == b"x-request-id":
            correlation_id = value.decode("latin-1")
    key = (scope["path"], scope["query_string"], accept, language)
    if sum(map(len, key)) > _LONGEST_KEY:
        return _Request(None)
    return _Request(key, known, correlation_id)


def _answer_of(slot: _Slot, told: Iterable[Message]) -> _Answer | None:
    """The answer out of what was sent; None for one that is not whole, too long, or no 200."""
    match list(told):
        case [{"status": 200, "headers": headers}, {"body": body, **rest}] if not rest.get("more_body"):
            pass
        case _:
            return None
    if not 0 < len(body) <= _LONGEST:
        return None
    own = [(name, value) for name, value in headers if name != b"x-request-id"]
    etag = next((value for name, value in own if name == b"etag"), b"")
    of_304 = [(name, value) for name, value in own if name not in _NOT_IN_304]
    return _Answer(slot.until, slot.route, etag, own, of_304, body)
