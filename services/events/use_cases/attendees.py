"""What the organiser takes home: everybody who signed up or walked in, and the numbers."""

from collections.abc import Mapping
from datetime import datetime
from typing import Any
from zoneinfo import ZoneInfo

from services.contracts.errors import NotFound
from services.events.model import Arrival, Event, SignUp, WalkIn
from services.events.store import EventStore
from services.runtime.work import Work

from .audience import may_know, target_of

Arguments = dict[str, Any]

COLUMNS = (
    *("sign_up", "number", "name", "email", "language", "state", "size", "signed_up"),
    *("checked_in", "arrived", "door", "walked_in", "over_capacity"),
)


def attendees(work: Work, store: EventStore, arguments: Arguments) -> dict[str, Any]:
    """Everybody, in order of sign-up and then of walking in; the answers to the event's own questions as columns.

    Raises NotFound, Forbidden, SignInNeeded.
    """
    event = _readable(work, store, arguments["event"])
    wanted, arrivals = arguments["states"], _arrivals(store, event.id)
    questions, zone = event.admission.questions, ZoneInfo(event.time_zone)
    rows = [
        [
            *_person(found, arrivals.get(found.id), zone),
            *(_said(found.answers.get(question.id)) for question in questions),
        ]
        for found in store.sign_ups.where({"event": event.id}, sort="number")
        if not wanted or found.state in wanted
    ]
    rows += [
        [*_walked_in(found, arrivals.get(found.id), zone), *("" for _ in questions)]
        for found in store.walk_ins.where({"event": event.id}, sort="created")
        if not wanted or found.state in wanted
    ]
    work.saw("sign_up", event.id, (row[0] for row in rows))
    return {"columns": [*COLUMNS, *(f"answer: {question.id}" for question in questions)], "rows": rows}


def event_numbers(work: Work, store: EventStore, arguments: Arguments) -> dict[str, Any]:
    """How many signed up and came. Raises NotFound, Forbidden, SignInNeeded."""
    event = _readable(work, store, arguments["event"])
    return {"event": event.id, **count(store, event)}


def count(store: EventStore, event: Event) -> dict[str, int]:
    """The numbers of an event, from its sign-ups: one that came counts once, however often it was scanned."""
    arrivals = [found for found in _arrivals(store, event.id).values() if found.state == "in"]
    sign_ups = list(store.sign_ups.where({"event": event.id}))
    walk_ins = {found.id: found for found in store.walk_ins.where({"event": event.id})}
    came = [found for found in arrivals if found.id not in walk_ins]
    walked = [walk_ins[found.id] for found in arrivals if found.id in walk_ins]
    return {
        "signed_up": len(sign_ups),
        "confirmed": sum(found.state == "confirmed" for found in sign_ups),
        "waiting": sum(found.state == "waiting" for found in sign_ups),
        "cancelled": sum(found.state == "cancelled" for found in sign_ups),
        "checked_in": len(came),
        "walked_in": len(walked),
        "over_capacity": sum(found.over_capacity for found in walked),
        "persons": sum(found.arrived for found in arrivals),
    }


def _readable(work: Work, store: EventStore, event_id: str) -> Event:
    event = store.events.get(event_id)
    if not may_know(work, store, event):
        raise NotFound(f"There is no {event.id}.")
    work.require("events.sign_ups.read", target_of(work, store, event.organiser))
    return event


def _arrivals(store: EventStore, event_id: str) -> Mapping[str, Arrival]:
    return {found.id: found for found in store.arrivals.where({"event": event_id})}


def _person(found: SignUp, arrival: Arrival | None, zone: ZoneInfo) -> list[Any]:
    return [
        *(found.id, found.number, found.name, found.email, found.language, found.state, found.size),
        _local(found.created, zone),
        *_came(arrival, zone),
        *(False, False),
    ]


def _walked_in(found: WalkIn, arrival: Arrival | None, zone: ZoneInfo) -> list[Any]:
    return [
        *(found.id, None, found.name, found.email or "", found.language, found.state, found.size),
        None,
        *_came(arrival, zone),
        *(True, found.over_capacity),
    ]


def _came(arrival: Arrival | None, zone: ZoneInfo) -> list[Any]:
    if arrival is None:
        return [None, 0, ""]
    return [_local(arrival.checked_in, zone), arrival.arrived, arrival.door]


def _said(answer: Any) -> Any:
    return "" if answer is None else answer


def _local(moment: datetime | None, zone: ZoneInfo) -> str | None:
    """As the clock on the wall said there, with the offset (RFC 3339)."""
    return None if moment is None else moment.astimezone(zone).isoformat(timespec="seconds")
