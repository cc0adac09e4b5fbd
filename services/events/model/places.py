"""How full an event is, and who waits. A freed seat goes on at once, to whoever waits longest."""

from dataclasses import dataclass, replace
from datetime import datetime
from typing import Literal


@dataclass(frozen=True, slots=True)
class Places:
    """The count of an event; `id` is the event's. numbers: how many sign-ups there ever were (the next one's number).

    confirmed never rises above capacity; a capacity lowered below it takes nobody's seat.
    """

    id: str
    home: str
    incarnation: int
    version: int
    state: Literal["counted"]
    created: datetime
    changed: datetime
    capacity: int | None
    confirmed: int = 0
    waiting: int = 0
    numbers: int = 0


@dataclass(frozen=True, slots=True)
class SignUp:
    """A person who signed up. Personal data: name, email, language; reason: to hold the seat and to tell them of it.

    email_key: the address folded, so that one person is found again. number: order of arrival at this event.
    """

    id: str
    home: str
    incarnation: int
    version: int
    state: Literal["confirmed", "waiting", "cancelled"]
    created: datetime
    changed: datetime
    event: str
    number: int
    name: str
    email: str
    email_key: str
    language: str


def has_room(places: Places) -> bool:
    """Whether one more can be confirmed. Who comes new waits behind those who wait already."""
    return places.capacity is None or places.confirmed < places.capacity


def recount(
    places: Places,
    now: datetime,
    incarnation: int,
    *,
    confirmed: int = 0,
    waiting: int = 0,
    numbers: int = 0,
) -> Places:
    """The count after so many more (or, below 0, fewer)."""
    return replace(
        places,
        confirmed=places.confirmed + confirmed,
        waiting=places.waiting + waiting,
        numbers=places.numbers + numbers,
        version=places.version + 1,
        incarnation=incarnation,
        changed=now,
    )
