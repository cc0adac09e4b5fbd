"""Mail that can wait stays quiet at night (DOMAIN.md, "Law and custom")."""

import re
from dataclasses import dataclass
from datetime import datetime, timedelta
from zoneinfo import ZoneInfo

SOON = timedelta(hours=24)


@dataclass(frozen=True, slots=True)
class QuietHours:
    """From hour `begins` to hour `ends` in the zone; begins == ends: never."""

    begins: int
    ends: int
    zone: ZoneInfo

    @classmethod
    def parse(cls, text: str, zone: str) -> "QuietHours":
        """Reads `21-7` or `off`. Raises ValueError for anything else."""
        if text == "off":
            return cls(0, 0, ZoneInfo(zone))
        found = re.fullmatch(r"(\d{1,2})-(\d{1,2})", text)
        if found is None or not all(int(hour) <= 24 for hour in found.groups()):
            raise ValueError(f"quiet hours must be like 21-7, or off, not {text!r}")
        begins, ends = (int(hour) % 24 for hour in found.groups())
        return cls(begins, ends, ZoneInfo(zone))

    def until(self, now: datetime) -> datetime | None:
        """When the quiet ends; None when it is not quiet now."""
        local = now.astimezone(self.zone)
        if not self._covers(local.hour):
            return None
        day = local.date() + timedelta(days=1 if local.hour >= self.ends else 0)
        # Made from wall time: on a night when clocks change, seven o'clock is still seven o'clock.
        return datetime(day.year, day.month, day.day, self.ends, tzinfo=self.zone).astimezone(now.tzinfo)

    def _covers(self, hour: int) -> bool:
        if self.begins <= self.ends:
            return self.begins <= hour < self.ends
        return hour >= self.begins or hour < self.ends


def waits_until(hours: QuietHours, now: datetime, begins: datetime | None) -> datetime | None:
    """Until when mail that can wait should wait; None: it may go now, for it is day or the event begins soon."""
    if begins is not None and begins - now < SOON:
        return None
    return hours.until(now)
