"""Two records of one actor are merged by a coordinator, and the merge can be undone."""

from typing import Any

from services.actors import model
from services.actors.model import Merge, Organisation, Relation
from services.actors.store import ActorStore
from services.contracts import identifiers
from services.contracts.errors import Conflict
from services.contracts.relations import RELATIONS
from services.runtime.documents import to_values
from services.runtime.work import Work

from .authority import first_facts, target_of_regions
from .history import note
from .mandates import grant_for, revoke_if_granted
from .offerings import move_offerings
from .packages import move_packages
from .taken import claim_instead, refuse_taken
from .withdrawing import follow, tell

Arguments = dict[str, Any]

_TURN = "relations"


def merge_organisations(work: Work, store: ActorStore, arguments: Arguments) -> dict[str, Any]:
    """`other` becomes a record that points to `id`. By a coordinator of regions of both.

    The partners of `other` may act for both from now on: memberships and events still name `other`.
    Raises NotFound, Forbidden, SignInNeeded, Conflict.
    """
    into, other = _both(work, store, arguments["id"], arguments["other"])
    after, gone = model.merged(into, other, arguments["take"], work.now, work.origin.incarnation)
    store.take_turn(_TURN)
    relations, moved = _move_relations(work, store, other.id, into.id)
    store.release(model.claims_of(other.identifiers))
    claim_instead(store, into, after)
    merge = Merge(
        **first_facts(work, identifiers.new_id(identifiers.MERGE)),
        state="done",
        into=into.id,
        other=other.id,
        account=work.principal.account,
        before=into,
        after=after,
        relations_before=tuple(relations),
        relations_after=tuple(moved),
        mandates=tuple(_move_mandates(work, store, other.id, into.id)),
        offerings=tuple(move_offerings(work, store, store.offerings_of(other.id), into.id)),
        packages=tuple(move_packages(work, store, store.packages_made_by(other.id), into.id)),
    )
    store.merges.add(merge)
    _write(work, store, "organisation.merged", other, gone, into.id)
    _write(work, store, "organisation.united", into, after, other.id)
    for relation in moved:
        follow(work, store, relation.ended)
    return _shown(merge, after)


def undo_merge(work: Work, store: ActorStore, arguments: Arguments) -> dict[str, Any]:
    """Both are as they were; what was changed of the one since stays (`kept` names it).

    Raises NotFound, Forbidden, SignInNeeded, Conflict (undone already, the one was itself merged meanwhile, an
    identifier of the other was taken meanwhile).
    """
    merge = store.merges.get(arguments["id"])
    into, other = _both(work, store, merge.into, merge.other)
    undone = model.undone(merge, work.now, work.origin.incarnation)
    if into.state != "admitted":
        raise Conflict(f"{into.id} is {into.state} now. Undo that first.")
    store.take_turn(_TURN)
    fields, kept = model.restored(merge, into)
    after = model.next_version(into, work.now, work.origin.incarnation, **fields)
    back = model.split_again(other, work.now, work.origin.incarnation)
    claim_instead(store, into, after)
    refuse_taken(store, back)
    store.claim([back])
    _write(work, store, "organisation.parted", into, after, other.id)
    _write(work, store, "organisation.restored", other, back, into.id)
    ended = _move_relations_back(work, store, merge)
    _move_offers_back(work, store, merge)
    for mandate in merge.mandates:
        revoke_if_granted(work, store, mandate)
    store.merges.replace(undone)
    for organisation in ended:
        follow(work, store, organisation)
    return _shown(undone, after, kept)


def _both(work: Work, store: ActorStore, into: str, other: str) -> tuple[Organisation, Organisation]:
    found = (store.organisations.get(into), store.organisations.get(other))
    for organisation in found:
        work.require("actors.organisation.merge", target_of_regions(work, organisation.regions))
    return found


def _move_relations(work: Work, store: ActorStore, other: str, into: str) -> tuple[list[Relation], list[Relation]]:
    before = store.relations_of(other)
    if not before:
        return [], []
    touched = {relation.id for relation in before}
    kept = [relation for relation in store.relations_stated(RELATIONS) if relation.id not in touched]
    after = model.moved(before, kept, other, into, work.now, work.origin.incarnation)
    for old, new in zip(before, after, strict=True):
        _write_relation(work, store, old, new)
    return before, after


def _move_relations_back(work: Work, store: ActorStore, merge: Merge) -> set[str]:
    ended: set[str] = set()
    for before, after in zip(merge.relations_before, merge.relations_after, strict=True):
        found = store.relations.get(before.id)
        back = model.moved_back(before, after, found, work.now, work.origin.incarnation)
        if back is not None:
            _write_relation(work, store, found, back)
            ended |= {party for party in (found.ended, back.ended) if party is not None}
    return ended - {merge.other}


def _write_relation(work: Work, store: ActorStore, before: Relation, after: Relation) -> None:
    store.relations.replace(after)
    tell(work, "changed", after)
    note(work, store, "relation.moved", before, after, *dict.fromkeys((*before.parties, *after.parties)))


def _move_mandates(work: Work, store: ActorStore, other: str, into: str) -> list[str]:
    already = {mandate.account for mandate in store.mandates_for(into)}
    accounts = [mandate for mandate in store.mandates_for(other) if mandate.account not in already]
    return [grant_for(work, store, mandate, into).id for mandate in accounts]


def _move_offers_back(work: Work, store: ActorStore, merge: Merge) -> None:
    offerings = [each for each in store.offerings_of(merge.into) if each.id in merge.offerings]
    move_offerings(work, store, offerings, merge.other)
    packages = [each for each in store.packages_made_by(merge.into) if each.id in merge.packages]
    move_packages(work, store, packages, merge.other)


def _write(work: Work, store: ActorStore, what: str, before: Organisation, after: Organisation, with_: str) -> None:
    store.organisations.replace(after)
    work.tell("actors.organisation.changed", to_values(after))
    note(work, store, what, before, after, after.id, with_)


def _shown(merge: Merge, organisation: Organisation, kept: tuple[str, ...] = ()) -> dict[str, Any]:
    return {**to_values(merge), "organisation": to_values(organisation), "kept": kept}
