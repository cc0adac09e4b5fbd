"""What every record of actors has, and how it ages."""

from dataclasses import dataclass, replace
from datetime import datetime
from typing import Any, TypeVar


@dataclass(frozen=True, slots=True)
class Record:
    """(home, id) is its key, (incarnation, version) its age. Times in UTC."""

    id: str
    home: str
    incarnation: int
    version: int
    state: str
    created: datetime
    changed: datetime


R = TypeVar("R", bound=Record)


def next_version(record: R, now: datetime, incarnation: int, **changes: Any) -> R:
    """The record with these fields changed."""
    return replace(record, **changes, version=record.version + 1, incarnation=incarnation, changed=now)
