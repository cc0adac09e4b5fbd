"""How full an event is, and who waits. A freed seat goes on at once, to who waits longest of those whom it suffices."""

from collections.abc import Iterable, Mapping
from dataclasses import dataclass, field, replace
from datetime import datetime, timedelta
from typing import Any, Literal

from services.contracts.errors import field_error

SignUpState = Literal["pending", "waiting", "offered", "confirmed", "cancelled"]
Why = Literal["", "by_person", "declined", "refused", "expired"]


@dataclass(frozen=True, slots=True)
class Places:
    """The count of an event in persons; `id` is the event's. numbers: how many sign-ups there ever were (the next
    one's number). offers_until: no later than the first open offer ends; None while none is open. asks: the
    postponement since which those confirmed are still to be asked again.

    confirmed and offered together never rise above capacity; a capacity lowered below them takes nobody's seat.
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
    offered: int = 0
    pending: int = 0
    offers_until: datetime | None = None
    asks: datetime | None = None


@dataclass(frozen=True, slots=True)
class SignUp:
    """Who signed up, for `size` persons. Personal data: name, email, language, answers; reason: to hold the seats, to
    tell them of it, and what the organiser asks. The others of a group are not named: nobody needs to know.

    email_key: the address folded, so that one person is found again. number: order of arrival at this event. why: it
    is cancelled; reason: in the organiser's words. code: the invitation that it used. asked_again: the postponement
    after which they were asked whether they still come; comes_again: whether they said yes.
    """

    id: str
    home: str
    incarnation: int
    version: int
    state: SignUpState
    created: datetime
    changed: datetime
    event: str
    number: int
    name: str
    email: str
    email_key: str
    language: str
    size: int = 1
    answers: Mapping[str, str] = field(default_factory=dict)
    why: Why = ""
    reason: Mapping[str, str] = field(default_factory=dict)
    offered_until: datetime | None = None
    code: str | None = None
    asked_again: datetime | None = None
    comes_again: bool = False


def free_seats(places: Places) -> int | None:
    """Seats that nobody has and nobody is offered; None: as many as one likes."""
    return None if places.capacity is None else max(0, places.capacity - places.confirmed - places.offered)


def has_room(places: Places, size: int = 1) -> bool:
    """Whether so many more can be confirmed.

    Who comes new overtakes nobody who fits: as seats are freed they go on at once, so those who still wait need more
    than are free."""
    free = free_seats(places)
    return free is None or size <= free


def who_gets_in(free: int | None, waiting: Iterable[SignUp]) -> list[SignUp]:
    """Of those who wait, in order of arrival, those for whom the free seats suffice; a group that is too large is
    passed over and keeps its place."""
    found: list[SignUp] = []
    for sign_up in waiting:
        if free is None or sign_up.size <= free:
            found.append(sign_up)
            free = None if free is None else free - sign_up.size
        if free == 0:
            break
    return found


def offer_ends(now: datetime, hours: int, begins: datetime) -> datetime:
    """An offer made now is open so long, but never once the event has begun."""
    return min(now + timedelta(hours=hours), begins)


def check_size(size: int, group_most: int, capacity: int | None) -> None:
    """Raises Invalid for a group that is larger than one may bring, or than would ever fit."""
    if size > group_most:
        alone = "Each signs up alone for this event."
        raise field_error("size", alone if group_most == 1 else f"One sign-up may bring {group_most} persons at most.")
    if capacity is not None and size > capacity:
        raise field_error("size", f"The event has room for {capacity} persons in all.")


def next_sign_up(sign_up: SignUp, now: datetime, incarnation: int, **changes: Any) -> SignUp:
    """The next version. An offer and what ended an earlier sign-up do not outlast the state that they belong to."""
    state = changes.get("state", sign_up.state)
    if state != "offered":
        changes = {"offered_until": None, **changes}
    return replace(sign_up, **changes, version=sign_up.version + 1, incarnation=incarnation, changed=now)


def counted(places: Places, before: SignUp | None, after: SignUp | None) -> Places:
    """The count with a sign-up as it is after its change, instead of as it was before; the version stays."""
    numbers = {name: getattr(places, name) for name in ("pending", "waiting", "offered", "confirmed")}
    for sign_up, sign in ((before, -1), (after, 1)):
        if sign_up is not None and sign_up.state in numbers:
            numbers[sign_up.state] += sign * sign_up.size
    return replace(places, **numbers)


def next_places(places: Places, now: datetime, incarnation: int) -> Places:
    """The count's next version."""
    return replace(places, version=places.version + 1, incarnation=incarnation, changed=now)
