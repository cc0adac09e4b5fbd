"""How many records of a list have each value of a facet, whatever else the list is narrowed by.

Of every value that is counted a row of bits tells which records have it, in pieces of 4096 (record.key is the place of
the bit). To count is to take what the filters have in common and to look how much of that each value has.
"""

import sqlite3
from collections import defaultdict
from collections.abc import Iterable, Mapping, Sequence
from typing import Final

from .filters import Filter

TABLES: Final = """
CREATE TABLE bits (              -- which records have a value: the bit at key % 4096 of the piece key / 4096
    term INTEGER NOT NULL,
    piece INTEGER NOT NULL,
    bits BLOB NOT NULL,
    PRIMARY KEY (term, piece)
) WITHOUT ROWID;
"""
COUNTED: Final[Mapping[str, tuple[str, ...]]] = {
    "organisation": ("region", "kind", "competence"),
    "event": ("region", "theme", "consortium"),
    "offering": ("region", "kind", "material", "trl", "nace", "value_chain"),
    "package": ("region", "kind", "material", "trl", "nace", "value_chain"),
}
"""Facets by kind of record. Their values are few: what may have thousands is not counted."""
MOST_VALUES: Final = 200
_PIECE: Final = 4096
_BYTES: Final = _PIECE // 8

Counts = dict[str, dict[str, int]]
"""By facet, by value."""


def names_of(kind: str, facets: Iterable[tuple[str, str]], state: str) -> list[str]:
    """The names (table `term`) under which a record that is shown is counted; [] for a kind that is not."""
    counted = COUNTED.get(kind)
    if counted is None:
        return []
    return [
        f"{kind}:*:",
        f"{kind}:*state:{state}",
        *(f"{kind}:{name}:{value}" for name, value in facets if name in counted),
    ]


class Bits:
    """Bits that were set or cleared since they were last written down. One for each writer of a file."""

    def __init__(self) -> None:
        self._set: defaultdict[tuple[int, int], int] = defaultdict(int)
        self._cleared: defaultdict[tuple[int, int], int] = defaultdict(int)

    def set(self, key: int, terms: Iterable[int]) -> None:
        self._note(key, terms, self._set, self._cleared)

    def clear(self, key: int, terms: Iterable[int]) -> None:
        self._note(key, terms, self._cleared, self._set)

    def forget(self) -> None:
        """What was noted did not happen: the transaction was given up."""
        self._set.clear()
        self._cleared.clear()

    def write(self, database: sqlite3.Connection) -> None:
        """Writes down what was noted. Raises sqlite3.Error."""
        run = database.execute
        for at in self._set.keys() | self._cleared.keys():
            held = run("SELECT bits FROM bits WHERE term = ? AND piece = ?", at).fetchone()
            before = int.from_bytes(held[0], "little") if held else 0
            after = before & ~self._cleared.get(at, 0) | self._set.get(at, 0)
            if after and after != before:
                run("REPLACE INTO bits (term, piece, bits) VALUES (?, ?, ?)", (*at, after.to_bytes(_BYTES, "little")))
            elif not after and held:
                run("DELETE FROM bits WHERE term = ? AND piece = ?", at)
        self.forget()

    @staticmethod
    def _note(
        key: int, terms: Iterable[int], noted: dict[tuple[int, int], int], undone: dict[tuple[int, int], int]
    ) -> None:
        piece, place = divmod(key, _PIECE)
        bit = 1 << place
        for term in terms:
            noted[term, piece] |= bit
            if (term, piece) in undone:
                undone[term, piece] &= ~bit


def of_keys(keys: Sequence[int]) -> int:
    """Row of bits of these records."""
    if not keys:
        return 0
    row = bytearray(max(keys) // 8 + 1)
    for key in keys:
        row[key >> 3] |= 1 << (key & 7)
    return int.from_bytes(row, "little")


def count(database: sqlite3.Connection, filter_: Filter, names: Sequence[str], within: int | None) -> Counts:
    """Of each facet the values that are there under the other filters, the most frequent first, at most MOST_VALUES.

    A facet's own filter does not narrow its counts: they tell what another choice would find. within: row of bits of
    what the filter's words and times leave; None when it has none.
    """
    kind = filter_.kind
    rows = _rows(database, [f"{kind}:*:"])
    every = rows.get(f"{kind}:*:", 0) if within is None else within
    if filter_.states:
        every &= _any(_rows(database, [f"{kind}:*state:{state}" for state in filter_.states]))
    chosen = {
        name: _any(_rows(database, [f"{kind}:{name}:{value}" for value in values]))
        if name in COUNTED[kind]
        else of_keys(_keys(database, kind, name, values))
        for name, values in filter_.facets
    }
    found: Counts = {}
    for name in names:
        left = every
        for other, row in chosen.items():
            if other != name:
                left &= row
        prefix = f"{kind}:{name}:"
        counted = (
            (value.removeprefix(prefix), (row & left).bit_count()) for value, row in _facet(database, prefix).items()
        )
        most = sorted((-number, value) for value, number in counted if number)[:MOST_VALUES]
        found[name] = {value: -number for number, value in most}
    return found


def _any(rows: Mapping[str, int]) -> int:
    every = 0
    for row in rows.values():
        every |= row
    return every


def _keys(database: sqlite3.Connection, kind: str, name: str, values: Sequence[str]) -> list[int]:
    """Of a facet that is not counted: the records that have one of its values."""
    marks = ", ".join("?" * len(values))
    found = database.execute(
        f"SELECT f.key FROM term AS t CROSS JOIN facet AS f ON f.term = t.id WHERE t.name IN ({marks})",  # noqa: S608
        [f"{kind}:{name}:{value}" for value in values],
    )
    return [key for (key,) in found]


def _rows(database: sqlite3.Connection, names: Sequence[str]) -> dict[str, int]:
    marks = ", ".join("?" * len(names))
    found = database.execute(
        "SELECT t.name, b.piece, b.bits FROM term AS t CROSS JOIN bits AS b ON b.term = t.id "  # noqa: S608
        f"WHERE t.name IN ({marks}) ORDER BY t.name, b.piece",
        names,
    )
    return _joined(found)


def _facet(database: sqlite3.Connection, prefix: str) -> dict[str, int]:
    """The rows of all values of a facet."""
    found = database.execute(
        "SELECT t.name, b.piece, b.bits FROM term AS t CROSS JOIN bits AS b ON b.term = t.id "
        "WHERE t.name >= ? AND t.name < ? ORDER BY t.name, b.piece",
        (prefix, f"{prefix[:-1]};"),
    )
    return _joined(found)


def _joined(pieces: Iterable[tuple[str, int, bytes]]) -> dict[str, int]:
    rows: defaultdict[str, bytearray] = defaultdict(bytearray)
    for name, piece, bits in pieces:
        row = rows[name]
        row.extend(bytes(piece * _BYTES - len(row)))
        row += bits
    return {name: int.from_bytes(row, "little") for name, row in rows.items()}
