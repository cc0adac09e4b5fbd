"""Each service's copy of the mandates, made from facts of actors (rule 10)."""

from pymongo import ASCENDING, IndexModel
from pymongo.client_session import ClientSession

from services.contracts.permissions import Mandate

from .store import Store

COLLECTION = "mandates"
INDEXES = (IndexModel([("account", ASCENDING), ("state", ASCENDING)]), IndexModel([("id", ASCENDING)]))


def held_by(store: Store, account: str, session: ClientSession | None = None) -> tuple[Mandate, ...]:
    """The mandates that an account holds now."""
    found = store[COLLECTION].find({"account": account, "state": "granted"}, session=session)
    return tuple(Mandate(role=document["role"], target=document["target"]) for document in found)
