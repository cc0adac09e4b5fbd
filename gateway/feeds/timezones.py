"""VTIMEZONE (RFC 5545, 3.6.5) of a zone of the IANA database, as rules that calendar programs understand.

icalendar has a generator, but of its onsets those into summer time come out an hour late: an onset is a local time in
the offset *before* it. And it lists dates where many programs only read yearly rules.
"""

import calendar
from dataclasses import dataclass
from datetime import UTC, datetime, timedelta
from functools import lru_cache
from zoneinfo import ZoneInfo, ZoneInfoNotFoundError

from icalendar import Timezone, TimezoneDaylight, TimezoneStandard, vRecur

_FIRST_YEAR, _LAST_YEAR = 2010, 2037
_DAYS = ("MO", "TU", "WE", "TH", "FR", "SA", "SU")


@dataclass(frozen=True, slots=True)
class _Change:
    """A change of the clocks. onset: local time before it, without an offset."""

    onset: datetime
    before: timedelta
    after: timedelta
    name: str
    is_summer: bool


@lru_cache(maxsize=128)
def render(name: str) -> bytes:
    """The VTIMEZONE's lines; b"" for UTC, which needs none, and for a zone that this machine does not know."""
    try:
        zone = ZoneInfo(name)
    except (ZoneInfoNotFoundError, ValueError, OSError):
        return b""
    if name in ("UTC", "Etc/UTC"):
        return b""
    timezone = Timezone()
    timezone.add("tzid", name)
    changes = _changes(zone)
    start = datetime(_FIRST_YEAR, 1, 1, tzinfo=zone)
    if not changes:
        timezone.add_component(_observance(_Change(datetime(1970, 1, 1), *_fixed(start)), None, []))  # noqa: DTZ001
        return bytes(timezone.to_ical())
    for group in _groups(changes):
        rule = _rule(group)
        timezone.add_component(_observance(group[0], rule, [] if rule else group[1:]))
    return bytes(timezone.to_ical())


def _fixed(moment: datetime) -> tuple[timedelta, timedelta, str, bool]:
    offset = moment.utcoffset() or timedelta(0)
    return offset, offset, moment.tzname() or "", False


def _observance(first: _Change, rule: vRecur | None, others: list[_Change]) -> TimezoneStandard | TimezoneDaylight:
    observance = TimezoneDaylight() if first.is_summer else TimezoneStandard()
    observance.add("dtstart", first.onset)
    observance.add("tzoffsetfrom", first.before)
    observance.add("tzoffsetto", first.after)
    observance.add("tzname", first.name)
    if rule is not None:
        observance.add("rrule", rule)
    elif others:
        observance.add("rdate", [change.onset for change in others])
    return observance


def _changes(zone: ZoneInfo) -> list[_Change]:
    """The changes of the offset, found day by day and then to the minute."""
    found = []
    day, last = datetime(_FIRST_YEAR, 1, 1, tzinfo=UTC), datetime(_LAST_YEAR + 1, 1, 1, tzinfo=UTC)
    while day < last:
        following = day + timedelta(days=1)
        if _offset(day, zone) != _offset(following, zone):
            found.append(_change_between(day, following, zone))
        day = following
    return found


def _change_between(low: datetime, high: datetime, zone: ZoneInfo) -> _Change:
    before = _offset(low, zone)
    while high - low > timedelta(minutes=1):
        middle = low + (high - low) / 2
        middle = middle.replace(second=0, microsecond=0)
        low, high = (middle, high) if _offset(middle, zone) == before else (low, middle)
    local = high.astimezone(zone)
    onset = (high + before).replace(tzinfo=None)
    return _Change(onset, before, _offset(high, zone), local.tzname() or "", bool(local.dst()))


def _offset(moment: datetime, zone: ZoneInfo) -> timedelta:
    return moment.astimezone(zone).utcoffset() or timedelta(0)


def _groups(changes: list[_Change]) -> list[list[_Change]]:
    groups: dict[tuple[timedelta, timedelta, str, bool], list[_Change]] = {}
    for change in changes:
        groups.setdefault((change.before, change.after, change.name, change.is_summer), []).append(change)
    return list(groups.values())


def _rule(group: list[_Change]) -> vRecur | None:
    """A yearly rule that gives exactly these changes, to the end of what is looked at; None when there is none."""
    years = [change.onset.year for change in group]
    if years != list(range(years[0], _LAST_YEAR + 1)):
        return None
    first = group[0].onset
    if any((change.onset.month, change.onset.time()) != (first.month, first.time()) for change in group):
        return None
    for count in (-1, 1, 2, 3, 4):
        if all(_is_nth(change.onset, first.weekday(), count) for change in group):
            return vRecur({"freq": "YEARLY", "bymonth": first.month, "byday": f"{count}{_DAYS[first.weekday()]}"})
    return None


def _is_nth(moment: datetime, weekday: int, count: int) -> bool:
    if moment.weekday() != weekday:
        return False
    if count < 0:
        return moment.day + 7 > calendar.monthrange(moment.year, moment.month)[1]
    return (moment.day - 1) // 7 == count - 1
