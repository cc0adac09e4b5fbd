"""Forming, changing and closing working groups."""

from typing import Any

from services.consortium import model
from services.consortium.model import WorkingGroup
from services.consortium.store import ConsortiumStore
from services.contracts import identifiers
from services.runtime.documents import structure, to_values
from services.runtime.records import expect_version
from services.runtime.work import Work

from .leaving import close_group
from .standing import Arguments, changes_in, moment, new_record, target_of

FORM = "consortium.working_group.form"


def form_working_group(work: Work, store: ConsortiumStore, arguments: Arguments) -> dict[str, Any]:
    """Raises NotFound, Forbidden, Conflict, Invalid for an organisation that is no member of the consortium now."""
    consortium = store.consortia.get(arguments["consortium"])
    work.require(FORM, target_of(work, consortium))
    model.check_active(consortium)
    store.take_turn(consortium.id)
    model.check_members(arguments["members"], store.members_of(consortium.id))
    made = {**arguments, **new_record(work, identifiers.WORKING_GROUP), "state": "active"}
    group = structure(WorkingGroup, made)
    store.working_groups.add(group)
    work.tell("consortium.working_group.formed", to_values(group))
    return to_values(group)


def change_working_group(work: Work, store: ConsortiumStore, arguments: Arguments) -> dict[str, Any]:
    """Changes what is given; `members` is the whole list. Raises NotFound, Forbidden, VersionMismatch, Conflict,
    Invalid."""
    before = _own(work, store, arguments)
    after = model.change_group(before, changes_in(arguments), moment(work))
    if after is before:
        return to_values(before)
    if after.members != before.members:
        store.take_turn(after.consortium)
        model.check_members(after.members, store.members_of(after.consortium))
    store.working_groups.replace(after)
    work.tell("consortium.working_group.changed", to_values(after))
    return to_values(after)


def close_working_group(work: Work, store: ConsortiumStore, arguments: Arguments) -> dict[str, Any]:
    """Raises NotFound, Forbidden, VersionMismatch, Conflict."""
    return to_values(close_group(work, store, _own(work, store, arguments)))


def _own(work: Work, store: ConsortiumStore, arguments: Arguments) -> WorkingGroup:
    group = store.working_groups.get(arguments["id"])
    work.require(FORM, target_of(work, store.consortia.get(group.consortium)))
    expect_version(group, arguments["expected_version"])
    return group
