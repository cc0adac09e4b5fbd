"""The organiser decides on sign-ups that wait for it."""

from typing import Any

from services.contracts.errors import Conflict, NotFound, field_error
from services.events.model import SignUp
from services.events.store import EventStore
from services.runtime.documents import to_values
from services.runtime.work import Work

from .audience import may_know, target_of
from .seats import Seats

Arguments = dict[str, Any]


def decide_sign_ups(work: Work, store: EventStore, arguments: Arguments) -> list[dict[str, Any]]:
    """Approves or refuses sign-ups, all or none, in order of their arrival; one that was decided so already stays as
    it is. Approved ones have a seat while there is room, else they wait.

    Raises NotFound, Forbidden, SignInNeeded; Conflict once the event has begun; Invalid for one that is not pending.
    """
    event = store.events.get(arguments["event"])
    if not may_know(work, store, event):
        raise NotFound(f"There is no {event.id}.")
    work.require("events.sign_ups.decide", target_of(work, store, event.organiser))
    if not event.lets_in_who_waits(work.now):
        raise Conflict("The event has begun or is cancelled: there is nothing to decide any more.")
    approve: bool = arguments["approve"]
    named = [(number, store.sign_ups.find(one)) for number, one in enumerate(arguments["sign_ups"])]
    found = [_of_event(number, sign_up, event.id) for number, sign_up in named]
    for number, sign_up in enumerate(found):
        if sign_up.state != "pending" and not _is_decided(sign_up, approve):
            raise field_error(f"sign_ups.{number}", f"This sign-up is {sign_up.state}; nothing waits to be decided.")
    seats = Seats(work, store, event)
    after = {
        sign_up.id: _decided(seats, sign_up, approve, arguments["reason"])
        for sign_up in sorted(found, key=lambda one: one.number)
    }
    seats.close()
    work.altered("sign_up", event.id, after)
    return [to_values(after[sign_up.id]) for sign_up in found]


def _of_event(number: int, sign_up: SignUp | None, event: str) -> SignUp:
    if sign_up is None or sign_up.event != event:
        raise field_error(f"sign_ups.{number}", "There is no such sign-up for this event.")
    return sign_up


def _is_decided(sign_up: SignUp, approve: bool) -> bool:
    if approve:
        return sign_up.state in ("confirmed", "offered", "waiting")
    return sign_up.state == "cancelled" and sign_up.why == "refused"


def _decided(seats: Seats, sign_up: SignUp, approve: bool, reason: dict[str, str]) -> SignUp:
    if sign_up.state != "pending":
        return sign_up
    if approve:
        return seats.admit(sign_up, "approved")
    return seats.move(sign_up, "refused", state="cancelled", why="refused", reason=reason)
