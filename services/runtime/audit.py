"""Who saw or changed personal data: kept in the transaction of the change, or before the answer of a read is given.

A use case says it: `work.saw("sign_up", event.id, ids)`, `work.altered(...)`; the desk keeps it. A read that can't be
audited (the store takes no writes) is refused.

A document: _id (aud_..., rising with time), at, did (saw, changed), kind (of the data), record (under what it was
asked for: an event), persons (references of those concerned), count, why (the call), by ({"kind", "account"}),
through (the door by whose key), correlation_id. References only, never a name or an address.
"""

from collections.abc import Iterable, Mapping, Sequence
from datetime import datetime, timedelta
from typing import Any, Final

from pymongo import ASCENDING, DESCENDING, IndexModel
from pymongo.client_session import ClientSession

from services.contracts import identifiers

from .store import Document, Store, utc_now
from .work import Audited, Work

COLLECTION: Final = "audit"
INDEXES: Final = (
    IndexModel([("at", ASCENDING)]),
    IndexModel([("by.account", ASCENDING)]),
    IndexModel([("persons", ASCENDING)]),
    IndexModel([("record", ASCENDING)]),
)
MOST_PERSONS: Final = 1_000
"""Of one entry; more of them make more entries."""


def put(store: Store, session: ClientSession | None, work: Work, why: str) -> None:
    """Keeps what the work saw and changed. why: `<service>.<call>`."""
    documents = [_document(work, why, each, persons) for each in work.audited for persons in _parts(each.persons)]
    if documents:
        store[COLLECTION].insert_many(documents, session=session)


def page(store: Store, wanted: Mapping[str, Any], limit: int) -> tuple[list[dict[str, Any]], str | None]:
    """Entries, the newest first, and the cursor of the next page. wanted: account, person, record, since, until, after;
    None where it is not asked for."""
    names = {"account": "by.account", "person": "persons", "record": "record"}
    condition: Document = {field: wanted[name] for name, field in names.items() if wanted.get(name) is not None}
    times = {operator: wanted[name] for name, operator in (("since", "$gte"), ("until", "$lt")) if wanted.get(name)}
    if times:
        condition["at"] = times
    if wanted.get("after") is not None:
        condition["_id"] = {"$lt": wanted["after"]}
    found = list(store[COLLECTION].find(condition).sort("_id", DESCENDING).limit(limit + 1))
    shown = found[:limit]
    return [_shown(document) for document in shown], shown[-1]["_id"] if len(found) > limit else None


def about(store: Store, persons: Sequence[str], limit: int = 1_000) -> list[dict[str, Any]]:
    """What was done to the data of somebody, the newest first, without the others that it concerned."""
    found = store[COLLECTION].find({"persons": {"$in": list(persons)}}).sort("_id", DESCENDING).limit(limit)
    return [
        {**_shown(document), "persons": [one for one in document["persons"] if one in persons]} for document in found
    ]


def forget_old(store: Store, days: int) -> None:
    """Drops what was kept for long enough."""
    store[COLLECTION].delete_many({"at": {"$lt": utc_now() - timedelta(days=days)}})


def _document(work: Work, why: str, audited: Audited, persons: Sequence[str]) -> Document:
    at: datetime = work.now
    return {
        "_id": identifiers.new_id(identifiers.AUDIT),
        "at": at,
        "did": audited.did,
        "kind": audited.kind,
        "record": audited.record,
        "persons": list(persons),
        "count": len(persons),
        "why": why,
        "by": {"kind": work.principal.kind, "account": work.principal.account},
        "through": audited.through,
        "correlation_id": work.origin.correlation_id,
    }


def _parts(persons: Sequence[str]) -> Iterable[Sequence[str]]:
    return (persons[start : start + MOST_PERSONS] for start in range(0, max(len(persons), 1), MOST_PERSONS))


def _shown(document: Document) -> dict[str, Any]:
    by = document["by"]
    said = {name: value for name, value in document.items() if name != "_id"}
    return {**said, "id": document["_id"], "by": by["kind"], "account": by["account"]}


__all__ = ["COLLECTION", "INDEXES", "about", "forget_old", "page", "put"]
