"""Facts wait here, committed with the change that they tell of, until the relay has published them (rule 4).

A document: _id (the fact's id, UUIDv7), sequence (0 until the relay stamps it), routing_key, body (the fact's JSON).
"""

from collections.abc import Sequence

from pymongo import ASCENDING, IndexModel
from pymongo.client_session import ClientSession

from services.contracts.envelope import Fact

from .store import Store

COLLECTION = "outbox"
INDEXES = (IndexModel([("sequence", ASCENDING), ("_id", ASCENDING)]),)


def put(store: Store, session: ClientSession, told: Sequence[Fact]) -> None:
    """Writes the facts within the transaction of their change."""
    if told:
        store[COLLECTION].insert_many(
            [
                {
                    "_id": fact.id,
                    "sequence": 0,
                    "routing_key": fact.routing_key,
                    "body": fact.to_json().decode(),
                }
                for fact in told
            ],
            session=session,
        )


def waiting(store: Store) -> int:
    """How many facts wait to be published."""
    return store[COLLECTION].count_documents({"sequence": {"$gte": 0}})
