"""What consortium does about facts of others: it keeps copies of what its rules need.

A fact that fails waits in the inbox; a repeated or late one changes nothing (runtime/copies.py).
"""

from typing import Any

from services.contracts.envelope import Fact
from services.runtime.copies import copying
from services.runtime.inbox import Reactions
from services.runtime.work import Work

from . import use_cases
from .store import ConsortiumStore


def keep_organisation(work: Work, store: ConsortiumStore, fact: Fact, data: dict[str, Any]) -> None:
    """Keeps a copy; an organisation that is removed from the registry leaves its consortia."""
    if store.organisations.apply(fact, data) and data["state"] == "removed":
        use_cases.organisation_removed(work, store, fact.subject)


REACTIONS = Reactions(
    {
        "actors.organisation": [keep_organisation],
        "actors.mandate": [copying(lambda store: store.mandates)],
    }
)
