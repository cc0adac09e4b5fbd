"""An import as it is kept: what the file's columns are taken for, how far it is, what came of it."""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field, replace
from datetime import datetime, timedelta
from typing import Any, Final

from services.contracts.errors import Conflict

from .columns import Column

KEPT: Final = timedelta(days=7)
"""How long a file's rows and its report are kept after they were last asked for something."""
STEP: Final = 200
"""Rows that one transaction takes."""
_MOST_SUSPECTS: Final = 200


@dataclass(frozen=True, slots=True)
class Suspect:
    """Rows whose names seem to be one actor's."""

    rows: tuple[int, ...]
    names: tuple[str, ...]


@dataclass(frozen=True, slots=True)
class Import:
    """state: read -> trying -> tried, -> running -> done; or failed, with its reason. done: rows of this turn.
    counts: its outcomes. tried: those of the last dry run. until: when it is forgotten, with the file's rows."""

    id: str
    version: int
    region: str
    account: str
    state: str
    created: datetime
    changed: datetime
    until: datetime
    file: str
    read: Mapping[str, str | None]
    sheets: tuple[str, ...]
    sheet: str | None
    header_rows: tuple[int, ...]
    columns: tuple[Column, ...]
    rows: int
    for_all: Mapping[str, str] = field(default_factory=dict)
    existing: str = "leave"
    alike: str = "hold"
    done: int = 0
    counts: Mapping[str, int] = field(default_factory=dict)
    tried: Mapping[str, int] = field(default_factory=dict)
    suspects: tuple[Suspect, ...] = ()
    reason: str | None = None

    @property
    def is_on(self) -> bool:
        return self.state in ("trying", "running")

    @property
    def is_dry(self) -> bool:
        return self.state == "trying"

    @property
    def chunks(self) -> int:
        return -(-self.rows // STEP)


@dataclass(frozen=True, slots=True)
class Chunk:
    """A part of the file, with what came of its rows. lines: [line number, cells] each."""

    id: str
    lines: tuple[Any, ...]
    report: tuple[Mapping[str, Any], ...] = ()


def chunk_id(import_id: str, number: int) -> str:
    return f"{import_id}.{number:04}"


def begin(import_: Import, state: str, now: datetime, **plan: Any) -> Import:
    """A dry run or a run from the first row on. Raises Conflict while one goes on."""
    if import_.is_on:
        raise Conflict(f"This import is {import_.state}: {import_.done} of {import_.rows} rows. Wait until it is done.")
    fresh: dict[str, Any] = {"done": 0, "counts": {}, "suspects": (), "reason": None}
    return _next(import_, now, state=state, **fresh, **plan)


def advance(import_: Import, report: Sequence[Mapping[str, Any]], now: datetime) -> Import:
    """After another part of its rows."""
    counts = dict(import_.counts)
    for row in report:
        counts[row["outcome"]] = counts.get(row["outcome"], 0) + 1
    done, suspects = import_.done + len(report), _suspects(import_.suspects, report)
    after = _next(import_, now, done=done, counts=counts, suspects=suspects)
    return finish(after, now) if done >= import_.rows else after


def finish(import_: Import, now: datetime) -> Import:
    """All rows are through."""
    if import_.is_dry:
        return replace(import_, state="tried", tried=import_.counts, changed=now)
    return replace(import_, state="done", changed=now)


def fail(import_: Import, reason: str, now: datetime) -> Import:
    """It can't go on. What was done stays done; run again, those rows are unchanged."""
    return _next(import_, now, state="failed", reason=reason)


def _next(import_: Import, now: datetime, **changes: Any) -> Import:
    return replace(import_, **changes, version=import_.version + 1, changed=now, until=now + KEPT)


def _suspects(known: tuple[Suspect, ...], report: Sequence[Mapping[str, Any]]) -> tuple[Suspect, ...]:
    """Rows that are like an earlier row come to that one's group."""
    groups = [(list(suspect.rows), list(suspect.names)) for suspect in known]
    for row in report:
        other = next((like for like in row["like"] if like["row"] is not None), None)
        if other is None:
            continue
        group = next((group for group in groups if other["row"] in group[0]), None)
        if group is not None:
            group[0].append(row["row"])
            group[1].append(row["name"] or "")
        elif len(groups) < _MOST_SUSPECTS:
            groups.append(([other["row"], row["row"]], [other["name"], row["name"] or ""]))
    return tuple(Suspect(tuple(rows), tuple(names)) for rows, names in groups)
