"""An identifier belongs to one organisation: the claims of the registry."""

from services.actors import model
from services.actors.model import Identifier, Organisation
from services.actors.store import ActorStore
from services.contracts.errors import Conflict
from services.runtime.documents import to_values


def refuse_taken(store: ActorStore, organisation: Organisation) -> None:
    """Raises Conflict, naming the organisation, when one of the identifiers belongs to another."""
    holders = store.holders(model.claims_of(organisation.identifiers))
    for identifier in organisation.identifiers:
        holder = holders.get(model.claims_of([identifier])[0])
        if holder is not None and holder != organisation.id:
            raise _taken(identifier, store.organisations.get(holder))


def claim_instead(store: ActorStore, before: Organisation, after: Organisation) -> None:
    """`after` holds its own identifiers now, and those that only `before` had are free. Raises Conflict."""
    refuse_taken(store, after)
    store.release(model.claims_of(before.identifiers))
    store.claim([after])


def _taken(identifier: Identifier, other: Organisation) -> Conflict:
    name = model.shown_name(other.name)
    return Conflict(
        f"{identifier.value} ({identifier.scheme}) belongs to {name} ({other.id}). If that is the same organisation, "
        "change it instead; if it holds the identifier wrongly, take it away there first.",
        {
            "organisation": {"id": other.id, "home": other.home, "name": dict(other.name), "version": other.version},
            "identifier": to_values(identifier),
            "offers": ["change the other organisation", "remove the other organisation"],
        },
    )
