"""An event: what people attend. draft -> published -> cancelled; nothing leads back."""

from collections.abc import Iterable, Mapping
from dataclasses import dataclass, field, replace
from datetime import datetime, timedelta
from typing import Any, Literal

from services.contracts.errors import Conflict, field_error

from .admission import Admission, check_admission
from .aftercare import FORGET_DAYS, FeedbackQuestion, check_aftercare
from .programme import Session, Speaker, check_programme, moved, moved_sessions
from .venue import venue_key

Attendance = Literal["on_site", "online", "hybrid"]
State = Literal["draft", "published", "cancelled"]
OrganiserKind = Literal["organisation", "consortium", "region"]
AudienceKind = Literal["public", "consortia", "working_group", "invited"]
LONGEST = timedelta(days=366)
_IN_WORDS = {"on_site": "on site", "online": "online", "hybrid": "both on site and online"}


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

    @property
    def key(self) -> str:
        """The same for two spellings of one venue."""
        return venue_key(self.name, self.address)


@dataclass(frozen=True, slots=True)
class Postponement:
    """since: when it was moved. begins, ends: what was announced before."""

    since: datetime
    begins: datetime
    ends: datetime
    reason: Mapping[str, str] = field(default_factory=dict)


@dataclass(frozen=True, slots=True)
class Audience:
    """Who may know of it: everybody; members of consortia or of a working group (ids); those invited."""

    kind: AudienceKind = "public"
    ids: tuple[str, ...] = ()


@dataclass(frozen=True, slots=True)
class Event:
    """An event as its home keeps it. Times in UTC; `time_zone` (IANA) says how they are shown.

    regions: those concerned (the organiser's, the place's, and those named). block: the id under which the calendar
    shows its time while it is a draft or restricted. attendance: None only until it is derived from place and link.
    co_hosts: organisations that consented. co_host_regions: those that are concerned only because of them.
    postponed: by its last postponing. admission: how one gets a seat. reminders: hours
    before it begins. forget_days: after its end, until its attendees are forgotten. feedback: what is asked after it.
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
    attendance: Attendance | None = None
    sessions: tuple[Session, ...] = ()
    speakers: tuple[Speaker, ...] = ()
    co_hosts: tuple[str, ...] = ()
    co_host_regions: tuple[str, ...] = ()
    series: str | None = None
    postponed: Postponement | None = None
    admission: Admission = field(default_factory=Admission)
    reminders: tuple[int, ...] = ()
    forget_days: int = FORGET_DAYS
    feedback: tuple[FeedbackQuestion, ...] = ()

    def __post_init__(self) -> None:
        if self.attendance is None:  # an older record, or an organiser who did not say
            object.__setattr__(self, "attendance", attendance_by(self.place, self.link))

    @property
    def own_regions(self) -> tuple[str, ...]:
        """Those concerned whoever is co-host."""
        return tuple(code for code in self.regions if code not in self.co_host_regions)

    @property
    def is_public(self) -> bool:
        return self.audience.kind == "public"

    def takes_sign_ups(self, now: datetime) -> bool:
        """Until it begins, or until the moment that its organiser set."""
        return self.state == "published" and now < (self.sign_up_closes or self.begins)

    def lets_in_who_waits(self, now: datetime) -> bool:
        """Also after sign-up has closed, but never once it has begun."""
        return self.state == "published" and now < self.begins


def attendance_by(place: Place | None, link: str | None) -> Attendance:
    """How one attends what has this place and this link."""
    if link is None:
        return "on_site"
    return "online" if place is None else "hybrid"


def draft(event: Event) -> Event:
    """A new draft, checked. Raises Invalid."""
    return _checked(event)


def change(event: Event, changes: Mapping[str, Any], now: datetime, incarnation: int) -> Event:
    """The event with these fields changed. Raises Conflict for a cancelled one, Invalid for a broken rule."""
    if event.state == "cancelled":
        raise Conflict("A cancelled event can't be changed.")
    changed = _checked(_next(event, now, incarnation, **_with_attendance(event, changes)))
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


def postpone(event: Event, changes: Mapping[str, Any], now: datetime, incarnation: int) -> Event:
    """The event at other dates; it stays published. changes: begins, ends, reason, and sessions and sign_up_closes
    where they do not simply move along. Raises Conflict unless it is published and not over, Invalid."""
    if event.state != "published":
        raise Conflict(f"Only a published event can be postponed; this event is {event.state}.")
    if event.ends <= now:
        raise Conflict("This event is over.")
    begins, ends = changes["begins"], changes["ends"]
    if (begins, ends) == (event.begins, event.ends):
        raise field_error("begins", "These are the dates that it has already.")
    if begins <= now:
        raise field_error("begins", "The new dates must lie ahead.")
    closes, zone = event.sign_up_closes, event.time_zone
    after: dict[str, Any] = {
        "sessions": moved_sessions(event.sessions, event.begins, begins, zone),
        "sign_up_closes": None if closes is None else min(ends, moved(closes, event.begins, begins, zone)),
        **{name: value for name, value in changes.items() if name != "reason"},
        "postponed": Postponement(now, event.begins, event.ends, changes.get("reason") or {}),
    }
    moved_event = _checked(_next(event, now, incarnation, **after))
    _publishable(moved_event)
    return moved_event


def cancel(event: Event, reason: Mapping[str, str], now: datetime, incarnation: int) -> Event:
    """Raises Conflict unless it is published and not over."""
    if event.state != "published":
        raise Conflict(f"Only a published event can be cancelled; this event is {event.state}.")
    if event.ends <= now:
        raise Conflict("This event is over.")
    return _next(event, now, incarnation, state="cancelled", cancellation=reason)


def with_regions(event: Event, own: Iterable[str], of_co_hosts: Iterable[str]) -> Event:
    """Regions concerned: its own (the host's, the place's, those named), and its co-hosts' while they are that."""
    mine, theirs = set(own), set(of_co_hosts)
    return replace(event, regions=tuple(sorted(mine | theirs)), co_host_regions=tuple(sorted(theirs - mine)))


def next_version(event: Event, now: datetime, incarnation: int) -> Event:
    """The event's next version, as it is: for what changes it without the organiser's doing."""
    return _next(event, now, incarnation)


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


def _with_attendance(event: Event, changes: Mapping[str, Any]) -> dict[str, Any]:
    """What was derived from place and link follows them; what the organiser chose otherwise stays."""
    derived = event.attendance == attendance_by(event.place, event.link)
    if changes.get("attendance") is None and derived and not changes.keys().isdisjoint({"place", "link"}):
        return {**changes, "attendance": None}
    return {name: value for name, value in changes.items() if not (name == "attendance" and value is None)}


def _publishable(event: Event) -> None:
    if event.place is None and event.link is None:
        raise field_error("place", "Give a place or a link before the event is published.")
    if event.attendance != "online" and event.place is None:
        raise field_error("place", f"An event {_IN_WORDS[event.attendance or 'on_site']} needs a place.")
    if event.attendance != "on_site" and event.link is None:
        raise field_error("link", f"An event {_IN_WORDS[event.attendance or 'online']} needs a link.")


def _checked(event: Event) -> Event:
    if event.ends <= event.begins:
        raise field_error("ends", "The end must be after the beginning.")
    if event.ends - event.begins > LONGEST:
        raise field_error("ends", "An event lasts a year at most.")
    if event.sign_up_closes is not None and event.sign_up_closes > event.ends:
        raise field_error("sign_up_closes", "Sign-up must close before the event ends.")
    _check_audience(event.audience)
    check_admission(event.admission)
    check_aftercare(event.feedback)
    check_programme(event.sessions, event.speakers, event.begins, event.ends)
    return event


def _check_audience(audience: Audience) -> None:
    wanted = {"public": (0, 0), "consortia": (1, 20), "working_group": (1, 1), "invited": (0, 0)}
    least, most = wanted[audience.kind]
    if not least <= len(audience.ids) <= most:
        raise field_error("audience.ids", f"An audience of kind {audience.kind} names {least} to {most} ids.")
