"""Read-only copies of other services' records, keyed by (home, id); what is newer wins, tombstones stay (rule 7)."""

from collections.abc import Callable, Iterator, Mapping
from typing import Any

from pymongo import ASCENDING, IndexModel
from pymongo.client_session import ClientSession

from services.contracts.envelope import Fact

from .documents import as_stored
from .inbox import Reaction
from .store import Document, Store
from .work import Work

INDEXES = (IndexModel([("id", ASCENDING)]),)


def copy_key(home: str, record_id: str) -> str:
    return f"{home}/{record_id}"


class Copies:
    """Copies of one kind of record. A copy is the fact's data, with `id`, `home`, `incarnation`, `version`."""

    def __init__(self, store: Store, collection: str, session: ClientSession | None) -> None:
        self._collection, self._session = store[collection], session

    def apply(self, fact: Fact, data: Mapping[str, Any]) -> bool:
        """Keeps the fact's record if it is newer than the copy; says whether it was.

        Late and repeated facts do nothing.
        """
        key = copy_key(fact.home, fact.subject)
        held = self._collection.find_one({"_id": key}, {"incarnation": 1, "version": 1}, session=self._session)
        if held is not None and (held["incarnation"], held["version"]) >= (fact.incarnation, fact.version):
            return False
        document = {
            **as_stored(data),
            "_id": key,
            "id": fact.subject,
            "home": fact.home,
            "incarnation": fact.incarnation,
            "version": fact.version,
        }
        self._collection.replace_one({"_id": key}, document, upsert=True, session=self._session)
        return True

    def find(self, record_id: str, home: str | None = None) -> Document | None:
        """The copy with this id; of this home if one is named."""
        if home is not None:
            return self._collection.find_one({"_id": copy_key(home, record_id)}, session=self._session)
        return self._collection.find_one({"id": record_id}, session=self._session)

    def where(self, condition: Mapping[str, Any]) -> Iterator[Document]:
        """Copies that meet an indexed condition."""
        return iter(self._collection.find(dict(condition), session=self._session))


def copying(which: Callable[[Any], Copies]) -> Reaction:
    """A reaction that keeps a copy: `which` picks the copies from the service's store."""

    def keep(_work: Work, store: Any, fact: Fact, data: dict[str, Any]) -> None:
        which(store).apply(fact, data)

    return keep
