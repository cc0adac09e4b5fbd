"""Days that are free for an event, the quietest first, each with what speaks against it."""

from collections import defaultdict
from collections.abc import Iterable, Mapping
from dataclasses import dataclass, replace
from datetime import date, time, timedelta
from typing import Any

from services.contracts.errors import field_error
from services.events.days_off import days_off
from services.events.model import Organiser
from services.events.model.clash import (
    FARTHEST,
    SEVERITIES,
    Candidate,
    Occupied,
    Severity,
    candidates,
    off_on,
    rank,
)
from services.events.store import EventStore
from services.runtime.work import Work

from .audience import target_of
from .clashes import Proposal, found_among, meet, proposal
from .sight import Sight

Arguments = dict[str, Any]
LONGEST_SPAN = timedelta(days=186)
MOST_AGAINST = 5


def free_dates(work: Work, store: EventStore, arguments: Arguments) -> list[dict[str, Any]]:
    """The best days of a span. Raises Invalid, Forbidden, SignInNeeded, UnknownReference."""
    work.require("events.clashes.read", target_of(work, store, Organiser(**arguments["organiser"])))
    first, last = arguments["first_day"], arguments["last_day"]
    if last < first:
        raise field_error("last_day", "The last day must not be before the first.")
    if last - first > LONGEST_SPAN:
        raise field_error("last_day", f"At most {LONGEST_SPAN.days} days at once.")
    proposed = list(
        candidates(
            first,
            last,
            time.fromisoformat(arguments["starts"]),
            timedelta(minutes=arguments["minutes"]),
            arguments["weekdays"],
            arguments["time_zone"],
        )
    )
    if not proposed:
        raise field_error("weekdays", "No day of this span will do: allow more weekdays, or a shorter time.")
    asked = proposal(work, store, _values(arguments, proposed[0]))
    sight = Sight(work, store)
    best = sorted(_judged(store, sight, asked, proposed), key=lambda judged: (judged.rank, judged.candidate.begins))
    return [_view(sight, asked, judged) for judged in best[: arguments["limit"]]]


@dataclass(frozen=True, slots=True)
class _Judged:
    """near: what of the calendar is near enough to clash."""

    candidate: Candidate
    rank: tuple[int, ...]
    near: tuple[Mapping[str, Any], ...]


def _judged(store: EventStore, sight: Sight, asked: Proposal, proposed: list[Candidate]) -> Iterable[_Judged]:
    """Reads the span once, and looks of each day only at what is near."""
    first, last = proposed[0].first, proposed[-1].last
    by_day: dict[int, list[Mapping[str, Any]]] = defaultdict(list)
    for entry in store.calendar.between(first, last):
        for day in range(max(entry["first"], first - FARTHEST), min(entry["last"], last + FARTHEST) + 1):
            by_day[day].append(entry)
    off = days_off(asked.occupied.regions, first, last)
    for candidate in proposed:
        mine = _at(asked.occupied, candidate)
        near = {
            entry["_id"]: entry
            for day in range(candidate.first - FARTHEST, candidate.last + FARTHEST + 1)
            for entry in by_day[day]
        }
        met = [found.severity for entry in near.values() if (found := meet(mine, entry, sight)) is not None]
        weak: list[Severity] = ["weak" for _ in off_on(candidate.first, candidate.last, off)]
        yield _Judged(candidate, rank([*met, *weak]), tuple(near.values()))


def _view(sight: Sight, asked: Proposal, judged: _Judged) -> dict[str, Any]:
    candidate = judged.candidate
    there = replace(asked, occupied=_at(asked.occupied, candidate))
    return {
        "begins": candidate.begins,
        "ends": candidate.ends,
        "first_day": date.fromordinal(candidate.first),
        "last_day": date.fromordinal(candidate.last),
        "free": not any(judged.rank),
        "counts": dict(zip(SEVERITIES, judged.rank, strict=True)),
        "against": found_among(judged.near, sight, there)[:MOST_AGAINST] if any(judged.rank) else [],
    }


def _at(occupied: Occupied, candidate: Candidate) -> Occupied:
    return replace(occupied, begins=candidate.begins, ends=candidate.ends, first=candidate.first, last=candidate.last)


def _values(arguments: Arguments, candidate: Candidate) -> dict[str, Any]:
    return {
        **arguments,
        "id": "",
        "home": "",
        "incarnation": 1,
        "version": 1,
        "state": "draft",
        "title": {},
        "begins": candidate.begins,
        "ends": candidate.ends,
    }
