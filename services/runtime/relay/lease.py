"""The lease on one service's outbox: who may stamp, and the last sequence number. One document, `relay/lease`."""

from dataclasses import dataclass
from datetime import datetime, timedelta

from pymongo.asynchronous.client_session import AsyncClientSession
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
    """token rises each time the lease changes hands; sequence is the last number given out."""

    holder: str
    token: int
    until: datetime


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
    return Lease(holder, document["token"], document["until"])


async def give_back(store: AsyncDatabase[Document], holder: str, now: datetime) -> None:
    """Lets the next relay begin at once."""
    await store[COLLECTION].update_one({"_id": KEY, "holder": holder}, {"$set": {"holder": "", "until": now}})


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


__all__ = ["COLLECTION", "LENGTH", "Lease", "LeaseLost", "give_back", "next_numbers", "take"]
