"""Offers that end: the seat goes on to the next one in the same transaction."""

from datetime import datetime
from typing import Any

from services.events.model import Event, SignUp
from services.events.store import EventStore
from services.runtime.work import Work

from .seats import Seats, earlier

Arguments = dict[str, Any]


def end_offers(work: Work, store: EventStore, arguments: Arguments) -> None:
    """A duty (runtime/duties.py): the offers of an event that were not taken in time end, at its beginning all.

    Of an event that was cancelled they are left as they are: its attendees are told once, of that.
    """
    event = store.events.get(arguments["id"])
    seats = Seats(work, store, event)
    until = seats.places.offers_until
    if until is None or work.now < until:
        return
    seats.expect(offers_until=None)
    if event.state == "published":
        for sign_up in store.offered(event.id):
            ends = _ends(event, sign_up)
            if ends <= work.now:
                seats.move(sign_up, "expired", state="cancelled", why="expired")
            else:
                seats.expect(offers_until=earlier(seats.places.offers_until, ends))
        seats.give_on()
    seats.close()


def _ends(event: Event, sign_up: SignUp) -> datetime:
    """The event may begin earlier than it did when the offer was made."""
    return min(sign_up.offered_until or event.begins, event.begins)
