"""Relations that are withdrawn, and what an organisation became by those that are left."""

from typing import Any

from services.actors import model
from services.actors.model import Organisation, Relation, Successor
from services.actors.store import ActorStore
from services.contracts.errors import Conflict
from services.runtime.documents import to_values
from services.runtime.work import Work

from .history import note
from .taken import refuse_taken


def tell(work: Work, happening: str, relation: Relation) -> None:
    """The fact of a relation; a withdrawn one leaves a tombstone."""
    if relation.state == "withdrawn":
        work.tell("actors.relation.withdrawn", tombstone(relation))
    else:
        work.tell(f"actors.relation.{happening}", to_values(relation))


def tombstone(relation: Any) -> dict[str, Any]:
    """What stays with others of a withdrawn record: key, age, state."""
    names = ("id", "home", "incarnation", "version", "state", "created", "changed")
    return {name: getattr(relation, name) for name in names} | {"state": "withdrawn"}


def withdraw(work: Work, store: ActorStore, before: Relation) -> Relation:
    """Raises Conflict when it is withdrawn already."""
    if before.state != "stated":
        raise Conflict("This relation was withdrawn already.")
    after = model.next_version(before, work.now, work.origin.incarnation, state="withdrawn")
    store.relations.replace(after)
    tell(work, "withdrawn", after)
    note(work, store, "relation.withdrawn", before, after, *before.parties)
    return after


def follow(work: Work, store: ActorStore, organisation: str | None) -> None:
    """An organisation is succeeded, or again what it was, as its relations say now. An identifier of one that is
    succeeded is free for its successor. Raises Conflict."""
    if organisation is None:
        return
    before = store.organisations.get(organisation)
    ends = [relation for relation in store.relations_of(organisation) if relation.ended == organisation]
    successors = tuple(Successor(each.successor, each.kind, each.since) for each in sorted(ends, key=_by_day))
    after = model.succeed(before, successors, work.now, work.origin.incarnation)
    if after is before:
        return
    if after.state != before.state:
        _claim_or_release(store, after)
    store.organisations.replace(after)
    work.tell("actors.organisation.changed", to_values(after))
    note(work, store, f"organisation.{'succeeded' if successors else 'restored'}", before, after, after.id)


def leave_relations(work: Work, store: ActorStore, organisation: Organisation) -> None:
    """Nothing is related to an organisation that is removed. Raises Conflict for one that others became."""
    relations = store.relations_of(organisation.id)
    predecessors = [each for each in relations if each.ended not in (None, organisation.id)]
    merged = store.merges_into(organisation.id)
    if predecessors or merged:
        raise Conflict(
            "Other organisations became this one: their records point to it. Say first what else became of them, or "
            "withdraw that.",
            {"relations": [each.id for each in predecessors], "merges": [each.id for each in merged]},
        )
    for relation in relations:
        withdraw(work, store, relation)


def _claim_or_release(store: ActorStore, organisation: Organisation) -> None:
    if organisation.state == "succeeded":
        store.release(model.claims_of(organisation.identifiers))
    else:
        refuse_taken(store, organisation)
        store.claim([organisation])


def _by_day(relation: Relation) -> tuple[str, str]:
    return (str(relation.since), relation.id)
