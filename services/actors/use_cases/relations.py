"""Relations between organisations: stated, changed, withdrawn; and what becomes of an organisation by them."""

from typing import Any

from services.actors import model
from services.actors.model import Organisation, Relation
from services.actors.store import ActorStore
from services.contracts import identifiers
from services.contracts.errors import Conflict, field_error
from services.contracts.relations import SUCCESSIONS
from services.runtime.documents import to_values
from services.runtime.records import expect_version
from services.runtime.work import Work

from .authority import first_facts, target_of_organisation, target_of_regions
from .history import note
from .withdrawing import follow, tell, withdraw

Arguments = dict[str, Any]

_TURN = "relations"


def state_relation(work: Work, store: ActorStore, arguments: Arguments) -> dict[str, Any]:
    """A partner of `organisation`, or a coordinator of its regions; of what became of an organisation, a coordinator
    of the regions of that one.

    Raises NotFound, Forbidden, SignInNeeded, Invalid, Conflict (a contradiction to what is stated).
    """
    relation = Relation(**first_facts(work, identifiers.new_id(identifiers.RELATION)), state="stated", **arguments)
    _require(work, store, relation)
    for field, party in (("organisation", relation.organisation), ("other", relation.other)):
        _check_party(field, store.organisations.get(party))
    model.check_relation(relation, work.today)
    store.take_turn(_TURN)
    _check_among(store, relation)
    store.relations.add(relation)
    tell(work, "stated", relation)
    note(work, store, "relation.stated", None, relation, *relation.parties)
    follow(work, store, relation.ended)
    return to_values(relation)


def change_relation(work: Work, store: ActorStore, arguments: Arguments) -> dict[str, Any]:
    """Its days. Raises NotFound, Forbidden, SignInNeeded, VersionMismatch, Invalid, Conflict."""
    before = _found(work, store, arguments)
    days = {name: arguments[name] for name in ("since", "until") if name in arguments}
    if all(getattr(before, name) == day for name, day in days.items()):
        return to_values(before)
    after = model.next_version(before, work.now, work.origin.incarnation, **days)
    model.check_relation(after, work.today)
    store.take_turn(_TURN)
    _check_among(store, after)
    store.relations.replace(after)
    tell(work, "changed", after)
    note(work, store, "relation.changed", before, after, *after.parties)
    follow(work, store, after.ended)
    return to_values(after)


def withdraw_relation(work: Work, store: ActorStore, arguments: Arguments) -> dict[str, Any]:
    """It never was so. An organisation that had ended by it is what it was before.

    Raises NotFound, Forbidden, SignInNeeded, VersionMismatch, Conflict (withdrawn already; an identifier is taken).
    """
    before = _found(work, store, arguments)
    store.take_turn(_TURN)
    after = withdraw(work, store, before)
    follow(work, store, before.ended)
    return to_values(after)


def _found(work: Work, store: ActorStore, arguments: Arguments) -> Relation:
    relation = store.relations.get(arguments["id"])
    _require(work, store, relation)
    expect_version(relation, arguments["expected_version"])
    if relation.state != "stated":
        raise Conflict("This relation was withdrawn.")
    return relation


def _require(work: Work, store: ActorStore, relation: Relation) -> None:
    if relation.kind in SUCCESSIONS:
        ending = relation.other if relation.kind == "split_from" else relation.organisation
        regions = store.organisations.get(ending).regions
        work.require("actors.succession.state", target_of_regions(work, regions))
    else:
        organisation = store.organisations.get(relation.organisation)
        work.require("actors.relation.state", target_of_organisation(work, organisation))


def _check_party(field: str, organisation: Organisation) -> None:
    if organisation.state == "merged":
        into = organisation.successors[0].id
        raise field_error(field, f"{organisation.id} is a record that was merged into {into}. Name that one.")
    if organisation.state not in ("admitted", "succeeded"):
        raise field_error(field, f"{organisation.id} is {organisation.state}: name an organisation of the registry.")


def _check_among(store: ActorStore, relation: Relation) -> None:
    kinds = SUCCESSIONS if relation.is_succession else (relation.kind,)
    model.check_among(relation, store.relations_stated(kinds))
