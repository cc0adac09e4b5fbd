"""Seats given, freed and given on to those who wait, in the transaction that frees them: never by a nightly job."""

from dataclasses import replace
from datetime import datetime
from typing import Any, Final

from services.contracts.envelope import Visibility
from services.events import model
from services.events.model import Event, SignUp
from services.events.store import EventStore
from services.runtime.documents import to_values
from services.runtime.work import Work

_FIRST_LOOK: Final = 16
"""Of those who wait. Most often one of the first few fits."""


class Seats:
    """The sign-ups of one event in one command: each is written and told as it changes, their count once, by `close`.

    places: the count as it is now.
    """

    def __init__(self, work: Work, store: EventStore, event: Event) -> None:
        self._work, self._store, self._event = work, store, event
        self.places = self._stored = store.places.get(event.id)

    def add(self, made: SignUp, happening: str, before: SignUp | None = None) -> SignUp:
        """A new sign-up, or one that was cancelled and comes last in the queue now."""
        (self._store.sign_ups.add if before is None else self._store.sign_ups.replace)(made)
        counted = model.counted(self.places, before, made)
        self.places = replace(counted, numbers=max(self.places.numbers, made.number))
        self._work.tell(f"events.sign_up.{happening}", to_values(made), "node")
        return made

    def move(self, before: SignUp, happening: str, **changes: Any) -> SignUp:
        """The sign-up with these changes."""
        after = model.next_sign_up(before, self._work.now, self._work.origin.incarnation, **changes)
        self._store.sign_ups.replace(after)
        self.places = model.counted(self.places, before, after)
        self._work.tell(f"events.sign_up.{happening}", to_values(after), "node")
        return after

    def admit(self, sign_up: SignUp, happening: str) -> SignUp:
        """A seat for who was waited for (approved): at once while there is room, else they wait."""
        if model.has_room(self.places, sign_up.size):
            return self.move(sign_up, happening, state="confirmed")
        return self.move(sign_up, "waitlisted", state="waiting")

    def give_on(self) -> None:
        """Gives free seats to those who wait and whom they suffice, the longest first, while the event lies ahead."""
        most = _FIRST_LOOK
        while self._event.lets_in_who_waits(self._work.now) and self.places.waiting > 0:
            free = model.free_seats(self.places)
            if free == 0:
                return
            queue = self._store.waiting_for(self._event.id, most)
            lucky = model.who_gets_in(free, queue)
            for sign_up in lucky:
                self._let_in(sign_up)
            if len(queue) < most:
                return
            if not lucky:
                most *= 8

    def expect(self, **changes: Any) -> None:
        """Changes the count itself: its capacity, until when its offers are open, whether attendees are to be asked."""
        self.places = replace(self.places, **changes)

    def close(self) -> None:
        """Writes and tells the count, if it changed."""
        if self.places == self._stored:
            return
        self.places = model.next_places(self.places, self._work.now, self._work.origin.incarnation)
        self._store.places.replace(self.places)
        if self._event.state != "draft":
            seen: Visibility = "public" if self._event.is_public else "members"
            self._work.tell("events.places.changed", to_values(self.places), seen)
        self._stored = self.places

    def _let_in(self, sign_up: SignUp) -> None:
        hours = self._event.admission.offer_hours
        if hours is None:
            self.move(sign_up, "promoted", state="confirmed")
            return
        until = model.offer_ends(self._work.now, hours, self._event.begins)
        self.move(sign_up, "offered", state="offered", offered_until=until)
        self.expect(offers_until=earlier(self.places.offers_until, until))


def earlier(one: datetime | None, other: datetime | None) -> datetime | None:
    """The earlier of two moments that may be missing."""
    known = [moment for moment in (one, other) if moment is not None]
    return min(known, default=None)


__all__ = ["Seats", "earlier"]
