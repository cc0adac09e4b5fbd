"""Keys for the volunteers at a door: each is for one event alone; and who may do something at the door at all."""

from dataclasses import replace
from typing import Any, Final

from services.contracts import identifiers
from services.contracts.errors import Conflict, NotFound
from services.events import model
from services.events.model import Door, Event
from services.events.store import EventStore
from services.runtime import links
from services.runtime.documents import to_values
from services.runtime.work import Work

from .audience import may_know, target_of

Arguments = dict[str, Any]

KEY: Final = "door"
"""Purpose of its token (runtime/links.py)."""
_IN_WORDS: Final = {"draft": "a draft", "cancelled": "cancelled"}
_OVER: Final = "This door key is over. Ask the organiser for a new one."


def make_door(work: Work, store: EventStore, arguments: Arguments) -> dict[str, Any]:
    """A key for volunteers; `reveal_door` adds it to the answer. Raises NotFound, Forbidden, SignInNeeded, Conflict."""
    event = _event_for(work, store, arguments["event"], "events.door.keep")
    if event.state == "cancelled" or not _takes_keys(event, work):
        raise Conflict("This event is over or cancelled: it needs no door.")
    door = Door(
        id=identifiers.new_id(identifiers.DOOR),
        home=work.origin.node,
        incarnation=work.origin.incarnation,
        version=1,
        state="open",
        created=work.now,
        changed=work.now,
        event=event.id,
        label=arguments["label"],
    )
    store.doors.add(door)
    return to_values(door)


def reveal_door(secret: bytes, answer: dict[str, Any]) -> dict[str, Any]:
    """The answer with the door's key, which is not stored."""
    return {**answer, "key": links.token_of(secret, KEY, answer["id"])} if answer["state"] == "open" else answer


def close_door(work: Work, store: EventStore, arguments: Arguments) -> dict[str, Any]:
    """Its key is good for nothing from now on. Raises NotFound, Forbidden, SignInNeeded."""
    before = store.doors.get(arguments["id"])
    _event_for(work, store, before.event, "events.door.keep")
    if before.state == "closed":
        return to_values(before)
    closed = replace(
        before, state="closed", version=before.version + 1, incarnation=work.origin.incarnation, changed=work.now
    )
    store.doors.replace(closed)
    return to_values(closed)


def doors(work: Work, store: EventStore, arguments: Arguments) -> list[dict[str, Any]]:
    """An event's keys, with them. Raises NotFound, Forbidden, SignInNeeded."""
    event = _event_for(work, store, arguments["event"], "events.door.keep")
    return [reveal_door(work.secret, to_values(door)) for door in store.doors.where({"event": event.id})]


def at_the_door(
    work: Work, store: EventStore, arguments: Arguments, action: str = "events.door.keep"
) -> tuple[Event, str]:
    """The event, and what this door is called: for the holder of its key, or for the organiser's people.

    Raises NotFound, Forbidden, SignInNeeded; Conflict for an event that does not take place.
    """
    event_id, key = arguments["event"], arguments["key"]
    if key is None:
        event, name = _event_for(work, store, event_id, action), arguments["door"]
    else:
        door = store.doors.find(links.read_token(work.secret, KEY, key))
        found = None if door is None else store.events.find(door.event)
        if door is None or found is None or found.id != event_id:
            raise NotFound("This door key is for another event.")
        if door.state != "open" or not _takes_keys(found, work):
            raise NotFound(_OVER)
        event, name = found, door.label
    if event.state != "published" and action != "events.door.read":
        raise Conflict(f"Nobody comes to an event that is {_IN_WORDS[event.state]}.")
    return event, name


def _event_for(work: Work, store: EventStore, event_id: str, action: str) -> Event:
    event = store.events.get(event_id)
    if not may_know(work, store, event):
        raise NotFound(f"There is no {event.id}.")
    work.require(action, target_of(work, store, event.organiser))
    return event


def _takes_keys(event: Event, work: Work) -> bool:
    return work.now < event.ends + model.KEY_GOOD_FOR
