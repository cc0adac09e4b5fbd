"""The .ics file of an event (RFC 5545): METHOD PUBLISH or CANCEL, one UID for all its versions."""

from datetime import UTC, datetime, timedelta
from typing import Literal
from zoneinfo import ZoneInfo

from icalendar import Calendar, Event, Timezone, TimezoneDaylight, TimezoneStandard

from services.notifications.model import Edition

from .words import Words


def calendar_of(
    edition: Edition,
    words: Words,
    method: Literal["PUBLISH", "CANCEL"],
    page: str | None,
    said: datetime | None = None,
) -> bytes:
    """UID `<event>@<home>` as in the feeds, so that a calendar knows it again. SEQUENCE is the record's version.

    said: when a message about one sign-up was made. Signing up, cancelling and signing up again may all be of one
    version of the event; of messages with one SEQUENCE the later DTSTAMP counts (RFC 5546, 2.1.5).
    """
    data = edition.data
    zone = ZoneInfo(data["time_zone"])
    begins, ends = data["begins"].astimezone(zone), data["ends"].astimezone(zone)
    calendar, event = Calendar(), Event()
    calendar.add("prodid", "-//Malmi//Malmi//EN")
    calendar.add("version", "2.0")
    calendar.add("method", method)
    event.add("uid", f"{data['id']}@{data['home']}")
    event.add("sequence", edition.age.version)
    event.add("dtstamp", said or edition.at)
    event.add("last-modified", edition.at)
    event.add("summary", words.of(data["title"]))
    event.add("dtstart", begins)
    event.add("dtend", ends)
    event.add("status", "CANCELLED" if method == "CANCEL" else "CONFIRMED")
    place = data.get("place") or {}
    where = ", ".join(filter(None, (place.get("name"), place.get("address"))))
    if where:
        event.add("location", where)
    about = "\n\n".join(filter(None, (words.of(data.get("summary")), data.get("link"))))
    if about:
        event.add("description", about)
    if page is not None:
        event.add("url", page)
    if data["time_zone"] not in ("UTC", "Etc/UTC"):
        calendar.add_component(_timezone(data["time_zone"], zone, begins, ends))
    calendar.add_component(event)
    return bytes(calendar.to_ical())


def _timezone(name: str, zone: ZoneInfo, begins: datetime, ends: datetime) -> Timezone:
    """The VTIMEZONE from the change of clocks before the event to its end. icalendar's own generator writes the onset
    of summer time an hour late (seen in 7.3)."""
    timezone = Timezone()
    timezone.add("tzid", name)
    moments = [_change_before(zone, begins.astimezone(UTC))]
    day = begins.astimezone(UTC)
    while day < ends.astimezone(UTC):
        if _offset(zone, day) != _offset(zone, day + timedelta(days=1)):
            moments.append(_change_between(zone, day, day + timedelta(days=1)))
        day += timedelta(days=1)
    for moment in moments:
        timezone.add_component(_observance(zone, moment))
    return timezone


def _observance(zone: ZoneInfo, onset: datetime) -> TimezoneStandard | TimezoneDaylight:
    local = onset.astimezone(zone)
    before, after = _offset(zone, onset - timedelta(seconds=1)), _offset(zone, onset)
    part = TimezoneDaylight() if local.dst() else TimezoneStandard()
    # An onset is written in the local time of the offset before it (RFC 5545, 3.6.5).
    part.add("dtstart", (onset + before).replace(tzinfo=None))
    part.add("tzoffsetfrom", before)
    part.add("tzoffsetto", after)
    part.add("tzname", local.tzname() or name_of(after))
    return part


def name_of(offset: timedelta) -> str:
    minutes = int(offset.total_seconds() // 60)
    return f"{'-' if minutes < 0 else '+'}{abs(minutes) // 60:02d}{abs(minutes) % 60:02d}"


def _change_before(zone: ZoneInfo, moment: datetime) -> datetime:
    """The last change of clocks before the moment; a year before it where clocks do not change."""
    day = moment
    for _ in range(400):
        earlier = day - timedelta(days=1)
        if _offset(zone, earlier) != _offset(zone, day):
            return _change_between(zone, earlier, day)
        day = earlier
    return moment - timedelta(days=366)


def _change_between(zone: ZoneInfo, low: datetime, high: datetime) -> datetime:
    low, high = (part.replace(second=0, microsecond=0) for part in (low, high))
    before = _offset(zone, low)
    while high - low > timedelta(minutes=1):
        middle = (low + (high - low) / 2).replace(second=0, microsecond=0)
        low, high = (middle, high) if _offset(zone, middle) == before else (low, middle)
    return high


def _offset(zone: ZoneInfo, moment: datetime) -> timedelta:
    return moment.astimezone(zone).utcoffset() or timedelta(0)
