"""What events knows of one person: sign-ups, and coming without one. Told, and erased."""

from collections.abc import Mapping
from typing import Any, Final

from services.events.model import SignUp, WalkIn
from services.events.store import EventStore
from services.runtime.documents import to_values
from services.runtime.privacy.person import Known, Person
from services.runtime.work import Work

from .forgetting import forget_sign_up, forget_walk_in

_HIDDEN: Final = frozenset({"email_key"})


def personal_data(_work: Work, store: EventStore, person: Person) -> Known:
    """Each with the title and time of its event, and whether they were checked in."""
    keys = {"email_key": {"$in": list(person.keys)}}
    sign_ups, walk_ins = list(store.sign_ups.where(keys)), list(store.walk_ins.where(keys))
    records = {
        "sign_ups": [_with_event(store, found) for found in sign_ups],
        "walk_ins": [_with_event(store, found) for found in walk_ins],
    }
    everywhere: list[SignUp | WalkIn] = [*sign_ups, *walk_ins]
    names = tuple(dict.fromkeys(found.name for found in everywhere if found.name))
    references = tuple(found.id for found in everywhere)
    return Known({kind: told for kind, told in records.items() if told}, references, names)


def erase(work: Work, store: EventStore, person: Person) -> Mapping[str, int]:
    """Seats of events ahead go on to who waits; the numbers of events that were stay as they are."""
    keys = {"email_key": {"$in": list(person.keys)}}
    sign_ups = [found for found in store.sign_ups.where(keys) if found.created <= person.before]
    walk_ins = [found for found in store.walk_ins.where(keys) if found.created <= person.before]
    for sign_up in sign_ups:
        # it may have been let in by another one of theirs that was just forgotten
        forget_sign_up(work, store, store.sign_ups.get(sign_up.id))
    for walk_in in walk_ins:
        forget_walk_in(work, store, walk_in)
    return {"sign_ups": len(sign_ups), "walk_ins": len(walk_ins)}


def _with_event(store: EventStore, found: Any) -> dict[str, Any]:
    event, arrival = store.events.find(found.event), store.arrivals.find(found.id)
    told = {name: value for name, value in to_values(found).items() if name not in _HIDDEN}
    return {
        **told,
        "event_title": None if event is None else dict(event.title),
        "event_begins": None if event is None else event.begins,
        "checked_in": None if arrival is None else arrival.checked_in,
    }
