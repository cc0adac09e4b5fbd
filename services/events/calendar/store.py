"""The collection of the calendar."""

from collections.abc import Iterator, Mapping
from typing import Any, Final

from pymongo import ASCENDING, IndexModel
from pymongo.client_session import ClientSession
from pymongo.errors import DuplicateKeyError

from services.events.model import LONGEST
from services.events.model.clash import FARTHEST
from services.runtime.changes import Changes
from services.runtime.copies import copy_key
from services.runtime.documents import as_stored
from services.runtime.store import Document, Store

from .entries import SHORT

COLLECTION: Final = "calendar"
INDEXES: Final = (IndexModel([("short_from", ASCENDING)]), IndexModel([("long_from", ASCENDING)]))
_FILLED: Final = "filled"


class Calendar:
    """The entries, within a session's transaction when there is one. They are written at once, not held back."""

    def __init__(self, store: Store, session: ClientSession | None, changes: Changes | None = None) -> None:
        self._collection, self._session, self._changes = store[COLLECTION], session, changes

    def put(self, entry: Mapping[str, Any]) -> None:
        """Writes an own entry, whatever was there."""
        self._note_written()
        self._collection.replace_one({"_id": entry["_id"]}, as_stored(entry), upsert=True, session=self._session)

    def take(self, entry: Mapping[str, Any]) -> None:
        """Writes an entry if it is newer than what is there (rule 7)."""
        held = self._collection.find_one({"_id": entry["_id"]}, {"incarnation": 1, "version": 1}, session=self._session)
        if held is None or (held["incarnation"], held["version"]) < (entry["incarnation"], entry["version"]):
            self.put(entry)

    def add_missing(self, entry: Mapping[str, Any]) -> None:
        """Writes an entry unless there is one. Outside a transaction."""
        if self._collection.find_one({"_id": entry["_id"]}, {"_id": 1}) is None:
            try:
                self._collection.insert_one(as_stored(entry))
            except DuplicateKeyError:
                return  # its event was just changed by a command

    def remove(self, home: str, record_id: str) -> None:
        self._note_written()
        self._collection.delete_one({"_id": copy_key(home, record_id)}, session=self._session)

    def between(self, first: int, last: int) -> Iterator[Document]:
        """What takes a day from three before the first to three after the last of these."""
        latest = last + FARTHEST
        for name, days in (("short_from", SHORT), ("long_from", LONGEST.days + 1)):
            span = {"$gte": first - FARTHEST - days + 1, "$lte": latest}
            for document in self._collection.find({name: span}, session=self._session).batch_size(1_000):
                if document["last"] >= first - FARTHEST:
                    yield document

    @property
    def is_filled(self) -> bool:
        """Whether events that are older than the calendar have been entered."""
        return self._collection.find_one({"_id": _FILLED}) is not None

    def note_filled(self) -> None:
        self._collection.replace_one({"_id": _FILLED}, {"_id": _FILLED}, upsert=True)

    def _note_written(self) -> None:
        if self._changes is not None:
            self._changes.spoilt = True
