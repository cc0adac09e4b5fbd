"""Which records may be of one actor: a hint on registering, offers of merging for the coordinator. Nothing merges by
itself."""

from typing import Any

from services.actors import model
from services.actors.model import Organisation
from services.actors.store import ActorStore
from services.contracts.errors import field_error
from services.contracts.permissions import Target
from services.runtime.documents import to_values
from services.runtime.work import Work

from .authority import regions_coordinated, target_of_regions

Arguments = dict[str, Any]

_LOOKED_AT = 300
_HINTS = 5


def similar_to(store: ActorStore, organisation: Organisation) -> list[dict[str, Any]]:
    """Admitted organisations that may be the same actor as this one, the most alike first."""
    found = store.admitted_like(organisation.like_keys, _LOOKED_AT)
    alike = [(model.compare(organisation, other), other) for other in found if other.id != organisation.id]
    hints: list[dict[str, Any]] = [
        {"id": other.id, "name": other.name, "state": other.state, "likeness": why.likeness, "because": why.because}
        for why, other in alike
        if why is not None
    ]
    return sorted(hints, key=lambda hint: (-hint["likeness"], hint["id"]))[:_HINTS]


def merge_offers(work: Work, store: ActorStore, arguments: Arguments) -> list[dict[str, Any]]:
    """Pairs of the caller's regions, the surest first; proposals too, since one may be of an organisation that stands
    in the registry. Raises Forbidden, SignInNeeded."""
    regions = regions_coordinated(work)
    work.require("actors.merge_offers.read", Target(regions=regions))
    here = [one for state in ("admitted", "proposed") for one in store.in_regions(state, regions)]
    by_id = {organisation.id: organisation for organisation in here}
    found = sorted(model.all_alike(here), key=lambda alike: (-alike.likeness, alike.pair))
    apart = store.told_apart(alike.pair for alike in found)
    return [
        {
            "organisations": [to_values(by_id[alike.one]), to_values(by_id[alike.other])],
            "likeness": alike.likeness,
            "because": alike.because,
        }
        for alike in found
        if alike.pair not in apart
    ][: arguments["limit"]]


def tell_apart(work: Work, store: ActorStore, arguments: Arguments) -> dict[str, Any]:
    """They are not offered any more. Raises Forbidden, SignInNeeded, Invalid."""
    one, other = sorted(arguments["organisations"])
    work.require("actors.organisation.merge", Target(regions=regions_coordinated(work)))
    found = store.organisations_with((one, other))
    if len(found) < len((one, other)):
        raise field_error("organisations", "One of these is no organisation of this registry.")
    for organisation in found:
        work.require("actors.organisation.merge", target_of_regions(work, organisation.regions))
        if organisation.state not in ("admitted", "proposed"):
            raise field_error("organisations", f"{organisation.id} is {organisation.state}: it is not offered anyway.")
    store.tell_apart(model.pair_of(one, other), work.principal.account, work.now)
    return {"organisations": [one, other]}
