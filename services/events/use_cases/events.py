"""Drafting, changing, publishing, cancelling events, and reading those that are not public."""

from dataclasses import replace
from typing import Any

from services.contracts import identifiers
from services.contracts.errors import Conflict, NotFound, SignInNeeded
from services.events import model
from services.events.model import Event, Place, Places, Session, Speaker
from services.events.store import EventStore
from services.runtime.documents import structure, to_values
from services.runtime.records import expect_version
from services.runtime.work import Work

from .audience import concerned, may_know, organiser_regions, target_of
from .questions import check_questions_stay
from .seats import Seats, earlier
from .series import check_joins
from .showing import follow, forget, tell, tell_change, visibility_of

Arguments = dict[str, Any]


def draft_event(work: Work, store: EventStore, arguments: Arguments) -> dict[str, Any]:
    """A draft holds its date: the calendar shows time, theme and region, nothing else.

    Raises Invalid, UnknownReference, Forbidden.
    """
    event = model.draft(_new(work, arguments))
    work.require("events.event.draft", target_of(work, store, event.organiser))
    check_joins(work, store, event)
    event = replace(event, regions=concerned(event, organiser_regions(work, store, event.organiser)))
    store.events.add(event)
    store.places.add(_no_places_taken(event))
    follow(work, store, event)
    return to_values(event)


def change_event(work: Work, store: EventStore, arguments: Arguments) -> dict[str, Any]:
    """Changes what is given; more capacity lets in those who wait. Raises NotFound, Forbidden, VersionMismatch,
    Conflict, Invalid."""
    before = own(work, store, arguments)
    changes = structured({key: value for key, value in arguments.items() if key not in ("id", "expected_version")})
    after = model.change(before, changes, work.now, work.origin.incarnation)
    named = replace(after, regions=after.regions if "regions" in changes else before.own_regions)
    own_regions = concerned(named, organiser_regions(work, store, after.organiser))
    after = model.with_regions(after, own_regions, before.co_host_regions)
    if after.series != before.series:
        check_joins(work, store, after)
    check_questions_stay(store, before, after)
    store.events.replace(after)
    tell_change(work, before, after)
    follow(work, store, after)
    if (after.capacity, after.begins) != (before.capacity, before.begins):
        _seats_follow(work, store, after)
    return to_values(after)


def publish_event(work: Work, store: EventStore, arguments: Arguments) -> dict[str, Any]:
    """Raises NotFound, Forbidden, VersionMismatch, Conflict, Invalid."""
    event = model.publish(own(work, store, arguments), work.now, work.origin.incarnation)
    store.events.replace(event)
    tell(work, "events.event.published", event)
    work.tell("events.places.changed", to_values(store.places.get(event.id)), visibility_of(event))
    follow(work, store, event)
    return to_values(event)


def postpone_event(work: Work, store: EventStore, arguments: Arguments) -> dict[str, Any]:
    """New dates; the event stays published, and says what was announced before. Raises NotFound, Forbidden,
    VersionMismatch, Conflict, Invalid."""
    before = own(work, store, arguments)
    changes = {key: value for key, value in arguments.items() if key not in ("id", "expected_version")}
    event = model.postpone(before, structured(changes), work.now, work.origin.incarnation)
    store.events.replace(event)
    tell(work, "events.event.postponed", event)
    follow(work, store, event)
    _seats_follow(work, store, event, ask_again=True)
    return to_values(event)


def cancel_event(work: Work, store: EventStore, arguments: Arguments) -> dict[str, Any]:
    """Everybody who signed up or was told is told. Raises NotFound, Forbidden, VersionMismatch, Conflict."""
    before = own(work, store, arguments)
    event = model.cancel(before, arguments["reason"], work.now, work.origin.incarnation)
    store.events.replace(event)
    tell(work, "events.event.cancelled", event)
    follow(work, store, event)
    return to_values(event)


def discard_draft(work: Work, store: EventStore, arguments: Arguments) -> None:
    """Only a draft can go; what was published is cancelled instead. Raises NotFound, Forbidden, Conflict."""
    event = own(work, store, arguments)
    if event.state != "draft":
        raise Conflict("Only a draft can be discarded. Cancel the event instead.")
    store.events.remove(event.id)
    store.places.remove(event.id)
    forget(work, store, event)


def event(work: Work, store: EventStore, arguments: Arguments) -> dict[str, Any]:
    """Any event that the caller may know of. Raises NotFound, also for one that they may not."""
    found = store.events.get(arguments["id"])
    if not may_know(work, store, found):
        raise NotFound(f"There is no {found.id}.")
    return to_values(found)


def own_events(work: Work, store: EventStore, arguments: Arguments) -> dict[str, Any]:
    """Events of the organisers and regions that the caller acts for, drafts too, in order of id.

    Raises SignInNeeded.
    """
    account = work.principal.account
    if account is None:
        raise SignInNeeded("Sign in to see your own events.")
    mandates = tuple(work.mandates_of(account))
    organisers = {mandate.target for mandate in mandates if mandate.role in ("partner", "secretary", "coordinator")}
    regions = {mandate.target for mandate in mandates if mandate.role == "coordinator"}
    limit: int = arguments["limit"]
    page = store.events_for(organisers, regions, arguments["after"], limit)
    return {
        "items": [to_values(found) for found in page if may_know(work, store, found)],
        "next": page[-1].id if len(page) == limit else None,
    }


def _new(work: Work, arguments: Arguments) -> Event:
    mine = {
        "id": identifiers.new_id(identifiers.EVENT),
        "block": identifiers.new_id(identifiers.BLOCK),
        "home": work.origin.node,
        "incarnation": work.origin.incarnation,
        "version": 1,
        "state": "draft",
        "created": work.now,
        "changed": work.now,
    }
    return structure(Event, {**with_ids(arguments), **mine})


def with_ids(arguments: Arguments) -> Arguments:
    """Sessions and speakers that have no id yet get one."""
    lists = {
        name: [{"id": f"{letter}{identifiers.new_id(identifiers.EVENT)[4:]}", **part} for part in arguments[name]]
        for name, letter in (("sessions", "s"), ("speakers", "p"))
        if name in arguments
    }
    return {**arguments, **lists}


def structured(changes: Arguments) -> Arguments:
    """Changes as the model takes them."""
    changes = with_ids(changes)
    kinds: dict[str, Any] = {
        "place": Place | None,
        "audience": model.Audience,
        "admission": model.Admission,
        "feedback": tuple[model.FeedbackQuestion, ...],
        "sessions": tuple[Session, ...],
        "speakers": tuple[Speaker, ...],
    }
    return {
        key: structure(kinds[key], value) if key in kinds else tuple(value) if isinstance(value, list) else value
        for key, value in changes.items()
    }


def _seats_follow(work: Work, store: EventStore, event: Event, *, ask_again: bool = False) -> None:
    """More capacity, or a later beginning, lets in those who wait; offers end when the event begins. ask_again: those
    who have a seat are asked whether they still come (asking_again.py)."""
    seats = Seats(work, store, event)
    seats.expect(capacity=event.capacity)
    if ask_again and seats.places.confirmed:
        seats.expect(asks=work.now)
    if seats.places.offers_until is not None:
        seats.expect(offers_until=earlier(seats.places.offers_until, event.begins))
    seats.give_on()
    seats.close()


def _no_places_taken(event: Event) -> Places:
    return Places(event.id, event.home, event.incarnation, 1, "counted", event.created, event.changed, event.capacity)


def own(work: Work, store: EventStore, arguments: Arguments) -> Event:
    """The event, if the caller may change it. Raises NotFound for one that they may not even know of."""
    event = store.events.get(arguments["id"])
    if not may_know(work, store, event):
        raise NotFound(f"There is no {event.id}.")
    work.require("events.event.draft", target_of(work, store, event.organiser))
    expect_version(event, arguments.get("expected_version"))
    return event
