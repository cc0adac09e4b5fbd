"""Adding, changing and removing organisations of the registry."""

from collections.abc import Iterable
from typing import Any

from services.actors import model
from services.actors.model import Organisation
from services.actors.store import ActorStore
from services.contracts import identifiers
from services.contracts.errors import Forbidden
from services.contracts.permissions import Target
from services.runtime.documents import structure, to_values
from services.runtime.records import expect_version
from services.runtime.work import Work

from . import offerings, packages
from .authority import first_facts, target_of_organisation, target_of_regions
from .history import note
from .likenesses import similar_to
from .mandates import revoke_all_for
from .taken import claim_instead, refuse_taken
from .withdrawing import leave_relations

Arguments = dict[str, Any]

OF_THE_REGISTRY = ("regions", "identifiers")
"""Fields that only a coordinator changes: they decide whose the organisation is, and that it is only one."""


def register_organisation(work: Work, store: ActorStore, arguments: Arguments) -> dict[str, Any]:
    """A coordinator of one of its regions adds it; the answer says which ones may be the same actor.

    Raises Forbidden, Invalid, Conflict (an identifier is taken).
    """
    work.require("actors.organisation.register", target_of_regions(work, arguments["regions"]))
    organisation = new_organisation(work, arguments, "admitted")
    refuse_taken(store, organisation)
    similar = similar_to(store, organisation)
    store.add_organisations([organisation])
    work.tell("actors.organisation.registered", to_values(organisation))
    note(work, store, "organisation.registered", None, organisation, organisation.id)
    return to_values(organisation) | ({"similar": similar} if similar else {})


def change_organisation(work: Work, store: ActorStore, arguments: Arguments) -> dict[str, Any]:
    """Its partner changes what it says of itself; a coordinator of its regions changes anything.

    Regions: a coordinator may add any, but one that the coordinator acts for must stay. So an organisation moves to
    another coordinator's region in two steps, one by each. Raises NotFound, Forbidden, VersionMismatch, Conflict,
    Invalid.
    """
    before = store.organisations.get(arguments["id"])
    work.require("actors.organisation.change", target_of_organisation(work, before))
    expect_version(before, arguments["expected_version"])
    changes = _changes(arguments)
    after = model.change(before, changes, work.now, work.origin.incarnation)
    if after is before:
        return to_values(before)
    _require_registry_rights(work, before, after)
    _claim_anew(store, before, after)
    store.organisations.replace(after)
    work.tell("actors.organisation.changed", to_values(after))
    note(work, store, "organisation.changed", before, after, after.id)
    return to_values(after)


def remove_organisation(work: Work, store: ActorStore, arguments: Arguments) -> dict[str, Any]:
    """Its mandates end, what it offered is withdrawn, its identifiers are free.

    Raises NotFound, Forbidden, VersionMismatch, Conflict (others became this one).
    """
    before = store.organisations.get(arguments["id"])
    work.require("actors.organisation.remove", target_of_organisation(work, before))
    expect_version(before, arguments["expected_version"])
    removed = model.remove(before, work.now, work.origin.incarnation)
    leave_relations(work, store, removed)
    offerings.withdraw_all_of(work, store, removed.id)
    packages.withdraw_all_of(work, store, removed.id)
    store.organisations.replace(removed)
    store.release(model.claims_of(removed.identifiers))
    revoke_all_for(work, store, removed.id)
    work.tell("actors.organisation.removed", model.tombstone(removed))
    note(work, store, "organisation.removed", before, removed, removed.id)
    return to_values(removed)


def new_organisation(work: Work, values: Arguments, state: model.organisation.State) -> Organisation:
    """A new record, its identifiers normalised. Raises Invalid."""
    given = ((identifier["scheme"], identifier["value"]) for identifier in values["identifiers"])
    mine = {
        **first_facts(work, identifiers.new_id(identifiers.ORGANISATION)),
        "state": state,
        "name_keys": model.name_keys(values["name"]),
        "like_keys": model.like_keys(values["name"]),
    }
    normal = [to_values(identifier) for identifier in model.read_identifiers(given)]
    return structure(Organisation, {**values, **mine, "identifiers": normal})


def _changes(arguments: Arguments) -> Arguments:
    changes = {
        key: tuple(value) if isinstance(value, list) else value
        for key, value in arguments.items()
        if key not in ("id", "expected_version")
    }
    if "identifiers" in changes:
        given: Iterable[Arguments] = changes["identifiers"]
        changes["identifiers"] = model.read_identifiers((each["scheme"], each["value"]) for each in given)
    return changes


def _require_registry_rights(work: Work, before: Organisation, after: Organisation) -> None:
    touched = [name for name in OF_THE_REGISTRY if getattr(before, name) != getattr(after, name)]
    if not touched:
        return
    coordinators = Target(regions=target_of_organisation(work, before).regions)
    if not work.may("actors.organisation.change", coordinators):
        raise Forbidden(f"Only a coordinator of the organisation's region changes its {' and '.join(touched)}.")
    if not work.may("actors.organisation.register", target_of_regions(work, after.regions)):
        raise Forbidden(
            "One of the regions that you coordinate must stay. Add the new one; its coordinator then takes yours away."
        )


def _claim_anew(store: ActorStore, before: Organisation, after: Organisation) -> None:
    if before.identifiers == after.identifiers:
        return
    claim_instead(store, before, after)
