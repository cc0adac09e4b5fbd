"""Founding, changing and dissolving consortia, clusters and ecosystems."""

from typing import Any

from services.consortium import model
from services.consortium.model import Consortium
from services.consortium.store import ConsortiumStore
from services.contracts import identifiers
from services.contracts.permissions import Target
from services.runtime.documents import structure, to_values
from services.runtime.records import expect_version
from services.runtime.work import Work

from .leaving import close_group, conclude
from .standing import Arguments, changes_in, moment, new_record, regions_or_node, target_of


def found(work: Work, store: ConsortiumStore, arguments: Arguments) -> dict[str, Any]:
    """By a coordinator of one of its regions; of `node:<slug>` when it has none. Raises Forbidden, SignInNeeded."""
    regions = regions_or_node(work, arguments["regions"])
    work.require("consortium.consortium.found", Target(regions=regions))
    made = {**arguments, **new_record(work, identifiers.CONSORTIUM), "state": "active"}
    consortium = structure(Consortium, made)
    store.consortia.add(consortium)
    store.open_turns(consortium.id)
    work.tell("consortium.consortium.founded", to_values(consortium))
    return to_values(consortium)


def change(work: Work, store: ConsortiumStore, arguments: Arguments) -> dict[str, Any]:
    """Changes what is given. Raises NotFound, Forbidden, VersionMismatch, Conflict."""
    before = _own(work, store, arguments)
    after = model.change_consortium(before, changes_in(arguments), moment(work))
    if after is not before:
        store.consortia.replace(after)
        work.tell("consortium.consortium.changed", to_values(after))
    return to_values(after)


def dissolve(work: Work, store: ConsortiumStore, arguments: Arguments) -> dict[str, Any]:
    """Closes its working groups, ends its memberships and declines what was undecided, all at once.

    Raises NotFound, Forbidden, VersionMismatch, Conflict.
    """
    consortium = model.dissolve(_own(work, store, arguments), moment(work))
    store.take_turn(consortium.id)
    for group in store.groups_of(consortium.id):
        close_group(work, store, group)
    for membership in store.living_memberships(consortium.id):
        conclude(work, store, membership)
    store.consortia.replace(consortium)
    work.tell("consortium.consortium.dissolved", to_values(consortium))
    return to_values(consortium)


def _own(work: Work, store: ConsortiumStore, arguments: Arguments) -> Consortium:
    consortium = store.consortia.get(arguments["id"])
    work.require("consortium.consortium.change", target_of(work, consortium))
    expect_version(consortium, arguments["expected_version"])
    return consortium
