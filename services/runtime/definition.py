"""What a service tells the runtime of itself: its store, its consumer, its reactions, what can be rebuilt from it."""

from collections.abc import Callable, Mapping
from dataclasses import dataclass, field
from typing import Any

from services.contracts.envelope import Visibility

from . import audit, commands, inbox, mandates, outbox, topology
from .desk import StoreFactory
from .duties import Duty
from .inbox import Reactions
from .privacy import rechecking
from .privacy.person import Erase, Tell, erases_nobody, knows_nobody
from .store import Indexes
from .work import Work

Snapshot = Callable[[Any, str | None, int], tuple[list[tuple[str, Visibility, Mapping[str, Any]]], str | None]]
"""(store, after, limit) -> (fact type, visibility, record as Python values) each, and the cursor of the next page."""

FindRecipient = Callable[[Work, Any, dict[str, Any]], Mapping[str, Any] | None]
"""(work, store, {"reference", "purpose"}) -> contracts' Recipient, or None when the person is gone."""


FindFailed = Callable[[Any, bool, int], list[dict[str, Any]]]
"""(store, also_waiting, limit) -> contracts' DeadLetterView each: what failed besides facts."""

Replay = Callable[[Any, list[str]], int]
"""(store, ids) -> how many are tried again now; no ids: all that are dead."""


def no_others(_store: Any, _also_waiting: bool, _limit: int) -> list[dict[str, Any]]:
    """A service in which nothing but facts can fail."""
    return []


def replay_no_others(_store: Any, _ids: list[str]) -> int:
    """Its counterpart."""
    return 0


def nobody(_work: Work, _store: Any, _arguments: dict[str, Any]) -> None:
    """A service that owns no persons."""


@dataclass(frozen=True, slots=True)
class ServiceDefinition:
    """name: of the service. store: makes its store for a database and a session. indexes: by collection, its own.
    consumer, reactions: the facts that it takes and what it does about them. snapshots: by kind of record."""

    name: str
    store: StoreFactory
    indexes: Indexes
    consumer: topology.Consumer
    reactions: Reactions
    snapshots: Mapping[str, Snapshot]
    recipient: FindRecipient = nobody
    personal_data: Tell = knows_nobody
    erase: Erase = erases_nobody
    uploads: tuple[str, ...] = ()
    """Collections of what people sent in files or free texts: an address that is erased is taken out of them, too."""
    gathers: bool = False
    """Its store holds changes back, so that commands which wait at the same time share a transaction."""
    other_failed: FindFailed = no_others
    replay_others: Replay = replay_no_others
    sweeps: tuple[Callable[[Any], None], ...] = field(default=())
    """Called every second with the store factory's product outside a transaction: housekeeping of the service's own."""
    duties: tuple[Duty, ...] = ()
    """What it does by itself when the time has come, and tells in facts."""

    @property
    def all_indexes(self) -> Indexes:
        """With those of the runtime's own collections."""
        return {
            outbox.COLLECTION: outbox.INDEXES,
            inbox.COLLECTION: inbox.INDEXES,
            commands.COLLECTION: commands.INDEXES,
            mandates.COLLECTION: mandates.INDEXES,
            audit.COLLECTION: audit.INDEXES,
            rechecking.COLLECTION: rechecking.INDEXES,
            "relay": (),
            **self.indexes,
        }
