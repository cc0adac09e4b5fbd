"""What one transaction changes, held back and written together at its end.

Several commands can so share a transaction (desk.py): a document that all of them read is read once, one that all of
them change is written once, and what a command changed is taken back when it refuses, without ending the others'.
Queries see what is held back.
"""

from collections.abc import Mapping
from dataclasses import dataclass, field
from typing import Any

from pymongo import InsertOne, ReplaceOne
from pymongo.client_session import ClientSession

from services.contracts.errors import VersionMismatch

from .store import Document, Store

Key = tuple[str, Any]
"""(collection, _id)"""


@dataclass(frozen=True, slots=True)
class _Change:
    """document: None when it is to be removed. stored: the version that the store has, None when it has none."""

    document: Document | None
    stored: int | None


@dataclass(slots=True)
class Changes:
    """The changes of one transaction. Not kept: what was not `settled` when it is `undone`.

    spoilt: what can no longer be taken back was written before its command was done; then the transaction must end
    should that command refuse.
    """

    store: Store
    session: ClientSession
    spoilt: bool = False
    _read: dict[Key, Document | None] = field(default_factory=dict)
    _settled: dict[Key, _Change] = field(default_factory=dict)
    _new: dict[Key, _Change] = field(default_factory=dict)

    def find(self, collection: str, identity: Any) -> Document | None:
        """The document as it is with these changes."""
        key = (collection, identity)
        change = self._new.get(key) or self._settled.get(key)
        if change is not None:
            return change.document
        if key not in self._read:
            self._read[key] = self.store[collection].find_one({"_id": identity}, session=self.session)
        return self._read[key]

    def where(self, collection: str, condition: Mapping[str, Any], *, limit: int, sort: str) -> list[Document]:
        """Documents that meet a condition, in order of `sort`, with these changes."""
        changed = self._changed(collection)
        if changed and not _is_plain(condition):
            self.write(collection)
            changed = {}
        most = limit + len(changed) if limit else 0
        found = self.store[collection].find(dict(condition), session=self.session).sort(sort, 1).limit(most)
        documents = [document for document in found if document["_id"] not in changed]
        if not changed:
            return documents
        documents += [
            change.document
            for change in changed.values()
            if change.document is not None and _meets(change.document, condition)
        ]
        documents.sort(key=lambda document: document[sort])
        return documents[:limit] if limit else documents

    def count(self, collection: str, condition: Mapping[str, Any]) -> int:
        self.write(collection)
        return self.store[collection].count_documents(dict(condition), session=self.session)

    def add(self, collection: str, document: Document) -> None:
        key = (collection, document["_id"])
        removed = self._new.get(key) or self._settled.get(key)
        self._new[key] = _Change(document, None if removed is None else removed.stored)

    def replace(self, collection: str, document: Document) -> None:
        """Raises VersionMismatch when the version before this one is not there."""
        key = (collection, document["_id"])
        before = self.find(*key)
        if before is None or before["version"] != document["version"] - 1:
            raise VersionMismatch(f"{document['_id']} was changed by somebody else. Read it again.")
        change = self._new.get(key) or self._settled.get(key)
        self._new[key] = _Change(document, before["version"] if change is None else change.stored)

    def remove(self, collection: str, identity: Any) -> None:
        before = self.find(collection, identity)
        if before is not None:
            key = (collection, identity)
            change = self._new.get(key) or self._settled.get(key)
            self._new[key] = _Change(None, before["version"] if change is None else change.stored)

    def settle(self) -> None:
        """A command is done: what it changed stays."""
        self._settled |= self._new
        self._new.clear()
        self.spoilt = False

    def undo(self) -> None:
        """A command refused: what it changed is taken back. Not when `spoilt`."""
        self._new.clear()

    def write(self, only: str | None = None) -> None:
        """Writes what is held back, of one collection or of all. Raises VersionMismatch, DuplicateKeyError."""
        collections = {collection for collection, _ in (*self._settled, *self._new)}
        for collection in sorted(collections if only is None else collections & {only}):
            changed = self._changed(collection)
            self.spoilt = self.spoilt or any(key[0] == collection for key in self._new)
            self._write(collection, changed)
            for identity, change in changed.items():
                self._settled.pop((collection, identity), None)
                self._new.pop((collection, identity), None)
                self._read[collection, identity] = change.document

    def _write(self, collection: str, changed: Mapping[Any, _Change]) -> None:
        added = [c.document for c in changed.values() if c.document is not None and c.stored is None]
        replaced = [(i, c) for i, c in changed.items() if c.document is not None and c.stored is not None]
        removed = [i for i, c in changed.items() if c.document is None and c.stored is not None]
        target = self.store[collection]
        if added:
            target.bulk_write([InsertOne(document) for document in added], session=self.session)
        if replaced:
            requests = [ReplaceOne({"_id": i, "version": c.stored}, c.document or {}) for i, c in replaced]
            if target.bulk_write(requests, session=self.session).matched_count != len(requests):
                raise VersionMismatch("A record was changed by somebody else. Read it again.")
        for identity in removed:
            target.delete_one({"_id": identity}, session=self.session)

    def _changed(self, collection: str) -> dict[Any, _Change]:
        """By id: what is held back of a collection."""
        return {key[1]: change for key, change in (self._settled | self._new).items() if key[0] == collection}


def _is_plain(condition: Mapping[str, Any]) -> bool:
    """Whether it only says which value a field has: such can be told of what is held back, too."""
    return not any(name.startswith("$") or "." in name or isinstance(value, dict) for name, value in condition.items())


def _meets(document: Document, condition: Mapping[str, Any]) -> bool:
    return all(_has(document.get(name), value) for name, value in condition.items())


def _has(held: Any, value: Any) -> bool:
    return bool(value in held if isinstance(held, list | tuple) else held == value)


__all__ = ["Changes"]
