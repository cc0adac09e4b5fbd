"""Live streams: public facts as server-sent events, in the order in which this node applied them.

Every stream keeps nothing but its position in the log (stream.db) and reads on from there when it has sent what it
read: a slow reader costs no memory. One task per worker watches the log and wakes the streams, which all wait for the
same event; what is sent of a fact is made once for all of them.
"""

import asyncio
import contextlib
import itertools
import sqlite3
import time
from collections import deque
from collections.abc import AsyncIterator, Callable
from functools import lru_cache
from pathlib import Path
from typing import Final, TypeVar

from falcon.asgi import SSEvent
from falcon.media import BaseHandler

from gateway.read_model.changes import Watched
from gateway.read_model.filters import StreamFilter
from gateway.read_model.stream import Entry, StreamReader
from services.runtime import logging

log = logging.get(__name__)

T = TypeVar("T")

HEARTBEAT: Final = 15.0
_LOOKS_EVERY: Final = 0.01
_ASKS_EVERY: Final = 0.1
_AT_ONCE: Final = 100
_RECENT: Final = 1_000
_RETRY_MS: Final = 3_000


class LogAway(Exception):
    """There is no log yet, or it can't be read."""


class Watch:
    """The log of one worker. Opened with the first stream, closed after the last."""

    def __init__(self, path: Path) -> None:
        self._path, self._changes = path, Watched(path.parent)
        self._reader: StreamReader | None = None
        self._recent: deque[Entry] = deque(maxlen=_RECENT)
        self._last = 0
        self._news = asyncio.Event()
        self._streams = 0
        self._task: asyncio.Task[None] | None = None

    @property
    def streams(self) -> int:
        """How many streams are open."""
        return self._streams

    @contextlib.asynccontextmanager
    async def opened(self, stopping: asyncio.Event) -> AsyncIterator[None]:
        """The log is watched while at least one stream is within this, until `stopping` is set. Raises LogAway."""
        if self._reader is None:
            self._open()
        self._streams += 1
        if self._task is None:
            self._task = asyncio.create_task(self._look(stopping))
        try:
            yield
        finally:
            self._streams -= 1
            if self._streams == 0 and self._task is not None:
                self._task.cancel()
                self._task = None
                self._close()

    def last(self) -> int:
        """The newest position. Raises LogAway."""
        return self._read(lambda reader: reader.last())

    def reaches(self, position: int) -> bool:
        """Whether nothing after this position is lost. Raises LogAway."""
        return self._read(lambda reader: reader.reaches(position))

    def after(self, position: int) -> list[Entry]:
        """The next facts after a position. Raises LogAway."""
        if self._recent and self._recent[0].position <= position + 1:
            start = position + 1 - self._recent[0].position  # positions have no gaps
            return list(itertools.islice(self._recent, start, start + _AT_ONCE))
        return self._read(lambda reader: reader.after(position, _AT_ONCE))

    @property
    def newest(self) -> int:
        """The newest position that was told of."""
        return self._last

    @property
    def news(self) -> asyncio.Event:
        """Set when something comes after what is there now, and every HEARTBEAT seconds. Take it before `after`, so
        that nothing slips between."""
        return self._news

    def wake(self) -> None:
        """All streams look at what there is for them."""
        self._news.set()
        self._news = asyncio.Event()

    async def _look(self, stopping: asyncio.Event) -> None:
        seen: int | None = None
        changes: bytes | None = None
        asked = woke = time.monotonic()
        while not stopping.is_set():
            now, number = time.monotonic(), self._changes.number()
            # Whatever is told has changed something; to ask the log itself costs more, and is for what was missed.
            if number != changes or now - asked > _ASKS_EVERY:
                changes, asked = number, now
                try:
                    state = self._read(lambda reader: reader.state())
                    if state != seen:
                        self._take()
                        seen, woke = state, now
                except LogAway as error:
                    log.warning("the log of facts can't be read", error=str(error))
                    seen = None
                    await asyncio.sleep(_ASKS_EVERY)
            if now - woke > HEARTBEAT:
                self.wake()
                woke = now
            await asyncio.sleep(_LOOKS_EVERY)
        self.wake()

    def _take(self) -> None:
        """Reads what is new and wakes the streams."""
        while fresh := self._read(lambda reader: reader.after(self._last, _RECENT)):
            self._recent.extend(fresh)
            self._last = fresh[-1].position
        self.wake()

    def _open(self) -> None:
        try:
            self._reader = StreamReader(self._path)
            self._last = self._reader.last()
        except sqlite3.Error as error:
            self._close()
            raise LogAway(str(error)) from error
        self._recent.clear()

    def _close(self) -> None:
        if self._reader is not None:
            self._reader.close()
        self._reader = None

    def _read(self, work: Callable[[StreamReader], T]) -> T:
        if self._reader is None:
            self._open()
        assert self._reader is not None
        try:
            return work(self._reader)
        except sqlite3.Error as error:
            self._close()
            raise LogAway(str(error)) from error


async def stream(
    watch: Watch, filter_: StreamFilter, stopping: asyncio.Event, last_event_id: str | None
) -> AsyncIterator[SSEvent]:
    """The events of one stream, until the worker stops or the client goes away.

    last_event_id: what the client got last; it gets all that came after. A position that is no longer in the log
    gives one `reset` event: the client reads the lists anew, and the stream goes on from now.
    """
    async with watch.opened(stopping):
        position = watch.last()
        if last_event_id is not None:
            wanted = int(last_event_id) if last_event_id.isdecimal() and len(last_event_id) < 19 else -1
            if watch.reaches(wanted):
                position = wanted
            else:
                yield _reset(position)
        yield SSEvent(retry=_RETRY_MS, event_id=str(position), comment="open")
        while not stopping.is_set():
            try:
                if not watch.reaches(position):
                    position = watch.last()
                    yield _reset(position)
                news = watch.news
                entries = watch.after(position)
            except LogAway:
                return  # the client connects again, with its Last-Event-ID
            for entry in entries:
                position = entry.position
                if filter_.takes(entry.told.kind, entry.told.facets, entry.told.traits):
                    yield _Made(entry)
            if not entries:
                await news.wait()
                if watch.newest <= position and not stopping.is_set():
                    # The id goes along: a client that hears nothing of its filter for a day keeps its place.
                    yield SSEvent(comment="still here", event_id=str(position))


class _Made(SSEvent):
    """An event of a fact, in the bytes that all streams send of it."""

    def __init__(self, entry: Entry) -> None:
        super().__init__()
        self._entry = entry

    def serialize(self, handler: BaseHandler | None = None) -> bytes:
        return _bytes_of(self._entry.position, self._entry.told.type, self._entry.told.data)


@lru_cache(maxsize=_RECENT)
def _bytes_of(position: int, fact_type: str, data: bytes) -> bytes:
    return SSEvent(data=data, event=fact_type, event_id=str(position)).serialize()


def _reset(position: int) -> SSEvent:
    return SSEvent(data=b"{}", event="reset", event_id=str(position))
