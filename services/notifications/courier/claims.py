"""Deliveries as the courier takes, holds and marks them.

A claim is a lease: `worker` names who holds a delivery and `next_at` until when. A courier that dies loses its claims
after LEASE, and another, or its successor, sends what it had not marked: so a message may come twice, with one id.
"""

import os
import socket
import uuid
from collections.abc import Iterable, Mapping
from datetime import datetime, timedelta
from typing import Any, Final

from pymongo.asynchronous.database import AsyncDatabase

from services.notifications.model import Delivery
from services.runtime.documents import from_document
from services.runtime.store import Document, utc_now

LEASE: Final = timedelta(seconds=15)
RENEW_EVERY: Final = 5.0
RETRY_AT_ONCE: Final = timedelta(seconds=2)


class Claims:
    """The deliveries that this courier holds."""

    def __init__(self, database: AsyncDatabase[Document]) -> None:
        self._deliveries = database["deliveries"]
        self._me = f"{socket.gethostname()}:{os.getpid()}:{uuid.uuid4()}"
        self.held: set[str] = set()

    async def take(self, lane: str, room: int) -> list[Delivery]:
        """Up to `room` due deliveries of a lane, now held by this courier."""
        now = utc_now()
        due = {"lane": lane, "state": "waiting", "next_at": {"$lte": now}}
        found = await self._deliveries.find(due, {"_id": 1}).limit(room).to_list()
        ids = [document["_id"] for document in found if document["_id"] not in self.held]
        if not ids:
            return []
        until = now + LEASE
        mine = {"_id": {"$in": ids}}
        await self._deliveries.update_many(
            {**mine, "state": "waiting", "next_at": {"$lte": now}}, {"$set": {"worker": self._me, "next_at": until}}
        )
        claimed = [
            from_document(Delivery, document)
            async for document in self._deliveries.find({**mine, "worker": self._me, "next_at": until})
        ]
        self.held.update(delivery.id for delivery in claimed)
        return claimed

    async def renew(self) -> None:
        """Keeps what is held."""
        if self.held:
            mine = {"_id": {"$in": list(self.held)}, "worker": self._me, "state": "waiting"}
            await self._deliveries.update_many(mine, {"$set": {"next_at": utc_now() + LEASE}})

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
        await self._let_go(delivery, changes)

    async def put_off(self, delivery: Delivery, at: datetime) -> None:
        """It waits, and that is no failure of its own."""
        await self._let_go(delivery, {"next_at": at})

    async def release(self, deliveries: Iterable[Delivery]) -> None:
        """Gives back what was not begun."""
        ids = [delivery.id for delivery in deliveries]
        if ids:
            mine = {"_id": {"$in": ids}, "worker": self._me, "state": "waiting"}
            await self._deliveries.update_many(mine, {"$set": {"worker": None, "next_at": utc_now()}})
            self.held.difference_update(ids)

    async def _done(self, delivery: Delivery, changes: Mapping[str, Any]) -> None:
        await self._let_go(delivery, {**changes, "next_at": None})

    async def _let_go(self, delivery: Delivery, changes: Mapping[str, Any]) -> None:
        mine = {"_id": delivery.id, "worker": self._me, "state": "waiting"}
        await self._deliveries.update_one(mine, {"$set": {**changes, "worker": None}})
        self.held.discard(delivery.id)
