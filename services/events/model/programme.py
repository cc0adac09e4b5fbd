"""The programme of an event: its sessions, and the speakers that its organiser names in public."""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field, replace
from datetime import datetime
from zoneinfo import ZoneInfo

from services.contracts.errors import field_error


@dataclass(frozen=True, slots=True)
class Speaker:
    """Personal data, published on purpose: who speaks is part of what an event announces. The organiser answers for it,
    and erases it by changing the event. `organisation`: an id of the registry."""

    id: str
    name: str
    title: str = ""
    affiliation: str = ""
    organisation: str | None = None


@dataclass(frozen=True, slots=True)
class Session:
    """A part of the programme. speakers: ids of speakers of the same event."""

    id: str
    title: Mapping[str, str]
    begins: datetime
    ends: datetime
    room: str = ""
    speakers: tuple[str, ...] = field(default_factory=tuple)


def check_programme(sessions: Sequence[Session], speakers: Sequence[Speaker], begins: datetime, ends: datetime) -> None:
    """Sessions lie within the event, and name speakers that it has. Raises Invalid, which names the field."""
    _check_ids("speakers", [speaker.id for speaker in speakers])
    _check_ids("sessions", [session.id for session in sessions])
    known = {speaker.id for speaker in speakers}
    for number, session in enumerate(sessions):
        if session.ends <= session.begins:
            raise field_error(f"sessions.{number}.ends", "The end of a session must be after its beginning.")
        if session.begins < begins:
            raise field_error(f"sessions.{number}.begins", "A session begins no earlier than the event.")
        if session.ends > ends:
            raise field_error(f"sessions.{number}.ends", "A session ends no later than the event.")
        unknown = [identity for identity in session.speakers if identity not in known]
        if unknown:
            message = (
                f"{unknown[0]} is none of the event's speakers. Add the speaker, or take the id out of the session."
            )
            raise field_error(f"sessions.{number}.speakers", message)


def moved(moment: datetime, before: datetime, after: datetime, time_zone: str) -> datetime:
    """The moment as far from `after` as it was from `before`, by the clock on the wall: what began at 9.00 begins at
    9.00, also when the clocks change in between."""
    zone = ZoneInfo(time_zone)
    apart = moment.astimezone(zone).replace(tzinfo=None) - before.astimezone(zone).replace(tzinfo=None)
    local = after.astimezone(zone).replace(tzinfo=None) + apart
    return local.replace(tzinfo=zone).astimezone(moment.tzinfo)


def moved_sessions(
    sessions: Sequence[Session], before: datetime, after: datetime, time_zone: str
) -> tuple[Session, ...]:
    """The programme of an event that moved from beginning at `before` to beginning at `after`."""
    return tuple(
        replace(
            session,
            begins=moved(session.begins, before, after, time_zone),
            ends=moved(session.ends, before, after, time_zone),
        )
        for session in sessions
    )


def _check_ids(name: str, ids: Sequence[str]) -> None:
    for number, identity in enumerate(ids):
        if identity in ids[:number]:
            raise field_error(f"{name}.{number}.id", f"{identity} stands here twice. Every id is used once.")
