"""An event: what people attend. draft -> published -> cancelled; nothing leads back."""

from collections.abc import Mapping
from dataclasses import dataclass, field, replace
from datetime import datetime, timedelta
from typing import Any, Literal

from services.contracts.errors import Conflict, field_error

State = Literal["draft", "published", "cancelled"]
OrganiserKind = Literal["organisation", "consortium", "region"]
AudienceKind = Literal["public", "consortia", "working_group", "invited"]
LONGEST = timedelta(days=366)


@dataclass(frozen=True, slots=True)
class Organiser:
    """Who holds it; `id` is an organisation's, a consortium's, or a NUTS 3 code."""

    kind: OrganiserKind
    id: str


@dataclass(frozen=True, slots=True)
class Place:
    """Where it is. region: NUTS 3."""

    name: str
    address: str = ""
    region: str | None = None


@dataclass(frozen=True, slots=True)
class Audience:
    """Who may know of it: everybody; members of consortia or of a working group (ids); those invited."""

    kind: AudienceKind = "public"
    ids: tuple[str, ...] = ()


@dataclass(frozen=True, slots=True)
class Event:
    """An event as its home keeps it. Times in UTC; `time_zone` (IANA) says how they are shown.

    regions: those concerned (the organiser's, the place's, and those named). block: the id under which the calendar
    shows its time while it is a draft or restricted.
    """

    id: str
    home: str
    incarnation: int
    version: int
    state: State
    created: datetime
    changed: datetime
    organiser: Organiser
    title: Mapping[str, str]
    begins: datetime
    ends: datetime
    time_zone: str
    block: str
    summary: Mapping[str, str] = field(default_factory=dict)
    description: Mapping[str, str] = field(default_factory=dict)
    place: Place | None = None
    link: str | None = None
    themes: tuple[str, ...] = ()
    regions: tuple[str, ...] = ()
    languages: tuple[str, ...] = ()
    audience: Audience = Audience()
    capacity: int | None = None
    sign_up_closes: datetime | None = None
    cancellation: Mapping[str, str] = field(default_factory=dict)

    @property
    def is_public(self) -> bool:
        return self.audience.kind == "public"

    def takes_sign_ups(self, now: datetime) -> bool:
        """Until it begins, or until the moment that its organiser set."""
        return self.state == "published" and now < (self.sign_up_closes or self.begins)

    def lets_in_who_waits(self, now: datetime) -> bool:
        """Also after sign-up has closed, but never once it has begun."""
        return self.state == "published" and now < self.begins


def draft(event: Event) -> Event:
    """A new draft, checked. Raises Invalid."""
    return _checked(event)


def change(event: Event, changes: Mapping[str, Any], now: datetime, incarnation: int) -> Event:
    """The event with these fields changed. Raises Conflict for a cancelled one, Invalid for a broken rule."""
    if event.state == "cancelled":
        raise Conflict("A cancelled event can't be changed.")
    changed = _checked(_next(event, now, incarnation, **changes))
    if changed.state == "published":
        _publishable(changed)
    return changed


def publish(event: Event, now: datetime, incarnation: int) -> Event:
    """Raises Conflict unless it is a draft that lies ahead, Invalid if something that readers need is missing."""
    if event.state != "draft":
        raise Conflict(f"Only a draft can be published; this event is {event.state}.")
    if event.ends <= now:
        raise Conflict("This event is over. Change its time before you publish it.")
    _publishable(event)
    return _next(event, now, incarnation, state="published")


def cancel(event: Event, reason: Mapping[str, str], now: datetime, incarnation: int) -> Event:
    """Raises Conflict unless it is published and not over."""
    if event.state != "published":
        raise Conflict(f"Only a published event can be cancelled; this event is {event.state}.")
    if event.ends <= now:
        raise Conflict("This event is over.")
    return _next(event, now, incarnation, state="cancelled", cancellation=reason)


def tombstone(event: Event) -> dict[str, Any]:
    """What stays with those who may no longer see it: key, age, state."""
    return {
        "id": event.id,
        "home": event.home,
        "incarnation": event.incarnation,
        "version": event.version,
        "state": "withdrawn",
        "created": event.created,
        "changed": event.changed,
    }


def _next(event: Event, now: datetime, incarnation: int, **changes: Any) -> Event:
    return replace(event, **changes, version=event.version + 1, incarnation=incarnation, changed=now)


def _publishable(event: Event) -> None:
    if event.place is None and event.link is None:
        raise field_error("place", "Give a place or a link before the event is published.")


def _checked(event: Event) -> Event:
    if event.ends <= event.begins:
        raise field_error("ends", "The end must be after the beginning.")
    if event.ends - event.begins > LONGEST:
        raise field_error("ends", "An event lasts a year at most.")
    if event.sign_up_closes is not None and event.sign_up_closes > event.ends:
        raise field_error("sign_up_closes", "Sign-up must close before the event ends.")
    _check_audience(event.audience)
    return event


def _check_audience(audience: Audience) -> None:
    wanted = {"public": (0, 0), "consortia": (1, 20), "working_group": (1, 1), "invited": (0, 0)}
    least, most = wanted[audience.kind]
    if not least <= len(audience.ids) <= most:
        raise field_error("audience.ids", f"An audience of kind {audience.kind} names {least} to {most} ids.")
