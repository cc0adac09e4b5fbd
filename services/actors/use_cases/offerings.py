"""Offerings: made, changed and withdrawn by the people of their organisation."""

from collections.abc import Iterable
from typing import Any

from services.actors import model
from services.actors.model import Offering, Organisation
from services.actors.store import ActorStore
from services.contracts import identifiers
from services.contracts.errors import field_error
from services.runtime.documents import structure, to_values
from services.runtime.records import expect_version
from services.runtime.work import Work

from .authority import first_facts, target_of_organisation
from .history import note
from .packages import leave_packages, move_parts
from .withdrawing import tombstone

Arguments = dict[str, Any]


def offer(work: Work, store: ActorStore, arguments: Arguments) -> dict[str, Any]:
    """Raises NotFound, Forbidden, SignInNeeded, Invalid (the organisation is not in the registry)."""
    organisation = store.organisations.get(arguments["organisation"])
    work.require("actors.offering.offer", target_of_organisation(work, organisation))
    check_in_registry(organisation)
    new = {**first_facts(work, identifiers.new_id(identifiers.OFFERING)), "state": "offered"}
    offering = structure(Offering, {**arguments, **new})
    store.offerings.add(offering)
    work.tell("actors.offering.offered", to_values(offering))
    note(work, store, "offering.offered", None, offering, offering.organisation)
    return to_values(offering)


def change_offering(work: Work, store: ActorStore, arguments: Arguments) -> dict[str, Any]:
    """Raises NotFound, Forbidden, SignInNeeded, VersionMismatch, Invalid, Conflict (withdrawn)."""
    before = _own(work, store, arguments)
    after = model.change_offering(before, changes_in(arguments), work.now, work.origin.incarnation)
    if after is not before:
        _write(work, store, "offering.changed", before, after)
    return to_values(after)


def withdraw_offering(work: Work, store: ActorStore, arguments: Arguments) -> dict[str, Any]:
    """It leaves the packages that it is in. Raises NotFound, Forbidden, SignInNeeded, VersionMismatch, Conflict."""
    before = _own(work, store, arguments)
    return to_values(_withdraw(work, store, before))


def withdraw_all_of(work: Work, store: ActorStore, organisation: str) -> None:
    """An organisation that is removed offers nothing."""
    for offering in store.offerings_of(organisation):
        _withdraw(work, store, offering)


def move_offerings(work: Work, store: ActorStore, offerings: Iterable[Offering], to: str) -> list[str]:
    """They are another organisation's now, in packages too. Gives their ids."""
    moved = []
    for before in offerings:
        after = model.next_version(before, work.now, work.origin.incarnation, organisation=to)
        _write(work, store, "offering.moved", before, after)
        moved.append(after.id)
    move_parts(work, store, moved, to)
    return moved


def check_in_registry(organisation: Organisation) -> None:
    """Raises Invalid unless it is admitted."""
    if organisation.state != "admitted":
        raise field_error("organisation", f"This organisation is {organisation.state}: name one of the registry.")


def changes_in(arguments: Arguments) -> Arguments:
    """What is to change: without what says which record, lists as tuples."""
    return {
        name: tuple(value) if isinstance(value, list) else value
        for name, value in arguments.items()
        if name not in ("id", "expected_version")
    }


def _own(work: Work, store: ActorStore, arguments: Arguments) -> Offering:
    offering = store.offerings.get(arguments["id"])
    organisation = store.organisations.get(offering.organisation)
    work.require("actors.offering.offer", target_of_organisation(work, organisation))
    expect_version(offering, arguments["expected_version"])
    return offering


def _withdraw(work: Work, store: ActorStore, before: Offering) -> Offering:
    after = model.withdraw_offering(before, work.now, work.origin.incarnation)
    store.offerings.replace(after)
    work.tell("actors.offering.withdrawn", tombstone(after))
    note(work, store, "offering.withdrawn", before, after, after.organisation)
    leave_packages(work, store, after.id)
    return after


def _write(work: Work, store: ActorStore, what: str, before: Offering, after: Offering) -> None:
    store.offerings.replace(after)
    work.tell("actors.offering.changed", to_values(after))
    note(work, store, what, before, after, *dict.fromkeys((before.organisation, after.organisation)))
