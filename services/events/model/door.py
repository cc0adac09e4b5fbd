"""Who came. What the doors noted is merged so that neither the order nor a repeat of it matters.

An undo takes back all scans up to its moment; of the scans after the last undo the earliest says when somebody came.
So two doors that scan the same ticket, with a network or without, agree in the end, and it counts once.
"""

from collections.abc import Iterable
from dataclasses import dataclass, replace
from datetime import datetime, timedelta
from typing import Literal

KEY_GOOD_FOR = timedelta(hours=12)
"""After the end of the event."""
CLOCKS_DIFFER = timedelta(minutes=10)
"""A scan may come from a door whose clock is so far ahead."""
_TICK = timedelta(milliseconds=1)
_MOST_SCANS = 100
"""That are kept of one ticket."""


@dataclass(frozen=True, slots=True)
class Scan:
    """id: made where it was scanned. arrived: how many of a group were there; None: all."""

    id: str
    at: datetime
    undo: bool = False
    arrived: int | None = None
    door: str = ""


@dataclass(frozen=True, slots=True)
class Arrival:
    """Whether a sign-up came; `id` is the sign-up's. scans: those that may still matter."""

    id: str
    home: str
    incarnation: int
    version: int
    state: Literal["in", "out"]
    created: datetime
    changed: datetime
    event: str
    size: int
    scans: tuple[Scan, ...] = ()
    checked_in: datetime | None = None
    arrived: int = 0
    door: str = ""

    @property
    def counting(self) -> tuple[Scan, ...]:
        """In order of time: scans since the last undo."""
        undone = last_undo(self.scans)
        return tuple(scan for scan in self.scans if not scan.undo and (undone is None or scan.at > undone))


@dataclass(frozen=True, slots=True)
class Door:
    """A key for volunteers, for one event. label: shown as where somebody was checked in."""

    id: str
    home: str
    incarnation: int
    version: int
    state: Literal["open", "closed"]
    created: datetime
    changed: datetime
    event: str
    label: str


@dataclass(frozen=True, slots=True)
class WalkIn:
    """Somebody who came without a sign-up. Personal data: name, and an address if they want to hear from the organiser.

    It counts apart: who signed up ahead is never turned away for it. over_capacity: the door let them in all the same.
    """

    id: str
    home: str
    incarnation: int
    version: int
    state: Literal["walked_in"]
    created: datetime
    changed: datetime
    event: str
    name: str
    language: str
    size: int = 1
    email: str | None = None
    email_key: str | None = None
    over_capacity: bool = False


def last_undo(scans: Iterable[Scan]) -> datetime | None:
    return max((scan.at for scan in scans if scan.undo), default=None)


def with_scans(arrival: Arrival, new: Iterable[Scan], size: int, now: datetime, incarnation: int) -> Arrival:
    """The arrival with what the doors noted, its next version; the same one when nothing of it is new.

    The order in which scans come, and their repeats, make no difference. size: of the sign-up, now.
    """
    known = {scan.id: scan for scan in arrival.scans}
    merged = {**{scan.id: scan for scan in new}, **known}
    kept = _that_matter(merged.values())
    if kept == arrival.scans and size == arrival.size and arrival.version > 0:
        return arrival
    after = replace(arrival, scans=kept, size=size)
    counting = after.counting
    first = counting[0] if counting else None
    return replace(
        after,
        state="in" if counting else "out",
        checked_in=None if first is None else first.at,
        door="" if first is None else first.door,
        arrived=max((min(scan.arrived or size, size) for scan in counting), default=0),
        version=arrival.version + 1,
        incarnation=incarnation,
        changed=now,
    )


def moment_of(arrival: Arrival | None, now: datetime) -> datetime:
    """When something done at a door with a network happens: now, and after all that is known."""
    latest = max((scan.at for scan in arrival.scans), default=None) if arrival is not None else None
    return now if latest is None or latest < now else latest + _TICK


def room_at_the_door(capacity: int | None, taken: int, walked_in: int, size: int) -> bool:
    """Whether a walk-in fits beside all who hold a seat and those who walked in before."""
    return capacity is None or taken + walked_in + size <= capacity


def _that_matter(scans: Iterable[Scan]) -> tuple[Scan, ...]:
    """The last undo and the scans after it, in order of time: nothing that may come can make the others count."""
    ordered = sorted(scans, key=lambda scan: (scan.at, scan.id))
    undone = last_undo(ordered)
    undo = [scan for scan in ordered if scan.undo and scan.at == undone][:1]
    counting = [scan for scan in ordered if not scan.undo and (undone is None or scan.at > undone)]
    if len(counting) > _MOST_SCANS:
        half = _MOST_SCANS // 2
        counting = [*counting[:half], *counting[-half:]]
    return (*undo, *counting)
