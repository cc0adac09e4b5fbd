"""Proposing dates: every day of a span that the asker could take, the quietest first."""

from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from datetime import UTC, date, datetime, time, timedelta
from zoneinfo import ZoneInfo

from .rule import SEVERITIES, Severity


@dataclass(frozen=True, slots=True)
class Candidate:
    """A time that is proposed. begins, ends in UTC; first, last: numbers of its local days."""

    begins: datetime
    ends: datetime
    first: int
    last: int


def candidates(
    first: date, last: date, starts: time, duration: timedelta, weekdays: Sequence[int], time_zone: str
) -> Iterable[Candidate]:
    """From each day of the span on which it may begin (Monday is 1): `starts` and `duration` by the clock on the wall,
    so that what takes from 9 to 16 does so on the day of a clock change too. Every day taken must be allowed."""
    zone = ZoneInfo(time_zone)
    for number in range(first.toordinal(), last.toordinal() + 1):
        begins = datetime.combine(date.fromordinal(number), starts)
        ends = begins + duration
        until = (ends - timedelta(microseconds=1)).toordinal()
        days = range(number, until + 1)
        if until > last.toordinal() or not all(date.fromordinal(day).isoweekday() in weekdays for day in days):
            continue
        yield Candidate(
            begins.replace(tzinfo=zone).astimezone(UTC), ends.replace(tzinfo=zone).astimezone(UTC), number, until
        )


def rank(found: Iterable[Severity]) -> tuple[int, ...]:
    """How much speaks against a date: first by hard clashes, then by strong ones, then by weak ones."""
    severities = list(found)
    return tuple(severities.count(severity) for severity in SEVERITIES)
