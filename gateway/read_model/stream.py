"""stream.db: a day of public facts in the order in which they were applied here, for live streams and their replay."""

import time
from collections.abc import Iterable
from dataclasses import dataclass
from datetime import timedelta
from pathlib import Path
from typing import Final

import orjson

from . import schema
from .filters import Traits
from .transactions import transaction

KEPT: Final = timedelta(hours=24)
VERSION: Final = 2
_TABLES: Final = (
    """CREATE TABLE entry (position INTEGER PRIMARY KEY, fact_id TEXT NOT NULL UNIQUE, at REAL NOT NULL,
    type TEXT NOT NULL, kind TEXT NOT NULL, facets BLOB NOT NULL, traits BLOB NOT NULL, data BLOB NOT NULL)""",
    "CREATE INDEX entry_by_time ON entry (at)",
    # `before`: what stood at this position and before it is not here (any more)
    "CREATE TABLE span (before INTEGER NOT NULL)",
)


@dataclass(frozen=True, slots=True)
class Told:
    """A public fact as streams tell it. data: JSON of the record as lists show it, or of what is left of it.
    facets, traits: of the record before the fact and after it."""

    fact_id: str
    type: str
    kind: str
    facets: frozenset[tuple[str, str]]
    data: bytes
    traits: tuple[Traits, ...] = ()


@dataclass(frozen=True, slots=True)
class Entry:
    position: int
    told: Told


class StreamWriter:
    """The one writer of a stream.db."""

    def __init__(self, path: Path) -> None:
        """Makes the file if it is new. Positions then begin at the milliseconds since 1970, so that they go on
        rising should the file be thrown away. Raises sqlite3.Error."""
        self._database = schema.open_for_writing(path)
        held = schema.version_of(self._database)
        if held != VERSION:
            self._database.execute("BEGIN IMMEDIATE")
            if held:  # of other tables: what it holds can't be told any more, so streams begin with a reset
                self._database.execute("DROP TABLE entry")
                self._database.execute("DROP TABLE span")
            for statement in _TABLES:
                self._database.execute(statement)
            self._database.execute("INSERT INTO span (before) VALUES (?)", (int(time.time() * 1000),))
            self._database.execute(f"PRAGMA user_version = {VERSION}")
            self._database.execute("COMMIT")

    def close(self) -> None:
        self._database.close()

    def append(self, told: Iterable[Told], now: float) -> None:
        """Adds facts that are not there yet, in one transaction. Raises sqlite3.Error, with nothing changed."""
        run = self._database.execute
        with transaction(self._database):
            (last,) = run("SELECT max(before, coalesce((SELECT max(position) FROM entry), 0)) FROM span").fetchone()
            for entry in told:
                added = run(
                    "INSERT INTO entry (position, fact_id, at, type, kind, facets, traits, data) "
                    "VALUES (?, ?, ?, ?, ?, ?, ?, ?) ON CONFLICT (fact_id) DO NOTHING",
                    (
                        last + 1,
                        entry.fact_id,
                        now,
                        entry.type,
                        entry.kind,
                        orjson.dumps(sorted(entry.facets)),
                        orjson.dumps([[of.begins, of.ends, of.state, of.words] for of in entry.traits]),
                        entry.data,
                    ),
                )
                last += added.rowcount

    def prune(self, now: float) -> int:
        """Removes what is older than a day; says how much. Raises sqlite3.Error."""
        run = self._database.execute
        removed = 0
        with transaction(self._database):
            (last,) = run("SELECT max(position) FROM entry WHERE at < ?", (now - KEPT.total_seconds(),)).fetchone()
            if last is not None:
                removed = run("DELETE FROM entry WHERE position <= ?", (last,)).rowcount
                run("UPDATE span SET before = ?", (last,))
        return removed


class StreamReader:
    """Reads on from a position. Methods raise sqlite3.Error; then make a new one."""

    def __init__(self, path: Path) -> None:
        """Raises sqlite3.OperationalError when there is no file yet."""
        self._database = schema.open_for_reading(path)

    def close(self) -> None:
        self._database.close()

    def state(self) -> int:
        """Changes whenever something was added or removed."""
        return int(self._database.execute("PRAGMA data_version").fetchone()[0])

    def last(self) -> int:
        """The newest position."""
        (position,) = self._database.execute(
            "SELECT max(before, coalesce((SELECT max(position) FROM entry), 0)) FROM span"
        ).fetchone()
        return int(position)

    def reaches(self, position: int) -> bool:
        """Whether all that came after this position is here."""
        (before,) = self._database.execute("SELECT before FROM span").fetchone()
        return bool(before <= position <= self.last())

    def after(self, position: int, most: int) -> list[Entry]:
        """What came after a position, in order, at most so many."""
        rows = self._database.execute(
            "SELECT position, fact_id, type, kind, facets, traits, data FROM entry WHERE position > ? "
            "ORDER BY position LIMIT ?",
            (position, most),
        )
        return [_entry(row) for row in rows]


def _entry(row: tuple[int, str, str, str, bytes, bytes, bytes]) -> Entry:
    position, fact_id, fact_type, kind, facets, traits, data = row
    pairs = frozenset((name, value) for name, value in orjson.loads(facets))
    both = tuple(Traits(*of) for of in orjson.loads(traits))
    return Entry(position, Told(fact_id, fact_type, kind, pairs, data, both))
