"""A series: a name for a row of events, such as a seminar that is held every spring. active -> closed."""

from collections.abc import Mapping
from dataclasses import dataclass, field, replace
from datetime import datetime
from typing import Any, Literal

from services.contracts.errors import Conflict

from .event import Organiser


@dataclass(frozen=True, slots=True)
class Series:
    """Public from the start. Events name it; it does not list them."""

    id: str
    home: str
    incarnation: int
    version: int
    state: Literal["active", "closed"]
    created: datetime
    changed: datetime
    organiser: Organiser
    title: Mapping[str, str]
    summary: Mapping[str, str] = field(default_factory=dict)
    themes: tuple[str, ...] = ()
    regions: tuple[str, ...] = ()


def change_series(series: Series, changes: Mapping[str, Any], now: datetime, incarnation: int) -> Series:
    """Raises Conflict for a closed one."""
    if series.state == "closed":
        raise Conflict("This series is closed and can't be changed. Start a new one.")
    return replace(series, **changes, version=series.version + 1, incarnation=incarnation, changed=now)


def close_series(series: Series, now: datetime, incarnation: int) -> Series:
    """No event joins it any more; those that did still name it. Raises Conflict for a closed one."""
    return change_series(series, {"state": "closed"}, now, incarnation)
