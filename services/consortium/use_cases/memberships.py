"""Asking, inviting, deciding, changing roles, ending; and reading what is not public."""

from typing import Any

from services.consortium import model
from services.consortium.model import Consortium, Membership
from services.consortium.store import ConsortiumStore
from services.contracts import identifiers
from services.contracts.errors import Conflict, UnknownReference, field_error
from services.contracts.permissions import Target
from services.runtime.documents import to_values
from services.runtime.records import expect_version
from services.runtime.work import Work

from .leaving import leave_groups, tell, write
from .standing import Arguments, moment, new_record, target_of

ASK, ADMIT, READ = "consortium.membership.ask", "consortium.membership.admit", "consortium.memberships.read"


def ask_membership(work: Work, store: ConsortiumStore, arguments: Arguments) -> dict[str, Any]:
    """A partner asks for its organisation; the secretary decides.

    Raises NotFound, Forbidden, UnknownReference, Conflict when a membership lives already.
    """
    work.require(ASK, _own(arguments["organisation"]))
    consortium = store.consortia.get(arguments["consortium"])
    fields = _fields(work, store, consortium, arguments)
    membership = model.asked(fields, arguments["role"], moment(work).today)
    store.memberships.add(membership)
    tell(work, "asked", membership)
    return to_values(membership)


def invite_member(work: Work, store: ConsortiumStore, arguments: Arguments) -> dict[str, Any]:
    """The secretary invites; where an agreement is there (`agreed`) the membership begins at once.

    Raises NotFound, Forbidden, UnknownReference, Invalid, Conflict when a membership lives already.
    """
    consortium = store.consortia.get(arguments["consortium"])
    work.require(ADMIT, target_of(work, consortium))
    fields = _fields(work, store, consortium, arguments)
    role, since, until, agreed = (arguments[name] for name in ("role", "since", "until", "agreed"))
    membership = model.invited(fields, role, since, until, agreed, moment(work).today)
    store.memberships.add(membership)
    tell(work, "started" if membership.state == "active" else "invited", membership)
    return to_values(membership)


def decide_membership(work: Work, store: ConsortiumStore, arguments: Arguments) -> dict[str, Any]:
    """A request is admitted by the secretary, an invitation accepted by the partner; either may decline both, which
    takes back what it asked or offered itself.

    Raises NotFound, Forbidden, VersionMismatch, Invalid, Conflict when there is nothing to decide.
    """
    before, consortium = _found(store, arguments)
    if arguments["accept"] and before.state == "asked":
        work.require(ADMIT, target_of(work, consortium))
    elif arguments["accept"] and before.state == "invited":
        work.require(ASK, _own(before.organisation))
    else:
        _require_either(work, consortium, before)
    expect_version(before, arguments["expected_version"])
    store.take_turn(consortium.id)
    if arguments["accept"]:
        after = model.accept(before, arguments["since"], moment(work))
    else:
        after = model.decline(before, moment(work))
    write(work, store, "started" if after.state == "active" else "declined", after)
    return to_values(after)


def change_role(work: Work, store: ConsortiumStore, arguments: Arguments) -> dict[str, Any]:
    """Another role from a day on. Raises NotFound, Forbidden, VersionMismatch, Invalid, Conflict."""
    before, consortium = _found(store, arguments)
    work.require(ADMIT, target_of(work, consortium))
    expect_version(before, arguments["expected_version"])
    after = model.change_role(before, arguments["role"], arguments["since"], moment(work))
    write(work, store, "changed", after)
    return to_values(after)


def end_membership(work: Work, store: ConsortiumStore, arguments: Arguments) -> dict[str, Any]:
    """By the secretary, or by a partner for its own organisation, which also leaves the working groups.

    Raises NotFound, Forbidden, VersionMismatch, Invalid, Conflict.
    """
    before, consortium = _found(store, arguments)
    _require_either(work, consortium, before)
    expect_version(before, arguments["expected_version"])
    store.take_turn(consortium.id)
    after = model.end(before, arguments["until"], moment(work))
    write(work, store, "ended", after)
    leave_groups(work, store, after)
    return to_values(after)


def memberships(work: Work, store: ConsortiumStore, arguments: Arguments) -> list[dict[str, Any]]:
    """Memberships of a consortium or an organisation, in order of id: those that everybody may see, and the requests,
    invitations and refusals that the caller is a party to.

    Raises Invalid when neither is named, NotFound, and Forbidden for who is no party to any of them.
    """
    consortium, organisation = arguments["consortium"], arguments["organisation"]
    if consortium is None and organisation is None:
        raise field_error("consortium", "Name a consortium, an organisation, or both.")
    named = {} if consortium is None else {consortium: target_of(work, store.consortia.get(consortium))}
    found = store.memberships_of(consortium, organisation)
    for key in {membership.consortium for membership in found} - named.keys():
        named[key] = target_of(work, store.consortia.get(key))
    organisations = {membership.organisation for membership in found} | ({organisation} if organisation else set())
    work.require(READ, _together(named.values(), organisations))
    return [
        to_values(membership)
        for membership in found
        if membership.is_public or work.may(READ, _together([named[membership.consortium]], {membership.organisation}))
    ]


def _own(organisation: str) -> Target:
    return Target(organisations=frozenset({organisation}))


def _together(targets: Any, organisations: set[str]) -> Target:
    several = list(targets)
    return Target(
        organisations=frozenset(organisations),
        consortia=frozenset().union(*(target.consortia for target in several)),
        regions=frozenset().union(*(target.regions for target in several)),
    )


def _require_either(work: Work, consortium: Consortium, membership: Membership) -> None:
    """The consortium's people, or the organisation's own."""
    if not work.may(ASK, _own(membership.organisation)):
        work.require(ADMIT, target_of(work, consortium))


def _found(store: ConsortiumStore, arguments: Arguments) -> tuple[Membership, Consortium]:
    membership = store.memberships.get(arguments["id"])
    return membership, store.consortia.get(membership.consortium)


def _fields(work: Work, store: ConsortiumStore, consortium: Consortium, arguments: Arguments) -> Arguments:
    """What a new membership begins with, if there may be one."""
    model.check_active(consortium)
    store.take_turn(consortium.id)
    organisation = arguments["organisation"]
    _check_registered(store, organisation)
    living = store.living_membership(consortium.id, organisation)
    if living is not None:
        raise Conflict(_living_says(living), {"id": living.id, "state": living.state})
    return {
        **new_record(work, identifiers.MEMBERSHIP),
        "consortium": consortium.id,
        "organisation": organisation,
    }


def _living_says(living: Membership) -> str:
    match living.state:
        case "asked":
            return f"The organisation has asked already. Decide on its request, {living.id}."
        case "invited":
            return f"The organisation is invited already. Accept or decline the invitation, {living.id}."
        case _:
            return f"The organisation is a member already. Change the role of {living.id} instead."


def _check_registered(store: ConsortiumStore, organisation: str) -> None:
    if not store.hold_registered(organisation):
        message = f"There is no organisation {organisation} in the registry."
        raise UnknownReference(message, {"errors": [{"field": "organisation", "message": message}]})
