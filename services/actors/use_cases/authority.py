"""Whose people may act for what actors owns."""

from collections.abc import Iterable, Mapping
from typing import Any

from services.actors.model import Organisation
from services.contracts.permissions import Target
from services.runtime.work import Work


def own_node(work: Work) -> str:
    """What a coordinator's mandate is for who acts for what belongs to no region."""
    return f"node:{work.origin.node}"


def target_of_regions(work: Work, regions: Iterable[str]) -> Target:
    """The coordinators of these regions; of the node itself when there are none."""
    return Target(regions=frozenset(regions) or frozenset({own_node(work)}))


def target_of_organisation(work: Work, organisation: Organisation) -> Target:
    """Its partners, and the coordinators of its regions."""
    regions = target_of_regions(work, organisation.regions).regions
    return Target(organisations=frozenset({organisation.id}), regions=regions)


def target_of_consortium(work: Work, consortium: Mapping[str, Any]) -> Target:
    """Its secretaries, and the coordinators of its regions."""
    regions = target_of_regions(work, consortium.get("regions") or ()).regions
    return Target(consortia=frozenset({str(consortium["id"])}), regions=regions)


def regions_coordinated(work: Work) -> frozenset[str]:
    """The regions that the caller coordinates."""
    account = work.principal.account
    held = work.mandates_of(account) if account is not None else ()
    return frozenset(mandate.target for mandate in held if mandate.role == "coordinator")


def first_facts(work: Work, record_id: str) -> dict[str, Any]:
    """What every new record begins with, but its state."""
    return {
        "id": record_id,
        "home": work.origin.node,
        "incarnation": work.origin.incarnation,
        "version": 1,
        "created": work.now,
        "changed": work.now,
    }
