"""Who may do what with an event, and who may know of it."""

from collections.abc import Mapping
from typing import Any

from services.contracts.errors import UnknownReference
from services.contracts.permissions import Target
from services.events.model import Audience, Event, Organiser, Place
from services.events.store import EventStore
from services.runtime.documents import structure
from services.runtime.work import Work


def organiser_regions(work: Work, store: EventStore, organiser: Organiser) -> tuple[str, ...]:
    """The regions of an organiser; `node:<slug>` for a consortium of none. Raises UnknownReference."""
    if organiser.kind == "region":
        return (organiser.id,)
    copies = store.organisations if organiser.kind == "organisation" else store.consortia
    known = copies.find(organiser.id)
    # what became of an organisation leaves its events to its people
    if known is None or known["state"] not in ("admitted", "succeeded", "merged", "active"):
        message = f"There is no {organiser.kind} {organiser.id} in the registry."
        raise UnknownReference(message, {"errors": [{"field": "organiser.id", "message": message}]})
    return tuple(known.get("regions", ())) or (f"node:{work.origin.node}",)


def target_of(work: Work, store: EventStore, organiser: Organiser) -> Target:
    """Whose people may act for the organiser."""
    regions = frozenset(organiser_regions(work, store, organiser))
    return Target(
        organisations=frozenset({organiser.id}) if organiser.kind == "organisation" else frozenset(),
        consortia=frozenset({organiser.id}) if organiser.kind == "consortium" else frozenset(),
        regions=regions,
    )


def concerned(named: Mapping[str, Any] | Event, host: tuple[str, ...]) -> tuple[str, ...]:
    """Regions concerned (DOMAIN.md: host's, audience's): those named, the place's, the host's; sorted."""
    regions, place = (named.regions, named.place) if isinstance(named, Event) else (named["regions"], named["place"])
    at = () if place is None or place.region is None else (place.region,)
    return tuple(sorted({*regions, *at, *(code for code in host if not code.startswith("node:"))}))


def concerned_by(work: Work, store: EventStore, values: Mapping[str, Any]) -> tuple[str, ...]:
    """Regions concerned by what is only thought of, its co-hosts' too. Raises UnknownReference."""
    host = organiser_regions(work, store, Organiser(**values["organiser"]))
    hosts = {*host, *(code for identity in values.get("co_hosts") or () for code in regions_of(store, identity))}
    return concerned({"regions": (), "place": None, **_placed(values)}, tuple(hosts))


def regions_of(store: EventStore, organisation: str) -> tuple[str, ...]:
    """The regions of an organisation of the registry. Raises UnknownReference."""
    known = store.organisations.find(organisation)
    if known is None or known["state"] != "admitted":
        message = f"There is no organisation {organisation} in the registry."
        raise UnknownReference(message, {"errors": [{"field": "organisations", "message": message}]})
    return tuple(known.get("regions", ()))


def _placed(values: Mapping[str, Any]) -> dict[str, Any]:
    place = values.get("place")
    return {"regions": values.get("regions") or (), "place": None if place is None else structure(Place, place)}


def may_know(work: Work, store: EventStore, event: Event) -> bool:
    """Whether the caller may see the event: published for everybody, for its organiser's people, for its members."""
    if event.state != "draft" and event.is_public:
        return True
    if work.may("events.event.read", target_of(work, store, event.organiser)):
        return True
    return event.state != "draft" and _is_member(work, store, event.audience)


def _is_member(work: Work, store: EventStore, audience: Audience) -> bool:
    account = work.principal.account
    if account is None or "read" not in work.principal.scopes:
        return False
    mandates = tuple(work.mandates_of(account))
    organisations = {mandate.target for mandate in mandates if mandate.role == "partner"}
    if audience.kind == "consortia":
        mine = {mandate.target for mandate in mandates if mandate.role == "secretary"}
        return not set(audience.ids).isdisjoint(mine | store.consortia_of(organisations))
    if audience.kind == "working_group":
        group = store.working_groups.find(audience.ids[0])
        return group is not None and not organisations.isdisjoint(group.get("members", ()))
    return False
