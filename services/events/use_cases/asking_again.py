"""After an event was postponed, those who have a place are asked whether they still come."""

from typing import Any, Final

from services.events.store import EventStore
from services.runtime.work import Work

from .seats import Seats

Arguments = dict[str, Any]

AT_ONCE: Final = 100
"""Asked in one transaction."""


def ask_again(work: Work, store: EventStore, arguments: Arguments) -> None:
    """A duty (runtime/duties.py): asks the next hundred. Each keeps the seat until they say no; who says nothing
    comes, as the mail says. Nobody is asked of an event that was cancelled meanwhile, or has begun."""
    event = store.events.get(arguments["id"])
    seats = Seats(work, store, event)
    since = seats.places.asks
    if since is None:
        return
    left = []
    if event.lets_in_who_waits(work.now):
        left = [one for one in store.confirmed(event.id) if one.asked_again is None or one.asked_again < since]
    for sign_up in left[:AT_ONCE]:
        seats.move(sign_up, "asked", asked_again=since, comes_again=False)
    if len(left) <= AT_ONCE:
        seats.expect(asks=None)
    seats.close()
