"""The lease on one service's outbox: who may stamp, and the last sequence number. One document, `relay/lease`."""

import time
from dataclasses import dataclass

from pymongo.asynchronous.client_session import AsyncClientSession
from pymongo.asynchronous.database import AsyncDatabase
from pymongo.errors import DuplicateKeyError

from services.runtime.store import Document

COLLECTION = "relay"
KEY = "lease"
LENGTH = 5.0
"""Seconds. So long nothing is published after a relay was killed; one that is stopped gives its leases back."""


class LeaseLost(Exception):
    """Another relay holds the lease now."""


@dataclass(frozen=True, slots=True)
class Lease:
    """token rises each time the lease changes hands. renewed: when it was asked for last, by time.monotonic()."""

    holder: str
    token: int
    renewed: float


class Lessee:
    """One who wants the lease. No clock is compared with another's, and none that can be set is asked: a lease is free
    when it was given back, or when its holder has not renewed it for LENGTH while this one looked on."""

    def __init__(self, store: AsyncDatabase[Document], holder: str) -> None:
        self._leases, self._holder = store[COLLECTION], holder
        self._lease: Lease | None = None
        self._seen: tuple[tuple[object, ...], float] | None = None

    async def hold(self) -> Lease | None:
        """The lease, taken or renewed if it is time; None while another holds it."""
        now = time.monotonic()
        if self._lease is None or now - self._lease.renewed > LENGTH / 2:
            self._lease = await self._take(now)
        return self._lease

    def lost(self) -> None:
        """Another has it."""
        self._lease = None

    async def give_back(self) -> None:
        """Lets the next relay begin at once."""
        if self._lease is not None:
            self._lease = None
            await self._leases.update_one({"_id": KEY, "holder": self._holder}, {"$set": {"holder": ""}})

    async def _take(self, now: float) -> Lease | None:
        document = await self._leases.find_one({"_id": KEY})
        if document is None:
            return await self._make(now)
        if document["holder"] == self._holder:
            change: Document = {"$inc": {"renewals": 1}}
        elif document["holder"] == "" or self._is_left(document, now):
            change = {"$set": {"holder": self._holder}, "$inc": {"renewals": 1, "token": 1}}
        else:
            return None
        as_seen = {"_id": KEY, "holder": document["holder"], "token": document["token"]}
        updated = await self._leases.update_one({**as_seen, "renewals": document.get("renewals")}, change)
        if updated.matched_count != 1:
            return None
        self._seen = None
        return Lease(self._holder, document["token"] + change["$inc"].get("token", 0), now)

    async def _make(self, now: float) -> Lease | None:
        try:
            await self._leases.insert_one(
                {"_id": KEY, "holder": self._holder, "token": 1, "renewals": 0, "sequence": 0}
            )
        except DuplicateKeyError:
            return None
        return Lease(self._holder, 1, now)

    def _is_left(self, document: Document, now: float) -> bool:
        state = (document["holder"], document["token"], document.get("renewals"))
        if self._seen is None or self._seen[0] != state:
            self._seen = (state, now)
        return now - self._seen[1] > LENGTH


async def next_numbers(store: AsyncDatabase[Document], session: AsyncClientSession, lease: Lease, count: int) -> int:
    """Takes `count` sequence numbers, within the transaction that stamps them; the first of them.

    Raises LeaseLost when the token is no longer this lease's.
    """
    mine = {"_id": KEY, "token": lease.token, "holder": lease.holder}
    updated = await store[COLLECTION].update_one(mine, {"$inc": {"sequence": count}}, session=session)
    if updated.matched_count != 1:
        raise LeaseLost(f"token {lease.token} is no longer valid")
    document = await store[COLLECTION].find_one({"_id": KEY}, session=session)
    assert document is not None
    first: int = document["sequence"] - count + 1
    return first


__all__ = ["COLLECTION", "LENGTH", "Lease", "LeaseLost", "Lessee", "next_numbers"]
