"""The lease on one service's outbox: who may stamp, the last sequence number, and what was stamped last. One
document, `relay/lease`."""

from collections.abc import Sequence
from dataclasses import dataclass, replace
from datetime import datetime, timedelta

from pymongo.asynchronous.database import AsyncDatabase
from pymongo.errors import DuplicateKeyError

from services.runtime.store import Document

COLLECTION = "relay"
KEY = "lease"
LENGTH = timedelta(seconds=5)
"""So long nothing is published after a relay was killed; one that is stopped gives its leases back."""


class LeaseLost(Exception):
    """Another relay holds the lease now."""


@dataclass(frozen=True, slots=True)
class Lease:
    """token rises each time the lease changes hands; sequence is the last number given out.

    batch: the documents of the outbox that got the last numbers, as (place, how many facts it has), in order. They
    may not have been published yet; they are, before any others are stamped.
    """

    holder: str
    token: int
    until: datetime
    sequence: int
    batch: tuple[tuple[int, int], ...] = ()


async def take(store: AsyncDatabase[Document], holder: str, now: datetime) -> Lease | None:
    """The lease, if it is free, run out or already ours; None while another holds it."""
    leases = store[COLLECTION]
    try:
        await leases.insert_one({"_id": KEY, "holder": holder, "token": 1, "until": now + LENGTH, "sequence": 0})
    except DuplicateKeyError:
        free = {"_id": KEY, "until": {"$lt": now}, "holder": {"$ne": holder}}
        await leases.update_one(free, {"$set": {"holder": holder, "until": now + LENGTH}, "$inc": {"token": 1}})
        await leases.update_one({"_id": KEY, "holder": holder}, {"$set": {"until": now + LENGTH}})
    document = await leases.find_one({"_id": KEY})
    if document is None or document["holder"] != holder:
        return None
    batch = tuple((place, count) for place, count in document.get("batch", ()))
    return Lease(holder, document["token"], document["until"], document["sequence"], batch)


async def renew(store: AsyncDatabase[Document], lease: Lease, now: datetime) -> Lease:
    """Holds it longer. Raises LeaseLost when the token is no longer this lease's."""
    until = now + LENGTH
    updated = await store[COLLECTION].update_one(_mine(lease), {"$set": {"until": until}})
    if updated.matched_count != 1:
        raise LeaseLost(f"token {lease.token} is no longer valid")
    return replace(lease, until=until)


async def give_back(store: AsyncDatabase[Document], holder: str, now: datetime) -> None:
    """Lets the next relay begin at once."""
    await store[COLLECTION].update_one({"_id": KEY, "holder": holder}, {"$set": {"holder": "", "until": now}})


async def stamp(store: AsyncDatabase[Document], lease: Lease, batch: Sequence[tuple[int, int]], now: datetime) -> Lease:
    """Gives the next sequence numbers to the facts of these documents, and holds the lease longer: one write of one
    document, so it happens as a whole or not at all. What the batch before it got must have been published.

    Raises LeaseLost when the token is no longer this lease's.
    """
    after = Lease(
        lease.holder, lease.token, now + LENGTH, lease.sequence + sum(count for _, count in batch), tuple(batch)
    )
    change = {"until": after.until, "sequence": after.sequence, "batch": [list(each) for each in batch]}
    updated = await store[COLLECTION].update_one({**_mine(lease), "sequence": lease.sequence}, {"$set": change})
    if updated.matched_count != 1:
        raise LeaseLost(f"token {lease.token} is no longer valid")
    return after


def _mine(lease: Lease) -> Document:
    return {"_id": KEY, "token": lease.token, "holder": lease.holder}


__all__ = ["COLLECTION", "LENGTH", "Lease", "LeaseLost", "give_back", "renew", "stamp", "take"]
