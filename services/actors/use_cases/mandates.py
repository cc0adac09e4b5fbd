"""Who may act for whom: granting and revoking mandates."""

from collections.abc import Collection
from typing import Any

from services.actors import model
from services.actors.model import Mandate
from services.actors.store import ActorStore
from services.contracts import identifiers
from services.contracts.errors import Forbidden, UnknownReference, field_error
from services.contracts.permissions import Role, Target
from services.runtime.documents import to_values
from services.runtime.work import Work

from .authority import first_facts, own_node, target_of_consortium, target_of_organisation
from .history import note

Arguments = dict[str, Any]


def grant_mandate(
    work: Work, store: ActorStore, arguments: Arguments, *, node_regions: Collection[str]
) -> dict[str, Any]:
    """Granting what is there gives the same. What a partner grants is delegated: its holder lets nobody else in.

    Raises Invalid, UnknownReference (consortium), Forbidden, SignInNeeded.
    """
    role, wanted = arguments["role"], arguments["target"]
    _sign_in_first(work, role)
    _check_target(work, store, role, wanted, node_regions)
    granters = _granters(work, store, role, wanted)
    work.require(f"actors.mandate.grant_{role}", granters)
    delegated = _delegates(work, store, role, wanted, granters)
    if store.accounts.find(arguments["account"]) is None:
        raise field_error("account", "There is no such account. Open it first.")
    before = store.mandate_of(arguments["account"], role, wanted)
    if before is not None and before.state == "granted" and before.delegated <= delegated:
        return to_values(before)
    return to_values(_grant(work, store, {**arguments, "delegated": delegated}, before))


def revoke_mandate(work: Work, store: ActorStore, arguments: Arguments) -> dict[str, Any]:
    """By whoever may grant it. Revoking what is revoked gives the same. Raises NotFound, Forbidden, SignInNeeded."""
    before = store.mandates.get(arguments["id"])
    granters = _granters(work, store, before.role, before.target)
    work.require(f"actors.mandate.grant_{before.role}", granters)
    if before.account != work.principal.account:
        delegates = _delegates(work, store, before.role, before.target, granters)
        if delegates and not before.delegated:
            raise Forbidden("A partner takes back what partners granted. Ask a coordinator of the region.")
    return to_values(before if before.state == "revoked" else _revoke(work, store, before))


def revoke_all_for(work: Work, store: ActorStore, target: str) -> None:
    """Nobody acts for it any more."""
    for mandate in store.mandates_for(target):
        _revoke(work, store, mandate)


def grant_for(work: Work, store: ActorStore, mandate: Mandate, target: str) -> Mandate:
    """The same for another target, for an account that does not hold it."""
    before = store.mandate_of(mandate.account, mandate.role, target)
    wanted = {"account": mandate.account, "role": mandate.role, "target": target, "delegated": mandate.delegated}
    return _grant(work, store, wanted, before)


def revoke_if_granted(work: Work, store: ActorStore, mandate: str) -> None:
    """Nothing happens when it was revoked meanwhile."""
    before = store.mandates.get(mandate)
    if before.state == "granted":
        _revoke(work, store, before)


def mandates(work: Work, store: ActorStore, arguments: Arguments) -> list[dict[str, Any]]:
    """Who may act for an organisation now. Raises NotFound, Forbidden, SignInNeeded."""
    organisation = store.organisations.get(arguments["organisation"])
    work.require("actors.mandates.read", target_of_organisation(work, organisation))
    found = store.mandates_for(organisation.id)
    work.saw("mandate", organisation.id, dict.fromkeys(mandate.account for mandate in found))
    return [to_values(mandate) for mandate in found]


def _grant(work: Work, store: ActorStore, wanted: Arguments, before: Mandate | None) -> Mandate:
    granted = _granted(work, wanted, before)
    if before is None:
        store.add_mandate(granted)
    else:
        store.mandates.replace(granted)
    work.tell("actors.mandate.granted", to_values(granted), "node")
    note(work, store, "mandate.granted", before, granted, granted.target)
    return granted


def _delegates(work: Work, store: ActorStore, role: Role, target: str, granters: Target) -> bool:
    """Whether the caller may act here only as a partner of the organisation. Raises Forbidden for one whom a partner
    let in."""
    if role != "partner" or work.may("actors.mandate.grant_partner", Target(regions=granters.regions)):
        return False
    own = store.mandate_of(work.principal.account or "", "partner", target)
    if own is not None and own.delegated:
        raise Forbidden("A partner let you act for this organisation: you let nobody else. Ask the partner.")
    return True


def _revoke(work: Work, store: ActorStore, mandate: Mandate) -> Mandate:
    revoked = model.next_version(mandate, work.now, work.origin.incarnation, state="revoked")
    store.mandates.replace(revoked)
    work.tell("actors.mandate.revoked", to_values(revoked), "node")
    note(work, store, "mandate.revoked", mandate, revoked, revoked.target)
    return revoked


def _granted(work: Work, arguments: Arguments, before: Mandate | None) -> Mandate:
    if before is not None:
        changes = {"state": "granted", "delegated": arguments["delegated"]}
        return model.next_version(before, work.now, work.origin.incarnation, **changes)
    return Mandate(
        **first_facts(work, identifiers.new_id(identifiers.MANDATE)),
        state="granted",
        account=arguments["account"],
        role=arguments["role"],
        target=arguments["target"],
        delegated=arguments["delegated"],
    )


def _sign_in_first(work: Work, role: Role) -> None:
    if work.principal.kind == "visitor":
        work.require(f"actors.mandate.grant_{role}", Target())


def _check_target(work: Work, store: ActorStore, role: Role, target: str, node_regions: Collection[str]) -> None:
    match role:
        case "partner":
            organisation = store.organisations.find(target)
            if organisation is None or organisation.state != "admitted":
                raise field_error("target", "A partner acts for an organisation that stands in this node's registry.")
        case "secretary":
            if store.consortium_at_home(target, work.origin.node) is None:
                message = "A secretary acts for an active consortium of this node."
                raise UnknownReference(message, {"errors": [{"field": "target", "message": message}]})
        case "coordinator":
            allowed = (*node_regions, own_node(work))
            if target not in allowed:
                raise field_error("target", f"A coordinator acts for one of: {', '.join(allowed)}.")
        case "operator":
            if target != "node":
                raise field_error("target", "An operator's target is: node.")


def _granters(work: Work, store: ActorStore, role: Role, target: str) -> Target:
    """Whose partners and coordinators may grant and revoke; an operator always may."""
    if role == "partner":
        organisation = store.organisations.find(target)
        return Target() if organisation is None else target_of_organisation(work, organisation)
    if role == "secretary":
        consortium = store.consortia.find(target, work.origin.node)
        return Target() if consortium is None else target_of_consortium(work, consortium)
    return Target()
