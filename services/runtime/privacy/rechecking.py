"""Erasures of the last minutes, by hash alone: a minute later the service looks whether anything has come back.

A document: _id (the address's hash), at (when it was erased), due.
"""

from datetime import datetime, timedelta
from typing import Final

from pymongo import ASCENDING, IndexModel

from services.runtime.store import Document, Store, utc_now

COLLECTION: Final = "erasures"
INDEXES: Final = (IndexModel([("due", ASCENDING)]),)
AFTER: Final = timedelta(seconds=60)
"""By then whatever was on its way (a call lives 30 s at most) has come."""


def note(store: Store, hashed: str, at: datetime) -> None:
    """The address with this hash is being erased."""
    document = {"_id": hashed, "at": at, "due": utc_now() + AFTER}
    store[COLLECTION].replace_one({"_id": hashed}, document, upsert=True)


def due(store: Store) -> list[Document]:
    """Those whose time has come."""
    return list(store[COLLECTION].find({"due": {"$lte": utc_now()}}))


def done(store: Store, noted: Document) -> None:
    """It was looked for; unless it was erased once more meanwhile, that is all."""
    store[COLLECTION].delete_one({"_id": noted["_id"], "due": noted["due"]})


__all__ = ["AFTER", "COLLECTION", "INDEXES", "done", "due", "note"]
