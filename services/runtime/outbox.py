"""Facts wait here, committed with the change that they tell of, until the relay has published them (rule 4).

A document holds the facts of one commit: _id (the first one's id, UUIDv7), place, facts: [{id, routing_key, body}].

place: a number of the writing process's own, one more for each document. Whatever has been published is removed by
runs of places without a gap, all of which the relay has read: by an index, and with no chance to take a document that
appears late with it. (A list of ids would cost SecantusDB the product of both lengths: docs/performance.md.)
"""

import secrets
from collections.abc import Iterator, Sequence

from pymongo import ASCENDING, IndexModel
from pymongo.client_session import ClientSession

from services.contracts.envelope import Fact

from .store import Document, Store

COLLECTION = "outbox"
INDEXES = (IndexModel([("place", ASCENDING)]),)
MOST_FACTS = 200
"""Of one document."""


def _places() -> Iterator[int]:
    """Numbers that no other process gives out: 39 random bits, then 24 that count."""
    while True:
        first = secrets.randbits(39) << 24
        yield from range(first, first + (1 << 24))


_next_places = _places()


def put(store: Store, session: ClientSession, told: Sequence[Fact]) -> None:
    """Writes the facts within the transaction of their change."""
    documents = list(_documents(told))
    if documents:
        store[COLLECTION].insert_many(documents, session=session)


def waiting(store: Store) -> int:
    """How many commits' facts wait to be published."""
    return store[COLLECTION].estimated_document_count()


def _documents(told: Sequence[Fact]) -> Iterator[Document]:
    for start in range(0, len(told), MOST_FACTS):
        facts = told[start : start + MOST_FACTS]
        yield {
            "_id": facts[0].id,
            "place": next(_next_places),
            "facts": [
                {"id": fact.id, "routing_key": fact.routing_key, "body": fact.to_json().decode()} for fact in facts
            ],
        }
