"""Co-hosts: asked by the organiser, named only with the consent of the organisation's people.

A request is told to this node alone, so that whoever carries it to another node, or to people by mail, finds it.
"""

from collections.abc import Mapping
from typing import Any

from services.contracts import identifiers
from services.contracts.errors import Conflict, NotFound, SignInNeeded, field_error
from services.contracts.permissions import Target
from services.events import model
from services.events.model import CoHost, Event
from services.events.store import EventStore
from services.runtime.documents import to_values
from services.runtime.records import expect_version
from services.runtime.work import Work

from .audience import may_know, regions_of, target_of
from .showing import follow, tell_change

Arguments = dict[str, Any]


def ask_co_hosts(work: Work, store: EventStore, arguments: Arguments) -> list[dict[str, Any]]:
    """Asks each; one who declined may be asked again. Raises NotFound, Forbidden, UnknownReference, Conflict,
    Invalid."""
    event = _event(work, store, arguments["event"])
    work.require("events.event.draft", target_of(work, store, event.organiser))
    if event.state == "cancelled" or event.ends <= work.now:
        raise Conflict("This event is cancelled or over: nobody can become its co-host any more.")
    asked = [
        _ask(work, store, event, organisation, arguments["message"]) for organisation in arguments["organisations"]
    ]
    return [to_values(co_host) for co_host in asked]


def answer_co_host(work: Work, store: EventStore, arguments: Arguments) -> dict[str, Any]:
    """Consents, declines, or takes consent back. Raises NotFound, Forbidden, VersionMismatch, Conflict."""
    before = store.co_hosts.get(arguments["id"])
    if not _may_read(work, store, before):
        raise NotFound(f"There is no {before.id}.")
    work.require("events.co_host.answer", _those_of(store, before.organisation))
    expect_version(before, arguments.get("expected_version"))
    event = store.events.get(before.event)
    after = model.answer(before, event, arguments["consent"], work.now, work.origin.incarnation)
    return to_values(_settle(work, store, event, after))


def drop_co_host(work: Work, store: EventStore, arguments: Arguments) -> dict[str, Any]:
    """The organiser withdraws the request, or does without the co-host. Raises NotFound, Forbidden, VersionMismatch,
    Conflict."""
    before = store.co_hosts.get(arguments["id"])
    if not _may_read(work, store, before):
        raise NotFound(f"There is no {before.id}.")
    event = store.events.get(before.event)
    work.require("events.event.draft", target_of(work, store, event.organiser))
    expect_version(before, arguments.get("expected_version"))
    after = model.drop(before, work.now, work.origin.incarnation)
    return to_values(_settle(work, store, event, after))


def co_hosts(work: Work, store: EventStore, arguments: Arguments) -> list[dict[str, Any]]:
    """Who was asked and what they said, for the organiser's people. Raises NotFound, Forbidden, SignInNeeded."""
    event = _event(work, store, arguments["event"])
    work.require("events.event.read", target_of(work, store, event.organiser))
    return [to_values(co_host) for co_host in store.co_hosts.where({"event": event.id})]


def co_host_requests(work: Work, store: EventStore, arguments: Arguments) -> list[dict[str, Any]]:
    """Requests to the organisations that the caller acts for, in the order in which they were made. Raises
    SignInNeeded."""
    account = work.principal.account
    if account is None:
        raise SignInNeeded("Sign in to see requests to your organisations.")
    mandates = tuple(work.mandates_of(account))
    own = {mandate.target for mandate in mandates if mandate.role == "partner"}
    regions = {mandate.target for mandate in mandates if mandate.role == "coordinator"}
    organisations = own | (store.organisations_of(regions) if regions else set())
    found = store.co_hosts.where({"organisation": {"$in": sorted(organisations)}}) if organisations else iter(())
    return [
        _request(co_host, store.events.get(co_host.event))
        for co_host in found
        if work.may("events.co_host.read", _those_of(store, co_host.organisation))
    ]


def _ask(work: Work, store: EventStore, event: Event, organisation: str, message: Mapping[str, str]) -> CoHost:
    regions_of(store, organisation)
    if (event.organiser.kind, event.organiser.id) == ("organisation", organisation):
        raise field_error("organisations", "The organiser is the host already; ask others.")
    before = store.co_host_of(event.id, organisation)
    if before is not None:
        asked = model.ask_again(before, message, work.now, work.origin.incarnation)
        store.co_hosts.replace(asked)
    else:
        asked = CoHost(
            id=identifiers.new_id(identifiers.CO_HOST),
            home=work.origin.node,
            incarnation=work.origin.incarnation,
            version=1,
            state="asked",
            created=work.now,
            changed=work.now,
            event=event.id,
            organisation=organisation,
            message=message,
        )
        store.co_hosts.add(asked)
    work.tell("events.co_host.asked", to_values(asked), "node")
    return asked


def _settle(work: Work, store: EventStore, event: Event, answered: CoHost) -> CoHost:
    """Writes the answer, and the event where it names somebody else than before."""
    store.co_hosts.replace(answered)
    work.tell(f"events.co_host.{answered.state}", to_values(answered), "node")
    named = model.with_answer(event, answered)
    theirs = (store.organisations.find(organisation) or {} for organisation in named.co_hosts)
    named = model.with_regions(
        named, event.own_regions, (code for known in theirs for code in known.get("regions", ()))
    )
    if named != event:
        after = model.next_version(named, work.now, work.origin.incarnation)
        store.events.replace(after)
        tell_change(work, event, after)
        follow(work, store, after)
    return answered


def _event(work: Work, store: EventStore, identity: str) -> Event:
    event = store.events.get(identity)
    if not may_know(work, store, event):
        raise NotFound(f"There is no {identity}.")
    return event


def _may_read(work: Work, store: EventStore, co_host: CoHost) -> bool:
    """Whether the caller is of those who are asked, or of those who ask."""
    if work.may("events.co_host.read", _those_of(store, co_host.organisation)):
        return True
    event = store.events.get(co_host.event)
    return work.may("events.event.read", target_of(work, store, event.organiser))


def _those_of(store: EventStore, organisation: str) -> Target:
    known = store.organisations.find(organisation)
    regions = () if known is None else known.get("regions", ())
    return Target(organisations=frozenset({organisation}), regions=frozenset(regions))


def _request(co_host: CoHost, event: Event) -> dict[str, Any]:
    return {
        **to_values(co_host),
        "title": event.title,
        "begins": event.begins,
        "ends": event.ends,
        "time_zone": event.time_zone,
        "organiser": {"kind": event.organiser.kind, "id": event.organiser.id},
        "event_state": event.state,
    }
