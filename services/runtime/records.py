"""A collection of versioned records of one kind: read, add, replace, page through."""

from collections.abc import Iterable, Iterator, Mapping
from typing import Any, Generic, Protocol, TypeVar

from pymongo import ASCENDING, IndexModel
from pymongo.client_session import ClientSession

from services.contracts.errors import Invalid, NotFound, VersionMismatch

from .changes import Changes
from .documents import BUCKETS, from_document, to_document
from .store import Document, Store

INDEX = IndexModel([("bucket", ASCENDING)])
"""Of every collection that has a snapshot."""


class Versioned(Protocol):
    """What every record has (contracts/schemas/base.py, Record)."""

    @property
    def id(self) -> str: ...
    @property
    def version(self) -> int: ...


R = TypeVar("R", bound=Versioned)


class Records(Generic[R]):
    """The records of one kind, within a session's transaction when there is one.

    changes: those of the transaction, when they are held back and written together.
    """

    def __init__(
        self,
        store: Store,
        collection: str,
        kind: type[R],
        session: ClientSession | None,
        changes: Changes | None = None,
    ) -> None:
        self._collection, self._kind, self._session = store[collection], kind, session
        self._name, self._changes = collection, changes

    def find(self, record_id: str) -> R | None:
        if self._changes is not None:
            document = self._changes.find(self._name, record_id)
        else:
            document = self._collection.find_one({"_id": record_id}, session=self._session)
        return None if document is None else from_document(self._kind, document)

    def get(self, record_id: str) -> R:
        """Raises NotFound."""
        record = self.find(record_id)
        if record is None:
            raise NotFound(f"There is no {record_id}.")
        return record

    def add(self, record: R) -> None:
        if self._changes is not None:
            self._changes.add(self._name, to_document(record))
        else:
            self._collection.insert_one(to_document(record), session=self._session)

    def replace(self, record: R) -> None:
        """Writes the next version. Raises VersionMismatch when the one before it is no longer there."""
        document = to_document(record)
        if self._changes is not None:
            self._changes.replace(self._name, document)
            return
        condition = {"_id": record.id, "version": record.version - 1}
        if self._collection.replace_one(condition, document, session=self._session).matched_count != 1:
            raise VersionMismatch(f"{record.id} was changed by somebody else. Read it again.")

    def remove(self, record_id: str) -> None:
        if self._changes is not None:
            self._changes.remove(self._name, record_id)
        else:
            self._collection.delete_one({"_id": record_id}, session=self._session)

    def where(self, condition: Mapping[str, Any], *, limit: int = 0, sort: str = "_id") -> Iterator[R]:
        """Those that meet an indexed condition, in order of `sort`."""
        found: Iterable[Document]
        if self._changes is not None:
            found = self._changes.where(self._name, condition, limit=limit, sort=sort)
        else:
            found = self._collection.find(dict(condition), session=self._session).sort(sort, 1).limit(limit)
        return (from_document(self._kind, document) for document in found)

    def page(self, after: str | None, limit: int) -> tuple[list[R], str | None]:
        """The next records, about `limit` of them, in no order, and the cursor of the next page.

        By buckets, not by id: SecantusDB reads all that a condition meets, whatever the limit, so a page by id would
        cost the whole rest of the collection (docs/decisions/0004).
        """
        first, width = _read_cursor(after)
        found: list[R] = []
        while first < BUCKETS and len(found) < limit:
            batch = list(self.where({"bucket": {"$gte": first, "$lt": first + width}}))
            first += width
            found += batch
            width = _next_width(width, len(batch), limit)
        return found, f"{first}.{width}" if first < BUCKETS else None

    def count(self, condition: Mapping[str, Any]) -> int:
        """How many meet an indexed condition."""
        if self._changes is not None:
            return self._changes.count(self._name, condition)
        return self._collection.count_documents(dict(condition), session=self._session)


def _read_cursor(after: str | None) -> tuple[int, int]:
    if after is None:
        return 0, 1
    first, _, width = after.partition(".")
    if not (first.isdecimal() and width.isdecimal() and 1 <= int(width) <= BUCKETS):
        raise Invalid("This is no cursor of a snapshot.")
    return int(first), int(width)


def _next_width(width: int, found: int, limit: int) -> int:
    if found > limit:
        return max(1, width // 2)
    return min(BUCKETS, width * 2) if found * 2 <= limit else width


def expect_version(record: Versioned, expected: int | None) -> None:
    """Raises VersionMismatch when the caller read another version (If-Match)."""
    if expected is not None and record.version != expected:
        raise VersionMismatch(
            f"The record is at version {record.version}, not {expected}. Read it again.",
            {"version": record.version},
        )
