"""Deliveries as the courier takes, holds and marks them.

A claim is a lease: `worker` names who holds a delivery and `next_at` until when. A courier that dies loses its claims
after LEASE, and another, or its successor, sends what it had not marked: so a message may come twice, with one id.

A store may read all that a condition meets, however few are wanted (SecantusDB does). So a lane in which more is due
than there is room for is read by buckets (runtime/documents.py), each a 256th of it.
"""

import asyncio
import os
import random
import socket
import uuid
from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass
from datetime import datetime, timedelta
from typing import Any, Final

from pymongo.asynchronous.database import AsyncDatabase
from pymongo.errors import PyMongoError

from services.notifications.model import Delivery
from services.runtime import logging
from services.runtime.documents import BUCKETS, from_document
from services.runtime.store import Document, is_away, utc_now

from .together import Together

log = logging.get(__name__)

LEASE: Final = timedelta(seconds=15)
RENEW_EVERY: Final = 5.0
RENEW_BEFORE: Final = timedelta(seconds=9)
RETRY_AT_ONCE: Final = timedelta(seconds=2)
AT_ONCE: Final = 50
"""Deliveries in one command: a store may compare each that it finds with each that is named."""
MARKED_WITHIN: Final = 0.05
"""Seconds in which marks of what goes to many gather. Ten in one command cost a store hardly more than one; if the
courier is killed just then, those are sent again, each once."""
_EMPTY_ENOUGH: Final = 8
_AGAIN_AFTER: Final = 0.5
_WRITE_CONFLICT: Final = 112


@dataclass(frozen=True, slots=True)
class _Mark:
    """What is written about a delivery that is held; the delivery is then held no more."""

    delivery: str
    changes: Mapping[str, Any]


class Claims:
    """The deliveries that this courier holds."""

    def __init__(self, database: AsyncDatabase[Document]) -> None:
        self._deliveries = database["deliveries"]
        self._me = f"{socket.gethostname()}:{os.getpid()}:{uuid.uuid4()}"
        self._held: dict[str, datetime] = {}
        self._crowded: dict[str, int] = {}
        self._mark_many = Together(self._write, AT_ONCE, MARKED_WITHIN)
        self._mark_one = Together(self._write, AT_ONCE)

    async def take(self, lane: str, room: int) -> list[Delivery]:
        """About `room` due deliveries of a lane, now held by this courier."""
        now = utc_now()
        due = [one for one in await self._due(lane, room, now) if one not in self._held]
        claimed: list[Delivery] = []
        for ids in parts(due):
            claimed += await self._claim(ids, now)
        return claimed

    async def renew(self) -> None:
        """Keeps what is held for longer than a mail takes."""
        now = utc_now()
        for ids in parts([one for one, until in self._held.items() if until < now + RENEW_BEFORE]):
            until = utc_now() + LEASE
            await self._deliveries.update_many(self._mine(ids), {"$set": {"next_at": until}})
            self._held.update((one, until) for one in ids if one in self._held)

    def forget(self, delivery: Delivery) -> None:
        """Holds it no more; its lease runs out by itself."""
        self._held.pop(delivery.id, None)

    async def sent(self, delivery: Delivery) -> None:
        await self._done(delivery, {"state": "sent", "error": None, "attempts": delivery.attempts + 1})

    async def dropped(self, delivery: Delivery, why: str) -> None:
        """Nobody needs it any more."""
        await self._done(delivery, {"state": "dropped", "error": why})

    async def dead(self, delivery: Delivery, error: str) -> None:
        """It can't be delivered; an operator sees it."""
        await self._done(delivery, {"state": "dead", "error": error, "attempts": delivery.attempts + 1})

    async def again(self, delivery: Delivery, at: datetime, error: str) -> None:
        """It failed, and is tried again then."""
        changes = {"next_at": at, "error": error, "attempts": delivery.attempts + 1}
        await self._mark(delivery, changes)

    async def put_off(self, delivery: Delivery, at: datetime) -> None:
        """It waits, and that is no failure of its own."""
        await self._mark(delivery, {"next_at": at})

    async def release(self, deliveries: Iterable[Delivery]) -> None:
        """Gives back what was not begun."""
        for ids in parts([delivery.id for delivery in deliveries]):
            change = {"$set": {"worker": None, "next_at": utc_now()}}
            await self._deliveries.update_many(self._mine(ids), change)
            for one in ids:
                self._held.pop(one, None)

    async def _due(self, lane: str, room: int, now: datetime) -> list[str]:
        if lane not in self._crowded:
            found = await self._ids({"lane": lane, "state": "waiting", "next_at": {"$lte": now}}, room + 1)
            if len(found) > room:
                self._crowded[lane] = random.randrange(BUCKETS)
            return found[:room]
        found, empty = [], 0
        while len(found) < room and empty < _EMPTY_ENOUGH:
            bucket = self._crowded[lane]
            self._crowded[lane] = (bucket + 1) % BUCKETS
            condition = {"lane": lane, "state": "waiting", "bucket": bucket, "next_at": {"$lte": now}}
            part = await self._ids(condition, BUCKETS)
            found += part
            empty = 0 if part else empty + 1
        if empty == _EMPTY_ENOUGH:
            del self._crowded[lane]
        return found

    async def _ids(self, condition: Document, limit: int) -> list[str]:
        found = await self._deliveries.find(condition, {"_id": 1}).limit(limit).to_list()
        return [document["_id"] for document in found]

    async def _claim(self, ids: Sequence[str], now: datetime) -> list[Delivery]:
        until = utc_now() + LEASE
        # The ids come first: a store may take the first condition for which it has an index.
        free = {"_id": {"$in": list(ids)}, "state": "waiting", "next_at": {"$lte": now}}
        await self._deliveries.update_many(free, {"$set": {"worker": self._me, "next_at": until}})
        mine = {"_id": {"$in": list(ids)}, "worker": self._me, "next_at": until}
        claimed = [from_document(Delivery, document) async for document in self._deliveries.find(mine)]
        self._held.update((delivery.id, until) for delivery in claimed)
        return claimed

    async def _done(self, delivery: Delivery, changes: Mapping[str, Any]) -> None:
        await self._mark(delivery, {**changes, "next_at": None})

    async def _mark(self, delivery: Delivery, changes: Mapping[str, Any]) -> None:
        mark = self._mark_one if delivery.lane == "urgent" else self._mark_many
        await mark(_Mark(delivery.id, changes))

    async def _write(self, marks: Sequence[_Mark]) -> Sequence[None]:
        """All that say the same in one command, and again until the store has it: a mail that is sent is sent, and must
        not go out again because the store was away for a moment."""
        left: dict[str, list[str]] = {}
        changes = {repr(mark.changes): mark.changes for mark in marks}
        for mark in marks:
            left.setdefault(repr(mark.changes), []).append(mark.delivery)
        while left:
            key = next(iter(left))
            try:
                await self._deliveries.update_many(self._mine(left[key]), {"$set": {**changes[key], "worker": None}})
            except PyMongoError as error:
                if not (is_away(error) or getattr(error, "code", None) == _WRITE_CONFLICT):
                    raise
                log.warning("not marked yet", deliveries=len(marks), error=type(error).__name__)
                await asyncio.sleep(_AGAIN_AFTER)
                continue
            for delivery in left.pop(key):
                self._held.pop(delivery, None)
        return [None] * len(marks)

    def _mine(self, ids: Sequence[str]) -> Document:
        return {"_id": {"$in": list(ids)}, "worker": self._me, "state": "waiting"}


def parts(ids: Sequence[str]) -> Iterable[Sequence[str]]:
    """As many as one command may name, and the rest in the same way."""
    return (ids[first : first + AT_ONCE] for first in range(0, len(ids), AT_ONCE))
