"""The next version of a record: what every change here ends with."""

from collections.abc import Mapping
from dataclasses import dataclass, replace
from datetime import date, datetime
from typing import Any, TypeVar


@dataclass(frozen=True, slots=True)
class Record:
    """What every record has. (home, id) is its key, (incarnation, version) its age; times in UTC."""

    id: str
    home: str
    incarnation: int
    version: int
    created: datetime
    changed: datetime


@dataclass(frozen=True, slots=True)
class Moment:
    """When and in which incarnation a change is made. today: the calendar day, for roles and memberships."""

    now: datetime
    today: date
    incarnation: int


R = TypeVar("R", bound=Record)


def following(record: R, at: Moment, **changes: Any) -> R:
    """The record's next version, with these fields changed."""
    return replace(record, **changes, version=record.version + 1, incarnation=at.incarnation, changed=at.now)


def changed(record: R, changes: Mapping[str, Any], at: Moment) -> R:
    """As following; the same record when nothing would differ, so that nobody is told of nothing."""
    real = {name: value for name, value in changes.items() if getattr(record, name) != value}
    return following(record, at, **real) if real else record
