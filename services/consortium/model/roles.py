"""Roles over time: spans in order of their first day, of which no two share a day.

A gap between two spans is allowed (a project that paused). A day is a calendar day, without a time zone.
"""

from collections.abc import Iterable
from dataclasses import dataclass, replace
from datetime import date, timedelta

from services.contracts.errors import Conflict, TooMany, field_error

EARLIEST, LATEST = date(1900, 1, 1), date(2199, 12, 31)
"""What a day may be; also keeps the day before and after it within the calendar."""
MOST_SPANS = 200
_DAY = timedelta(days=1)


@dataclass(frozen=True, slots=True)
class RoleSpan:
    """A role from a day on; `until` is its last day, None: without end. role: contracts' MEMBER_ROLES."""

    role: str
    since: date
    until: date | None = None

    def covers(self, day: date) -> bool:
        return self.since <= day and (self.until is None or day <= self.until)


def first_role(role: str, since: date, until: date | None) -> tuple[RoleSpan, ...]:
    """The roles at the beginning. Raises Invalid for a last day before the first."""
    _check_day("since", since)
    if until is not None:
        _check_day("until", until)
        if until < since:
            raise field_error("until", f"The last day must not be before the first, {since}.")
    return (RoleSpan(role, since, until),)


def with_role(spans: tuple[RoleSpan, ...], role: str, since: date) -> tuple[RoleSpan, ...]:
    """The spans with this role from `since` on.

    The span that it cuts ends the day before, and the new one takes over its last day; spans that begin later stay
    as they are and bound it. So the past can be written down in any order, and nothing planned is lost. Spans of one
    role without a day between them become one. Raises Conflict when the role is held on that day already, Invalid for
    a day out of bounds, TooMany.
    """
    _check_day("since", since)
    cut = next((span for span in spans if span.covers(since)), None)
    if cut is not None and cut.role == role:
        raise Conflict(f"The role on {since} is {role} already, since {cut.since}.")
    earlier = [replace(span, until=since - _DAY) if span is cut else span for span in spans if span.since < since]
    later = [span for span in spans if span.since > since]
    free_until = later[0].since - _DAY if later else None
    made = _joined([*earlier, RoleSpan(role, since, free_until if cut is None else cut.until), *later])
    if len(made) > MOST_SPANS:
        raise TooMany(f"A membership has at most {MOST_SPANS} roles over time.")
    return made


def ended_on(spans: tuple[RoleSpan, ...], last: date) -> tuple[RoleSpan, ...]:
    """The spans without any day after `last`."""
    kept = (span for span in spans if span.since <= last)
    return tuple(span if span.until is not None and span.until <= last else replace(span, until=last) for span in kept)


def _joined(spans: Iterable[RoleSpan]) -> tuple[RoleSpan, ...]:
    joined: list[RoleSpan] = []
    for span in spans:
        last = joined[-1] if joined else None
        if last is not None and last.role == span.role and last.until is not None and last.until + _DAY == span.since:
            joined[-1] = replace(last, until=span.until)
        else:
            joined.append(span)
    return tuple(joined)


def _check_day(field: str, day: date) -> None:
    if not EARLIEST <= day <= LATEST:
        raise field_error(field, f"Give a day from {EARLIEST} to {LATEST}.")
