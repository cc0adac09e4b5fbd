"""Proposals: anybody may make one, the region's coordinator decides."""

from collections.abc import Collection
from dataclasses import replace
from typing import Any

from services.actors import model
from services.actors.store import ActorStore
from services.contracts.errors import field_error
from services.contracts.permissions import Target
from services.runtime.documents import to_values
from services.runtime.work import Work

from .authority import target_of_regions
from .history import note
from .organisations import new_organisation
from .taken import refuse_taken

Arguments = dict[str, Any]


def propose_organisation(
    work: Work, store: ActorStore, arguments: Arguments, *, node_regions: Collection[str]
) -> dict[str, Any]:
    """Kept for the coordinator; nothing is public before the decision, and no identifier is taken by it.

    Raises Invalid (also when this node serves none of the regions), Conflict (an identifier is taken).
    """
    work.require("actors.proposal.make", Target())
    if not set(arguments["regions"]).intersection(node_regions):
        raise field_error(
            "regions", f"Name a region that this node serves: {', '.join(node_regions) or 'it has none'}."
        )
    contact = arguments["contact"]
    values = {key: value for key, value in arguments.items() if key != "contact"}
    proposal = replace(new_organisation(work, values, "proposed"), contact=contact)
    refuse_taken(store, proposal)
    store.organisations.add(proposal)
    return to_values(proposal)


def decide_proposal(work: Work, store: ActorStore, arguments: Arguments) -> dict[str, Any]:
    """Admits or refuses; the contact is forgotten. Raises NotFound, Forbidden, Conflict (decided already, or an
    identifier is taken)."""
    before = store.organisations.get(arguments["id"])
    work.require("actors.organisation.admit", target_of_regions(work, before.regions))
    decide = model.admit if arguments["admit"] else model.refuse
    after = decide(before, arguments["reason"], work.now, work.origin.incarnation)
    if after.state == "admitted":
        refuse_taken(store, after)
        store.claim([after])
        work.tell("actors.organisation.registered", to_values(after))
    store.organisations.replace(after)
    note(work, store, f"organisation.{after.state}", before, after, after.id)
    return to_values(after)


def proposals(work: Work, store: ActorStore, arguments: Arguments) -> list[dict[str, Any]]:
    """What waits for the region's coordinator, with whom to ask back. Raises Forbidden, SignInNeeded."""
    work.require("actors.proposals.read", Target(regions=frozenset({arguments["region"]})))
    found = store.proposals_of(arguments["region"])
    return [to_values(proposal) for proposal in found]
