"""Who comes without a sign-up is let in at the door, and counts apart."""

from typing import Any

from services.contracts import identifiers
from services.contracts.errors import Conflict
from services.events import model
from services.events.model import Scan, WalkIn
from services.events.store import EventStore
from services.runtime.work import Work

from .door import note
from .door_keys import at_the_door

Arguments = dict[str, Any]


def add_walk_in(work: Work, store: EventStore, arguments: Arguments) -> dict[str, Any]:
    """Lets somebody in who did not sign up: while there is room beside all who did, or when the door answers for it.

    Raises NotFound, Forbidden, SignInNeeded; Conflict when the event is full and `over_capacity` is not said.
    """
    event, door = at_the_door(work, store, arguments)
    places = store.places.get(event.id)
    taken = places.confirmed + places.offered
    fits = model.room_at_the_door(event.capacity, taken, persons_walked_in(store, event.id), arguments["size"])
    if not fits and not arguments["over_capacity"]:
        message = "The event is full, with those who signed up and have not come yet. Say over_capacity to let them in."
        raise Conflict(message, {"reason": "full"})
    email = arguments["email"]
    made = WalkIn(
        id=identifiers.new_id(identifiers.SIGN_UP),  # what a person is referred to by, however they came
        home=work.origin.node,
        incarnation=work.origin.incarnation,
        version=1,
        state="walked_in",
        created=work.now,
        changed=work.now,
        event=event.id,
        name=arguments["name"],
        language=arguments["language"],
        size=arguments["size"],
        email=email,
        email_key=None if email is None else email.casefold(),
        over_capacity=not fits,
    )
    store.walk_ins.add(made)
    work.altered("sign_up", event.id, [made.id], through=door)
    arrival = note(work, store, made, None, [Scan(work.origin.causation_id, work.now, door=door)])
    return {
        "sign_up": made.id,
        "event": made.event,
        "size": made.size,
        "checked_in": arrival.checked_in,
        "over_capacity": made.over_capacity,
    }


def persons_walked_in(store: EventStore, event_id: str) -> int:
    """How many people came without a sign-up; whose check-in was undone is not here."""
    here = {arrival.id for arrival in store.arrivals.where({"event": event_id}) if arrival.state == "in"}
    return sum(walk_in.size for walk_in in store.walk_ins.where({"event": event_id}) if walk_in.id in here)
