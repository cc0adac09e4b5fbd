"""Proposals: anybody may make one, the region's coordinator decides with a reason, the proposer reads what became of
it and may propose anew."""

from collections.abc import Collection
from dataclasses import replace
from typing import Any

from services.actors import model
from services.actors.model import Organisation
from services.actors.store import ActorStore
from services.contracts.errors import NotFound, field_error
from services.contracts.permissions import Target
from services.runtime import links
from services.runtime.documents import to_values
from services.runtime.work import Work

from .authority import target_of_regions
from .history import note
from .organisations import new_organisation
from .taken import refuse_taken

Arguments = dict[str, Any]

LINK = "proposal"


def propose_organisation(
    work: Work, store: ActorStore, arguments: Arguments, *, node_regions: Collection[str]
) -> dict[str, Any]:
    """Kept for the coordinator; nothing is public before the decision, and no identifier is taken by it.
    reveal_proposal adds the token by which the proposer reads what became of it.

    Raises Invalid (also when this node serves none of the regions, or `again` is no token of ours), Conflict (an
    identifier is taken).
    """
    work.require("actors.proposal.make", Target())
    if not set(arguments["regions"]).intersection(node_regions):
        raise field_error(
            "regions", f"Name a region that this node serves: {', '.join(node_regions) or 'it has none'}."
        )
    again = arguments["again"]
    previous = None if again is None else _refused(work, store, again)
    values = {key: value for key, value in arguments.items() if key not in ("contact", "again")}
    proposal = replace(
        new_organisation(work, values, "proposed"),
        contact=arguments["contact"],
        proposer=work.principal.account,
        previous=None if previous is None else previous.id,
    )
    refuse_taken(store, proposal)
    store.organisations.add(proposal)
    note(work, store, "organisation.proposed", None, proposal, proposal.id)
    return to_values(proposal)


def reveal_proposal(node_secret: bytes, answer: dict[str, Any]) -> dict[str, Any]:
    """The answer with the proposal's token, which is stored nowhere."""
    return {**answer, "token": links.token_of(node_secret, LINK, answer["id"])}


def decide_proposal(work: Work, store: ActorStore, arguments: Arguments) -> dict[str, Any]:
    """Admits or refuses; a refusal needs a reason, which the proposer reads.

    Raises NotFound, Forbidden, Invalid, Conflict (decided already, or an identifier is taken).
    """
    before = store.organisations.get(arguments["id"])
    work.require("actors.organisation.admit", target_of_regions(work, before.regions))
    if not arguments["admit"] and not arguments["reason"]:
        raise field_error("reason", "Give the reason: the proposer reads it, and may propose anew with it in mind.")
    decide = model.admit if arguments["admit"] else model.refuse
    after = decide(before, arguments["reason"], work.now, work.origin.incarnation)
    if after.state == "admitted":
        refuse_taken(store, after)
        store.claim([after])
        work.tell("actors.organisation.registered", to_values(after))
    store.organisations.replace(after)
    work.tell("actors.proposal.decided", {"id": after.id, "admitted": after.state == "admitted"}, "node")
    note(work, store, f"organisation.{after.state}", before, after, after.id)
    return to_values(after)


def proposals(work: Work, store: ActorStore, arguments: Arguments) -> list[dict[str, Any]]:
    """What waits for the region's coordinator, with whom to ask back, and why it was refused before.

    Raises Forbidden, SignInNeeded.
    """
    work.require("actors.proposals.read", Target(regions=frozenset({arguments["region"]})))
    found = store.proposals_of(arguments["region"])
    left = [proposal.proposer or proposal.id for proposal in found if proposal.contact is not None]
    work.saw("proposal", arguments["region"], left)
    return [_for_coordinator(store, proposal) for proposal in found]


def own_proposal(work: Work, store: ActorStore, arguments: Arguments) -> dict[str, Any]:
    """What became of a proposal, for whoever holds its token. Raises NotFound."""
    proposal = store.organisations.get(links.read_token(work.secret, LINK, arguments["token"]))
    return _for_proposer(work, proposal)


def own_proposals(work: Work, store: ActorStore, _arguments: Arguments) -> list[dict[str, Any]]:
    """Those that an account made while it was signed in, oldest first. Raises SignInNeeded, Forbidden."""
    account = work.principal.account
    work.require("actors.proposal.read", Target(account=account))
    return [_for_proposer(work, proposal) for proposal in store.proposed_by(account or "")]


def who_proposed(work: Work, store: ActorStore, organisation: str) -> dict[str, Any] | None:
    """The courier's question of whom to tell the decision; None when nobody left an address, or it is forgotten."""
    proposal = store.organisations.find(organisation)
    if proposal is None or proposal.state == "proposed":
        return None
    account = None if proposal.proposer is None else store.accounts.find(proposal.proposer)
    email = proposal.contact or (account.email if account is not None else None)
    if email is None:
        return None
    return {
        "email": email,
        "name": "" if account is None else account.name,
        "language": "fi" if account is None else account.language,
        "link": None,
        "says": {
            "proposal": {
                "name": dict(proposal.name),
                "admitted": proposal.state != "refused",
                "reason": proposal.reason,
                "token": links.token_of(work.secret, LINK, proposal.id),
            }
        },
    }


def _refused(work: Work, store: ActorStore, token: str) -> Organisation:
    try:
        found = store.organisations.get(links.read_token(work.secret, LINK, token))
    except NotFound as error:
        raise field_error("again", "This is no token of a proposal. Leave it out to make a first one.") from error
    if found.state != "refused":
        raise field_error("again", f"Only a refused proposal is made anew; this one is {found.state}.")
    return found


def _for_proposer(work: Work, proposal: Organisation) -> dict[str, Any]:
    shown = "proposed" if proposal.state == "proposed" else "refused" if proposal.state == "refused" else "admitted"
    return {**to_values(proposal), "state": shown, "token": links.token_of(work.secret, LINK, proposal.id)}


def _for_coordinator(store: ActorStore, proposal: Organisation) -> dict[str, Any]:
    before = None if proposal.previous is None else store.organisations.find(proposal.previous)
    return {**to_values(proposal), "previous_reason": None if before is None else before.reason}
