"""Compares two files of the read model row by row: the records, and the bytes that are made of them."""

import json
from collections.abc import Iterator
from contextlib import closing
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any, Final

from gateway.read_model import schema
from gateway.read_model.records import TOMBSTONES

_SHOWN: Final = 20
Row = tuple[Any, ...]

_PUBLIC: Final = """SELECT r.kind, r.ref, r.incarnation, r.version, r.state, r.data,
    s.sort, s.until, s.state, s.changed, s.etag, s.time_zone, t.item, t.body,
    (SELECT group_concat(name, ' ') FROM (SELECT m.name FROM facet f JOIN term m ON m.id = f.term
        WHERE f.key = r.key ORDER BY m.name)),
    (SELECT group_concat(text, '') FROM (SELECT text FROM calendar
        WHERE slot >= r.key * 8 AND slot < r.key * 8 + 8 ORDER BY slot))
    FROM record r LEFT JOIN shown s ON s.key = r.key LEFT JOIN text t ON t.key = r.key
    WHERE r.kind <> 'places' OR EXISTS (SELECT 1 FROM record e WHERE e.kind = 'event' AND e.ref = r.ref)
    ORDER BY r.kind, r.ref"""
# The places of a draft or restricted event stand in a snapshot and are shown nowhere: no fact of theirs is public.
_IDENTITY: Final = """SELECT kind, ref, incarnation, version, state, hash, account, name, scopes, expires
    FROM entry ORDER BY kind, ref"""
_STATE: Final = 4
_FROM_HERE_ON_SHOWN: Final = 6
_GONE: Final = json.dumps(sorted(TOMBSTONES))


@dataclass(frozen=True, slots=True)
class Difference:
    """what: `missing` (in the rebuilt file alone), `surplus` (in the live one alone), `older`, `newer` (the live
    one's version), `content` (same version, other record), `shown` (same record, other bytes)."""

    kind: str
    ref: str
    what: str


@dataclass(slots=True)
class Comparison:
    """rows: compared, those of either side. differences: the first ones."""

    rows: int = 0
    equal: int = 0
    differing: int = 0
    differences: list[Difference] = field(default_factory=list)

    def note(self, kind: str, ref: str, what: str) -> None:
        self.differing += 1
        if len(self.differences) < _SHOWN:
            self.differences.append(Difference(kind, ref, what))


class Snapshots:
    """Both files as they stand at this moment, whatever is written to them later. Made in the writer's thread."""

    def __init__(self, live: Path, rebuilt: Path) -> None:
        """Raises sqlite3.Error."""
        self._connections = [schema.open_for_reading(path) for path in (live, rebuilt)]
        for connection in self._connections:
            connection.execute("BEGIN")
            connection.execute("SELECT count(*) FROM sqlite_schema").fetchone()  # the moment is that of the first read

    def compare_public(self, result: Comparison) -> None:
        self._compare(_PUBLIC, result)

    def compare_identity(self, result: Comparison) -> None:
        self._compare(_IDENTITY, result)

    def _compare(self, query: str, result: Comparison) -> None:
        live, rebuilt = (connection.execute(query) for connection in self._connections)
        for one, other in _side_by_side(live, rebuilt):
            result.rows += 1
            what = _difference(one, other)
            if what is None:
                result.equal += 1
            else:
                kind, ref = (one or other or ("", ""))[:2]
                # Of a session or key nothing is told but that it differs.
                result.note(kind, ref, what)

    def close(self) -> None:
        for connection in self._connections:
            connection.close()


def _side_by_side(live: Iterator[Row], rebuilt: Iterator[Row]) -> Iterator[tuple[Row | None, Row | None]]:
    """Rows with the same (kind, ref) together; both come in that order."""
    one, other = next(live, None), next(rebuilt, None)
    while one is not None or other is not None:
        if other is None or (one is not None and one[:2] < other[:2]):
            yield one, None
            one = next(live, None)
        elif one is None or other[:2] < one[:2]:
            yield None, other
            other = next(rebuilt, None)
        else:
            yield one, other
            one, other = next(live, None), next(rebuilt, None)


def _difference(live: Row | None, rebuilt: Row | None) -> str | None:
    if live == rebuilt:
        return None
    if live is None:
        # A record that never was public has a tombstone in a snapshot, and no fact that the live file keeps.
        return None if rebuilt is not None and rebuilt[_STATE] in TOMBSTONES else "missing"
    if rebuilt is None:
        return "surplus"
    if live[2:4] != rebuilt[2:4]:
        return "older" if live[2:4] < rebuilt[2:4] else "newer"
    return "content" if live[:_FROM_HERE_ON_SHOWN] != rebuilt[:_FROM_HERE_ON_SHOWN] else "shown"


def has_caught_up(live: Path, rebuilt: Path) -> bool:
    """Whether the live file has everything that the rebuilt one has but tombstones: facts of what a snapshot showed may
    still be on their way. Raises sqlite3.Error."""
    with closing(schema.open_for_reading(rebuilt)) as connection:
        connection.execute("ATTACH DATABASE ? AS live", (f"{live.resolve().as_uri()}?mode=ro",))
        found = connection.execute(
            "SELECT 1 FROM main.record AS n LEFT JOIN live.record AS l ON l.kind = n.kind AND l.ref = n.ref "
            "WHERE (l.key IS NULL AND n.state NOT IN (SELECT value FROM json_each(?)) AND (n.kind <> 'places' "
            "OR EXISTS (SELECT 1 FROM main.record AS e WHERE e.kind = 'event' AND e.ref = n.ref))) "
            "OR (n.incarnation, n.version) > (l.incarnation, l.version) LIMIT 1",
            (_GONE,),
        ).fetchone()
    return found is None


__all__ = ["Comparison", "Difference", "Snapshots", "has_caught_up"]
