"""What people do with their own sign-up, by the link in the mail: see, change, cancel it, take or decline a seat."""

from typing import Any

from services.contracts.errors import Conflict, field_error
from services.events import model
from services.events.model import Event, Places, SignUp
from services.events.store import EventStore
from services.runtime import links
from services.runtime.documents import to_values
from services.runtime.work import Work

from .seats import Seats
from .sign_ups import LINK, position_of, ticket_of

Arguments = dict[str, Any]


def own_sign_up(work: Work, store: EventStore, arguments: Arguments) -> dict[str, Any]:
    """A sign-up with its event, for whoever holds its link. Raises NotFound."""
    found = _by_token(work, store, arguments)
    return {
        **to_values(found),
        "position": position_of(store, found),
        "ticket": ticket_of(work, found),
        "event_record": to_values(store.events.get(found.event)),
    }


def cancel_sign_up(work: Work, store: EventStore, arguments: Arguments) -> dict[str, Any]:
    """Frees the seats, which go on at once. Cancelling twice is the same as once. Raises NotFound."""
    before = _by_token(work, store, arguments)
    if before.state == "cancelled":
        return to_values(before)
    return _given_up(work, store, before, "cancelled", "by_person")


def change_sign_up(work: Work, store: EventStore, arguments: Arguments) -> dict[str, Any]:
    """Another size or other answers. Seats given up go on at once; more are had only while there is room, and who
    waits keeps the place in the queue. Raises NotFound, Conflict, Invalid."""
    before = _by_token(work, store, arguments)
    event = store.events.get(before.event)
    if before.state == "cancelled":
        raise Conflict("This sign-up is cancelled. Sign up again.")
    if not event.lets_in_who_waits(work.now):
        raise Conflict("The event has begun or is cancelled: sign-ups for it can't be changed.")
    seats = Seats(work, store, event)
    changes: Arguments = {}
    if arguments.get("size", before.size) != before.size:
        changes["size"] = _new_size(event, seats.places, before, arguments["size"])
    if "answers" in arguments:
        changes["answers"] = model.checked_answers(event.admission.questions, arguments["answers"])
    if not changes or all(getattr(before, name) == value for name, value in changes.items()):
        return to_values(before)
    after = seats.move(before, "changed", **changes)
    seats.give_on()
    seats.close()
    # one who waits may have been let in by what they gave up themselves
    return to_values(store.sign_ups.get(after.id))


def accept_seat(work: Work, store: EventStore, arguments: Arguments) -> dict[str, Any]:
    """Takes the seat that is offered; after a postponement, tells that one still comes. Doing so twice is the same as
    once. Raises NotFound, Conflict when no offer is open (any more)."""
    before = _by_token(work, store, arguments)
    event = store.events.get(before.event)
    if before.state == "confirmed":
        return _comes_again(work, store, event, before)
    if before.state != "offered" or not _is_open(event, before, work):
        raise Conflict("No seat is offered to you now. An offer that is not taken in time goes on to the next one.")
    seats = Seats(work, store, event)
    accepted = seats.move(before, "accepted", state="confirmed")
    seats.close()
    return to_values(accepted)


def decline_seat(work: Work, store: EventStore, arguments: Arguments) -> dict[str, Any]:
    """The seat that was offered goes on at once, and the sign-up ends. Raises NotFound, Conflict without an offer."""
    before = _by_token(work, store, arguments)
    if before.state == "cancelled":
        return to_values(before)
    if before.state != "offered":
        raise Conflict("No seat is offered to you now. To give up your sign-up, cancel it.")
    return _given_up(work, store, before, "declined", "declined")


def _comes_again(work: Work, store: EventStore, event: Event, before: SignUp) -> dict[str, Any]:
    if before.asked_again is None or before.comes_again:
        return to_values(before)
    seats = Seats(work, store, event)
    after = seats.move(before, "kept", comes_again=True)
    seats.close()
    return to_values(after)


def _by_token(work: Work, store: EventStore, arguments: Arguments) -> SignUp:
    return store.sign_ups.get(links.read_token(work.secret, LINK, arguments["token"]))


def _given_up(work: Work, store: EventStore, before: SignUp, happening: str, why: str) -> dict[str, Any]:
    seats = Seats(work, store, store.events.get(before.event))
    cancelled = seats.move(before, happening, state="cancelled", why=why)
    seats.give_on()
    seats.close()
    return to_values(cancelled)


def _is_open(event: Event, sign_up: SignUp, work: Work) -> bool:
    until = sign_up.offered_until
    return event.lets_in_who_waits(work.now) and until is not None and work.now < until


def _new_size(event: Event, places: Places, before: SignUp, size: int) -> int:
    if size < before.size:
        return size
    model.check_size(size, event.admission.group_most, event.capacity)
    if before.state in ("confirmed", "offered") and not model.has_room(places, size - before.size):
        free = model.free_seats(places)
        raise field_error("size", f"There is room for {free} more.")
    return size
