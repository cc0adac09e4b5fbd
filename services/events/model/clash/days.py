"""Days as numbers (date.toordinal), local to an event's zone: an evening in Helsinki is no day of Lisbon's."""

from datetime import datetime, timedelta
from functools import lru_cache
from typing import Final
from zoneinfo import ZoneInfo, ZoneInfoNotFoundError

FARTHEST: Final = 3
"""Days between two events beyond which neither stands in the other's way."""


def local_day(moment: datetime, time_zone: str) -> int:
    """The number of the day on which people in this zone see the moment."""
    return moment.astimezone(_zone(time_zone)).toordinal()


def day_span(begins: datetime, ends: datetime, time_zone: str) -> tuple[int, int]:
    """The first and the last day that an event takes. What ends at midnight takes nothing of the next day."""
    last = max(begins, ends - timedelta(microseconds=1))
    return local_day(begins, time_zone), local_day(last, time_zone)


@lru_cache(maxsize=128)
def _zone(name: str) -> ZoneInfo:
    try:
        return ZoneInfo(name)
    except (ZoneInfoNotFoundError, ValueError, OSError):
        return ZoneInfo("UTC")  # a newer node may know a zone that this machine's database lacks
