"""Writes public.db. Only the projector does."""

import sqlite3
from collections.abc import Iterable, Iterator, Mapping, Sequence
from contextlib import closing, contextmanager
from dataclasses import dataclass
from datetime import UTC, datetime
from pathlib import Path
from typing import Any

import orjson

from services.contracts.envelope import format_time, parse_time

from . import counts, schema, search
from .changes import Changes
from .filters import Traits
from .language import spelling
from .records import Record
from .rendering import Shown, render
from .transactions import transaction

Facets = frozenset[tuple[str, str]]

# Whose rendering shows something of the record: organisers' and members' names; an event shows its places.
_NAMED = ("organisation", "consortium", "offering", "series")


@dataclass(frozen=True, slots=True)
class Applied:
    """A record that was newer than the copy. item: what lists show of it now, None when nothing. facets: those that
    it has or had, so that whoever follows a region also hears that an event left it; traits: before and after, for the
    same reason (of places: their event's)."""

    record: Record
    item: bytes | None
    facets: Facets
    traits: tuple[Traits, ...] = ()


class PublicWriter:
    """The one writer of a public.db. Use `transaction` around `apply`."""

    def __init__(self, path: Path, *, languages: Sequence[str], public_url: str) -> None:
        """Makes the file's tables if it is new. Raises sqlite3.Error, OSError."""
        self.path = path
        self.changes = Changes(path.parent)
        self._languages, self._public_url = tuple(languages), public_url
        self._database = schema.open_for_writing(path)
        schema.create(self._database)
        self._terms: dict[str, int] = {}
        self._spelling, self._bits = spelling.Noted(), counts.Bits()

    @property
    def languages(self) -> Sequence[str]:
        return self._languages

    @property
    def public_url(self) -> str:
        return self._public_url

    @property
    def database(self) -> sqlite3.Connection:
        return self._database

    def close(self) -> None:
        self._database.close()
        self.changes.close()

    @contextmanager
    def transaction(self) -> Iterator[None]:
        """All of it or nothing. Raises sqlite3.Error, with nothing changed."""
        try:
            with transaction(self._database, self.changes.change):
                yield
                self._spelling.write(self._database)
                self._bits.write(self._database)
        except BaseException:
            self._terms.clear()  # some may have been numbered within
            self._spelling.forget()
            self._bits.forget()
            raise

    def apply(self, records: Iterable[Record]) -> list[Applied]:
        """Keeps those that are newer than the copies, and renders them and whatever shows something of them."""
        applied: list[Applied] = []
        others: set[int] = set()
        for record in records:
            key = self._keep(record)
            if key is None:
                continue
            if record.kind == "places":
                applied.append(self._show_places(record))
                continue
            traits = self._traits(key, record.kind)
            if record.kind == "relation":
                others.update(self._parties(key))
            shown, before = self._show(key, record)
            if record.kind == "relation":
                others.update(self._parties(key))
            facets = before | (shown.facets if shown else frozenset())
            traits = tuple(dict.fromkeys((*traits, *self._traits(key, record.kind))))
            applied.append(Applied(record, shown.item if shown else None, facets, traits))
            if record.kind in _NAMED:
                others.update(self._dependents(record.id))
        for key in others:
            self._show_again(key)
        if applied:
            self._note_change({entry.record.kind for entry in applied})
        return applied

    def newest(self, kind: str, record_id: str, home: str) -> Mapping[str, Any] | None:
        """What `Surroundings` asks for: the record of `home` if it has one, else of any home; not a tombstone."""
        found = self._database.execute(
            "SELECT data FROM record WHERE kind = ? AND ref > ? AND ref < ? AND state NOT IN "
            "('removed', 'withdrawn', 'released') ORDER BY ref != ?, ref LIMIT 1",
            (kind, f"{record_id}@", f"{record_id}A", f"{record_id}@{home}"),
        ).fetchone()
        if found is None:
            return None
        data: dict[str, Any] = orjson.loads(found[0])
        return data

    def related(self, record_id: str) -> list[Mapping[str, Any]]:
        """What `Surroundings` asks for: the relations that an organisation is a party of."""
        found = self._database.execute(
            "SELECT r.data FROM term AS t JOIN facet AS f ON f.term = t.id JOIN record AS r ON r.key = f.key "
            "WHERE t.name = ? ORDER BY f.sort, f.ref",
            (f"relation:organisation:{record_id}",),
        )
        return [orjson.loads(data) for (data,) in found]

    def _parties(self, key: int) -> list[int]:
        """The organisations that show this relation, as it is shown now."""
        found = self._database.execute(
            "SELECT r.key FROM depends AS d JOIN record AS r ON r.kind = 'organisation' AND r.ref > d.on_id || '@' "
            "AND r.ref < d.on_id || 'A' WHERE d.key = ?",
            (key,),
        )
        return [party for (party,) in found]

    def _keep(self, record: Record) -> int | None:
        held = self._database.execute(
            "SELECT key, incarnation, version FROM record WHERE kind = ? AND ref = ?", (record.kind, record.ref)
        ).fetchone()
        data = orjson.dumps(record.data, option=orjson.OPT_SORT_KEYS)
        if held is None:
            inserted = self._database.execute(
                "INSERT INTO record (kind, ref, incarnation, version, state, data) VALUES (?, ?, ?, ?, ?, ?)",
                (record.kind, record.ref, record.incarnation, record.version, record.state, data),
            )
            return inserted.lastrowid
        if (held[1], held[2]) >= record.age:
            return None
        self._database.execute(
            "UPDATE record SET incarnation = ?, version = ?, state = ?, data = ? WHERE key = ?",
            (record.incarnation, record.version, record.state, data, held[0]),
        )
        return int(held[0])

    def _show_places(self, places: Record) -> Applied:
        """Renders the event's answers anew. All else of it stays: nothing else shows places, and they change often."""
        found = self._database.execute(
            "SELECT s.key FROM shown AS s WHERE s.kind = 'event' AND s.ref = ?", (places.ref,)
        ).fetchone()
        if found is None:
            return Applied(places, None, frozenset())
        shown = render(self._record(found[0]), self)
        assert shown is not None
        self._database.execute("UPDATE shown SET etag = ? WHERE key = ?", (shown.etag, found[0]))
        self._database.execute("UPDATE text SET item = ?, body = ? WHERE key = ?", (shown.item, shown.body, found[0]))
        values = {name: places.data.get(name) for name in ("id", "home", "incarnation", "version")}
        values |= {name: places.data.get(name) for name in ("capacity", "confirmed", "waiting")}
        return Applied(places, orjson.dumps(values), self._facets(found[0]), self._traits(found[0], "event"))

    def _show_again(self, key: int) -> None:
        self._show(key, self._record(key))

    def _record(self, key: int) -> Record:
        kind, ref, incarnation, version, state, data = self._database.execute(
            "SELECT kind, ref, incarnation, version, state, data FROM record WHERE key = ?", (key,)
        ).fetchone()
        record_id, _, home = ref.partition("@")
        return Record(kind, home, record_id, incarnation, version, state, orjson.loads(data))

    def _show(self, key: int, record: Record) -> tuple[Shown | None, Facets]:
        before = self._facets(key)
        held = self._database.execute("SELECT rank, state FROM shown WHERE key = ?", (key,)).fetchone()
        if held is not None:
            self._bits.clear(key, map(self._term, counts.names_of(record.kind, before, held[1])))
            self._hide(key, record.kind, held[0])
        shown = render(record, self)
        if shown is not None:
            self._insert(key, shown, held[0] if held is not None else None)
        return shown, before

    def _hide(self, key: int, kind: str, rank: int | None) -> None:
        run = self._database.execute
        run(
            "DELETE FROM facet WHERE (term, sort, ref) IN (SELECT f.term, s.sort, s.ref FROM facet f "
            "JOIN shown s ON s.key = f.key WHERE f.key = ?)",
            (key,),
        )
        run("DELETE FROM shown WHERE key = ?", (key,))
        run("DELETE FROM text WHERE key = ?", (key,))
        run("DELETE FROM calendar WHERE slot >= ? AND slot < ?", (key * 8, key * 8 + 8))
        run("DELETE FROM depends WHERE key = ?", (key,))
        if rank is not None:
            table = schema.search_table(kind)
            (words,) = run(f"SELECT words FROM {table} WHERE rowid = ?", (rank,)).fetchone()  # noqa: S608 - a name of ours
            self._spelling.went(kind, words)
            run(f"DELETE FROM {table} WHERE rowid = ?", (rank,))  # noqa: S608

    def _insert(self, key: int, shown: Shown, rank_before: int | None) -> None:
        run, many = self._database.execute, self._database.executemany
        record = shown.record
        changed = str(record.data.get("changed") or "")
        rank = self._rank(record.kind, shown.sort, rank_before)
        run(
            "INSERT INTO shown (key, kind, ref, sort, until, state, changed, etag, time_zone, rank) "
            "VALUES (?, ?, ?, ?, ?, ?, ?, ?, ?, ?)",
            (
                key,
                record.kind,
                record.ref,
                shown.sort,
                shown.until,
                record.state,
                changed,
                shown.etag,
                shown.time_zone,
                rank,
            ),
        )
        run("INSERT INTO text (key, item, body) VALUES (?, ?, ?)", (key, shown.item, shown.body))
        terms = [self._term(f"{record.kind}:{name}:{value}") for name, value in shown.facets]
        many(
            "INSERT INTO facet (term, sort, ref, until, key) VALUES (?, ?, ?, ?, ?)",
            [(term, shown.sort, record.ref, shown.until, key) for term in terms],
        )
        self._bits.set(key, map(self._term, counts.names_of(record.kind, shown.facets, record.state)))
        many("INSERT INTO depends (on_id, key) VALUES (?, ?)", [(on_id, key) for on_id in shown.depends])
        many(
            "INSERT INTO calendar (slot, text) VALUES (?, ?)",
            [(key * 8 + number, text) for number, text in enumerate(shown.calendar())],
        )
        if rank is not None:
            table = schema.search_table(record.kind)
            tags = " ".join([*map(search.tag_of_term, terms), search.tag_of_state(record.state)])
            run(
                f"INSERT INTO {table} (rowid, words, marks, tags) VALUES (?, ?, ?, ?)",  # noqa: S608 - a name of ours
                (rank, shown.words.words, shown.words.marks, tags),
            )
            self._spelling.came(record.kind, shown.words.words)
        if shown.until:
            self._note_length(shown)

    def _rank(self, kind: str, sort: str, before: int | None) -> int | None:
        """A free rank of this sort key, the one before if it is of the same; None for what is not searched."""
        if kind not in schema.SEARCHED:
            return None
        first = search.first_rank(kind, sort)
        last = first + search.SLOTS - 1
        if before is not None and first <= before <= last:
            return before
        run = self._database.execute
        (highest,) = run(
            "SELECT max(rank) FROM shown WHERE kind = ? AND rank BETWEEN ? AND ?", (kind, first, last)
        ).fetchone()
        if highest is None:
            return first
        if highest < last:
            return int(highest) + 1
        (gap,) = run(
            "SELECT min(s.rank) + 1 FROM shown AS s WHERE s.kind = ? AND s.rank BETWEEN ? AND ? "
            "AND NOT EXISTS (SELECT 1 FROM shown AS n WHERE n.kind = s.kind AND n.rank = s.rank + 1)",
            (kind, first, last - 1),
        ).fetchone()
        return first if gap is None else int(gap)

    def _facets(self, key: int) -> Facets:
        names = self._database.execute(
            "SELECT term.name FROM facet JOIN term ON term.id = facet.term WHERE facet.key = ?", (key,)
        )
        return frozenset((name.split(":", 2)[1], name.split(":", 2)[2]) for (name,) in names)

    def _traits(self, key: int, kind: str) -> tuple[Traits, ...]:
        """Of the record as it is shown now; () when it is not."""
        words = "''"
        if kind in schema.SEARCHED:
            words = f"(SELECT words FROM {schema.search_table(kind)} WHERE rowid = s.rank)"  # noqa: S608 - ours
        found = self._database.execute(
            f"SELECT s.sort, s.until, s.state, {words} FROM shown AS s WHERE s.key = ?",  # noqa: S608
            (key,),
        ).fetchone()
        return () if found is None else (Traits(*found),)

    def _term(self, name: str) -> int:
        known = self._terms.get(name)
        if known is not None:
            return known
        found = self._database.execute("SELECT id FROM term WHERE name = ?", (name,)).fetchone()
        if found is None:
            inserted = self._database.execute("INSERT INTO term (name) VALUES (?)", (name,))
            assert inserted.lastrowid is not None
            self._terms[name] = inserted.lastrowid
        else:
            self._terms[name] = int(found[0])
        return self._terms[name]

    def _dependents(self, record_id: str) -> list[int]:
        found = self._database.execute("SELECT key FROM depends WHERE on_id = ?", (record_id,))
        return [key for (key,) in found]

    def _note_change(self, kinds: Iterable[str]) -> None:
        now = format_time(datetime.now(UTC))
        self._database.executemany(
            "INSERT INTO meta (name, value) VALUES (?, ?) ON CONFLICT (name) DO UPDATE SET value = excluded.value",
            [(f"changed:{'event' if kind == 'places' else kind}", now) for kind in kinds],
        )

    def _note_length(self, shown: Shown) -> None:
        """Keeps how long the longest takes: a list from a moment on need not look at what began earlier."""
        seconds = (parse_time(shown.until) - parse_time(shown.sort)).total_seconds()
        self._database.execute(
            "INSERT INTO meta (name, value) VALUES (?, ?) ON CONFLICT (name) DO UPDATE SET value = excluded.value "
            "WHERE CAST(excluded.value AS REAL) > CAST(meta.value AS REAL)",
            (f"longest:{shown.record.kind}", str(max(0.0, seconds))),
        )


def records_of_file(path: Path) -> list[Record]:
    """The records of a public.db, also of other tables. Raises sqlite3.Error when there are none to be found."""
    with closing(schema.open_for_reading(path)) as database:
        rows = database.execute("SELECT kind, ref, incarnation, version, state, data FROM record").fetchall()
    return [
        Record(kind, ref.partition("@")[2], ref.partition("@")[0], incarnation, version, state, orjson.loads(data))
        for kind, ref, incarnation, version, state, data in rows
    ]
