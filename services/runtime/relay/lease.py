"""The lease on one service's outbox: who may stamp, the last sequence number, and what was stamped last. One
document, `relay/lease`.

No clock is compared with another's, and none that can be set is asked: a lease is free when it was given back, or when
its holder has not renewed it for LENGTH while the one who wants it looked on.
"""

import time
from collections.abc import Sequence
from dataclasses import dataclass, replace

from pymongo.asynchronous.database import AsyncDatabase
from pymongo.errors import DuplicateKeyError

from services.runtime.store import Document

COLLECTION = "relay"
KEY = "lease"
LENGTH = 5.0
"""Seconds. So long nothing is published after a relay was killed; one that is stopped gives its leases back."""


class LeaseLost(Exception):
    """Another relay took over; this one must not publish what it stamped no more."""


@dataclass(frozen=True, slots=True)
class Lease:
    """token rises each time the lease changes hands; sequence is the last number given out. renewed: when this relay
    renewed it last, by time.monotonic().

    batch: the documents of the outbox that got the last numbers, as (place, how many facts it has), in order. They
    may not have been published yet; they are, before any others are stamped.
    """

    holder: str
    token: int
    sequence: int
    renewed: float
    batch: tuple[tuple[int, int], ...] = ()

    @property
    def wants_renewal(self) -> bool:
        return time.monotonic() - self.renewed > LENGTH / 2


class Lessee:
    """One who wants the lease of a service's outbox, and holds it for a while."""

    def __init__(self, store: AsyncDatabase[Document], holder: str) -> None:
        self._leases, self._holder = store[COLLECTION], holder
        self._seen: tuple[tuple[object, ...], float] | None = None

    async def take(self) -> Lease | None:
        """The lease, if it is free or already ours; None while another holds it."""
        now = time.monotonic()
        document = await self._leases.find_one({"_id": KEY})
        if document is None:
            return await self._make(now)
        if document["holder"] == self._holder:
            change: Document = {"$inc": {"renewals": 1}}
        elif document["holder"] == "" or self._is_left(document, now):
            change = {"$set": {"holder": self._holder}, "$inc": {"renewals": 1, "token": 1}}
        else:
            return None
        as_seen = {name: document[name] for name in ("_id", "holder", "token", "renewals")}
        if (await self._leases.update_one(as_seen, change)).matched_count != 1:
            return None
        self._seen = None
        batch = tuple((place, count) for place, count in document["batch"])
        token = document["token"] + change["$inc"].get("token", 0)
        return Lease(self._holder, token, document["sequence"], now, batch)

    async def renew(self, lease: Lease) -> Lease:
        """Holds it longer. Raises LeaseLost when the token is no longer this lease's."""
        now = time.monotonic()
        await self._write(_mine(lease), {"$inc": {"renewals": 1}}, lease)
        return replace(lease, renewed=now)

    async def stamp(self, lease: Lease, batch: Sequence[tuple[int, int]]) -> Lease:
        """Gives the next sequence numbers to the facts of these documents, and holds the lease longer: one write of
        one document, so it happens as a whole or not at all. What the batch before it got must have been published.

        Raises LeaseLost when the token is no longer this lease's.
        """
        now, sequence = time.monotonic(), lease.sequence + sum(count for _, count in batch)
        change = {"sequence": sequence, "batch": [list(each) for each in batch]}
        as_known = {**_mine(lease), "sequence": lease.sequence}
        await self._write(as_known, {"$set": change, "$inc": {"renewals": 1}}, lease)
        return replace(lease, sequence=sequence, renewed=now, batch=tuple(batch))

    async def give_back(self) -> None:
        """Lets the next relay begin at once."""
        await self._leases.update_one({"_id": KEY, "holder": self._holder}, {"$set": {"holder": ""}})

    async def _make(self, now: float) -> Lease | None:
        first = {"_id": KEY, "holder": self._holder, "token": 1, "renewals": 0, "sequence": 0, "batch": []}
        try:
            await self._leases.insert_one(first)
        except DuplicateKeyError:
            return None
        return Lease(self._holder, 1, 0, now)

    async def _write(self, condition: Document, change: Document, lease: Lease) -> None:
        if (await self._leases.update_one(condition, change)).matched_count != 1:
            raise LeaseLost(f"token {lease.token} is no longer valid")

    def _is_left(self, document: Document, now: float) -> bool:
        state = (document["holder"], document["token"], document["renewals"])
        if self._seen is None or self._seen[0] != state:
            self._seen = (state, now)
        return now - self._seen[1] > LENGTH


def _mine(lease: Lease) -> Document:
    return {"_id": KEY, "token": lease.token, "holder": lease.holder}


__all__ = ["COLLECTION", "LENGTH", "Lease", "LeaseLost", "Lessee"]
