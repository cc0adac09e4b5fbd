"""Reads the read model: one per worker of the gateway, in its own thread. It never writes.

Every read is a few index steps and a copy of bytes. A reader notices that a rebuilt file was put in the old one's
place, and opens it; until the projector has made the files it has nothing to read and says so.
"""

import sqlite3
import time
from collections.abc import Callable, Iterator, Sequence
from dataclasses import replace
from datetime import timedelta
from itertools import islice, product
from pathlib import Path
from typing import Any, Final, TypeVar

from gateway.problems import Problem
from services.contracts.envelope import format_time, parse_time
from services.runtime import logging

from . import counts, files, identity, queries, schema, search
from .changes import Watched
from .filters import Calendar, Filter, One, Page, Position
from .language import spelling
from .rendering.shown import CALENDAR_LANGUAGES

log = logging.get(__name__)

T = TypeVar("T")

_LOOKS_FOR_A_NEW_FILE_EVERY: Final = 0.02
_MOST_MISTYPED: Final = 3
_TRIED: Final = 5
"""Other words that are tried before nothing is said to be found."""
_ALL: Final = -1
"""As a LIMIT."""


class ReadModelAway(Problem):
    """503: there is no file yet (the projector has not run), or it can't be read."""

    def __init__(self, why: str) -> None:
        super().__init__("service_away", "The public records cannot be read now. Try again in a moment.")
        log.warning("read model away", why=why)


class _File:
    """A connection to the file behind a link, opened anew when the link was moved."""

    def __init__(self, path: Path) -> None:
        self._path = path
        self._connection: sqlite3.Connection | None = None
        self._opened: tuple[int, int] | None = None
        self._looked = 0.0

    def read(self, work: Callable[[sqlite3.Connection], T]) -> T:
        """The work's result. A file that breaks under it is opened once more. Raises ReadModelAway."""
        for attempt in (1, 2):
            try:
                return work(self._open())
            except sqlite3.Error as error:
                self.close()
                if attempt == 2:
                    raise ReadModelAway(f"{self._path.name}: {error}") from error
        raise AssertionError

    def close(self) -> None:
        if self._connection is not None:
            self._connection.close()
        self._connection, self._opened = None, None

    def look(self) -> None:
        """The next read looks first whether another file was put in this one's place."""
        self._looked = 0.0

    def _open(self) -> sqlite3.Connection:
        now = time.monotonic()
        if self._connection is not None and now - self._looked < _LOOKS_FOR_A_NEW_FILE_EVERY:
            return self._connection
        self._looked = now
        try:
            found = self._path.stat()
        except OSError as error:
            self.close()
            raise ReadModelAway(f"{self._path.name} is not there yet") from error
        identity_ = (found.st_dev, found.st_ino)
        if self._connection is None or identity_ != self._opened:
            self.close()
            self._connection = schema.open_for_reading(self._path)
            self._opened = identity_
        return self._connection


class Reader:
    """Public records and hashes of credentials. Methods raise ReadModelAway when there is nothing to read from."""

    def __init__(self, folder: Path) -> None:
        """folder: MALMI_DATA/read_model. Nothing is opened yet."""
        self.folder = folder
        self._public = _File(files.link(folder, files.PUBLIC))
        self._identity = _File(files.link(folder, files.IDENTITY))
        self._changes = Watched(folder)
        self._state: bytes | None = None

    def close(self) -> None:
        self._public.close()
        self._identity.close()
        self._changes.close()

    def state(self) -> bytes | None:
        """Another one whenever anything public changed: what was read after this call holds as long as it is the same.

        None: something is just changing, or it can't be told; then nothing may be kept.
        """
        state = self._changes.number()
        if state != self._state:
            self._public.look()
            self._state = state
        return state

    def page(self, filter_: Filter, limit: int, after: Position | None = None) -> Page:
        """The entries of a list after a position, at most `limit`."""

        def work(database: sqlite3.Connection) -> tuple[list[tuple[bytes, str, str]], list[int]]:
            return self._rows(
                database, filter_, limit + 1, after, "t.item, s.sort, s.ref", "CROSS JOIN text AS t ON t.key = s.key"
            )

        rows, tiers = self._public.read(work)
        more = len(rows) > limit
        rows = rows[:limit]
        last = Position(rows[-1][1], rows[-1][2], tiers[limit - 1] if tiers else 0) if more else None
        return Page(tuple(row[0] for row in rows), last)

    def meant(self, filter_: Filter) -> Filter | None:
        """A filter that finds nothing, with other words in the place of those that no record of the kind has in any
        form: the likeliest ones with which it finds something. None when there are none."""

        def work(database: sqlite3.Connection) -> Filter | None:
            return next((other for other in _meant(database, filter_) if self._finds(database, other)), None)

        return self._public.read(work)

    def facet_counts(self, filter_: Filter, names: Sequence[str]) -> counts.Counts:
        """How many records have each value of these facets, under the filter without what it asks of that facet."""

        def work(database: sqlite3.Connection) -> counts.Counts:
            within = None
            if filter_.words or filter_.ends_after or filter_.begins_before:
                found = _run(
                    database,
                    queries.keys_of(filter_, self._begins_after(database, filter_), _fit_of(database, filter_)),
                )
                within = counts.of_keys([key for (key,) in found])
            return counts.count(database, filter_, names, within)

        return self._public.read(work)

    def bodies(self, filter_: Filter, limit: int) -> list[bytes]:
        """The whole records of the first `limit` entries of a list."""

        def work(database: sqlite3.Connection) -> list[tuple[bytes]]:
            return self._rows(database, filter_, limit, None, "t.body", "CROSS JOIN text AS t ON t.key = s.key")[0]

        return [body for (body,) in self._public.read(work)]

    def calendar(self, filter_: Filter, language: str, limit: int) -> Calendar:
        """The events of a filter as VEVENTs in a language."""
        number = CALENDAR_LANGUAGES.index(language)

        def work(database: sqlite3.Connection) -> list[tuple[bytes, str]]:
            join = f"CROSS JOIN calendar AS c ON c.slot = s.key * 8 + {number}"
            return self._rows(database, filter_, limit, None, "c.text, s.time_zone", join)[0]

        rows = self._public.read(work)
        return Calendar(tuple(row[0] for row in rows), tuple(sorted({row[1] for row in rows})))

    def one(self, kind: str, record_id: str, home: str | None = None) -> One | None:
        """A record that readers see. Should two homes have made the same id, the one of `home` goes before."""
        found = self._public.read(
            lambda database: database.execute(
                "SELECT t.body, s.etag, s.changed, s.state, s.ref FROM shown AS s JOIN text AS t ON t.key = s.key "
                "WHERE s.kind = ? AND s.ref > ? AND s.ref < ? ORDER BY s.ref != ?, s.ref LIMIT 1",
                (kind, f"{record_id}@", f"{record_id}A", f"{record_id}@{home}"),
            ).fetchone()
        )
        if found is None:
            return None
        body, etag, changed, state, ref = found
        return One(body, etag, changed, state, ref.partition("@")[2])

    def event_calendar(self, record_id: str, language: str, home: str | None = None) -> Calendar | None:
        """One event as a VEVENT."""
        found = self._public.read(
            lambda database: database.execute(
                "SELECT c.text, s.time_zone FROM shown AS s JOIN calendar AS c ON c.slot = s.key * 8 + ? "
                "WHERE s.kind = 'event' AND s.ref > ? AND s.ref < ? ORDER BY s.ref != ?, s.ref LIMIT 1",
                (
                    CALENDAR_LANGUAGES.index(language),
                    f"{record_id}@",
                    f"{record_id}A",
                    f"{record_id}@{home}",
                ),
            ).fetchone()
        )
        return None if found is None else Calendar((found[0],), (found[1],))

    def version_of(self, kind: str, record_id: str) -> tuple[int, int] | None:
        """(incarnation, version) of the newest state that arrived, tombstones too; None when nothing did."""
        try:
            found = self._public.read(
                lambda database: database.execute(
                    "SELECT incarnation, version FROM record WHERE kind = ? AND ref > ? AND ref < ? "
                    "ORDER BY incarnation DESC, version DESC LIMIT 1",
                    (kind, f"{record_id}@", f"{record_id}A"),
                ).fetchone()
            )
        except ReadModelAway:
            return None
        return None if found is None else (found[0], found[1])

    def changed_at(self, kind: str) -> str | None:
        """When anything of a kind last changed here (RFC 3339); None before the first change."""
        found = self._public.read(
            lambda database: database.execute("SELECT value FROM meta WHERE name = ?", (f"changed:{kind}",)).fetchone()
        )
        return None if found is None else found[0]

    def count(self, kind: str) -> int:
        """How many records of a kind readers see."""
        found = self._public.read(
            lambda database: database.execute("SELECT count(*) FROM shown WHERE kind = ?", (kind,)).fetchone()
        )
        return int(found[0])

    def key_by_hash(self, digest: str) -> dict[str, Any] | None:
        """The API key with this hash: {id, account, name, scopes, state, expires}."""
        return self._identity.read(lambda database: identity.find(database, "key", digest))

    def session_by_hash(self, digest: str) -> dict[str, Any] | None:
        """The session with this hash: {id, account, state, expires, ...}."""
        return self._identity.read(lambda database: identity.find(database, "session", digest))

    def _rows(
        self,
        database: sqlite3.Connection,
        filter_: Filter,
        most: int,
        after: Position | None,
        columns: str,
        join: str,
    ) -> tuple[list[Any], list[int]]:
        """The rows, and, best first, how well each fits (search.TIERS)."""
        begins_after = self._begins_after(database, filter_)
        terms = [_terms(database, filter_.kind, name, values) for name, values in filter_.facets]
        bounds = queries.Bounds(after, begins_after, most)
        tiers: list[int] = []
        if not filter_.words:
            found = queries.select(filter_, terms, bounds, columns, join)
        elif filter_.best_first:
            matches = _best_matches(database, filter_, terms, bounds)
            tiers = [tier for _, tier in matches]
            found = queries.columns_of([key for key, _ in matches], columns, join)
        else:
            found = queries.columns_of(
                _matches(database, filter_, terms, bounds, _fit_of(database, filter_)), columns, join
            )
        return _run(database, found), tiers

    def _begins_after(self, database: sqlite3.Connection, filter_: Filter) -> str:
        """What ends after the filter's moment begins after this one; "" where the filter has none."""
        if not filter_.ends_after:
            return ""
        return format_time(parse_time(filter_.ends_after) - self._longest_of(database, filter_.kind))

    def _finds(self, database: sqlite3.Connection, filter_: Filter) -> bool:
        return bool(self._rows(database, replace(filter_, best_first=False), 1, None, "s.key", "")[0])

    def _longest_of(self, database: sqlite3.Connection, kind: str) -> timedelta:
        found = database.execute("SELECT value FROM meta WHERE name = ?", (f"longest:{kind}",)).fetchone()
        return timedelta(seconds=float(found[0]) + 1) if found else timedelta(0)


def _terms(database: sqlite3.Connection, kind: str, name: str, values: Sequence[str]) -> list[int]:
    marks = ", ".join("?" * len(values))
    found = database.execute(
        f"SELECT id FROM term WHERE name IN ({marks})",  # noqa: S608 - question marks alone
        [f"{kind}:{name}:{value}" for value in values],
    )
    return [identity_ for (identity_,) in found]


def _meant(database: sqlite3.Connection, filter_: Filter) -> Iterator[Filter]:
    """Filters with other words, the likeliest first."""
    asked = search.words_of(filter_.words)
    unknown = [word for word in asked if not _is_used(database, filter_.kind, word)]
    choices = {word: spelling.meant(database, filter_.kind, word) for word in unknown[:_MOST_MISTYPED]}
    if not unknown or len(unknown) > _MOST_MISTYPED or not all(choices.values()):
        return
    for chosen in islice(product(*choices.values()), _TRIED):
        instead = dict(zip(choices, chosen, strict=True))
        yield replace(filter_, words=" ".join(instead.get(word, word) for word in asked))


def _is_used(database: sqlite3.Connection, kind: str, word: str) -> bool:
    whole = Filter(kind, words=word)
    bounds = queries.Bounds(None, "", 1)
    fit = _fit_of(database, whole)
    return bool(_run(database, queries.search_for(whole, (), bounds, queries.ranks_of(whole, bounds), fit)))


def _fit_of(database: sqlite3.Connection, filter_: Filter) -> search.Fit:
    """A long word that records have is not looked for as a beginning: what it begins has it as a part."""
    last = search.last_word(filter_.words)
    long = len(last) > search.LONGEST_INDEXED_BEGINNING
    return search.Fit(beginning=not (long and _run(database, queries.has_word(filter_.kind, last))))


def _best_matches(
    database: sqlite3.Connection, filter_: Filter, terms: Sequence[Sequence[int]], bounds: queries.Bounds
) -> list[tuple[int, int]]:
    """(key, tier) of the records that a search finds, those that fit best before the others."""
    found: list[tuple[int, int]] = []
    fit = _fit_of(database, filter_)
    begin = (bounds.after.tier or search.TIERS[0]) if bounds.after is not None else 0
    for tier in search.TIERS:
        if tier < begin:
            continue
        left = replace(bounds, after=bounds.after if tier == begin else None, most=bounds.most - len(found))
        found += [(key, tier) for key in _matches(database, filter_, terms, left, replace(fit, tier=tier))]
        if len(found) == bounds.most:
            break
    return found


def _matches(
    database: sqlite3.Connection,
    filter_: Filter,
    terms: Sequence[Sequence[int]],
    bounds: queries.Bounds,
    fit: search.Fit,
) -> list[int]:
    """Keys of the records that a search finds, in the order of the list."""
    ranks = queries.ranks_of(filter_, bounds)
    found = _run(database, queries.search_for(filter_, terms, bounds, ranks, fit))
    if len(found) == bounds.most:
        # Of those that are alike in the upper bits of the rank any may come first: all of the last kind are needed.
        last = found[-1][0]
        first = last - last % search.SLOTS
        rest = (
            queries.Ranks(max(ranks.lowest, first), last - 1)
            if filter_.newest_first
            else queries.Ranks(last + 1, min(ranks.highest, first + search.SLOTS - 1))
        )
        found += _run(database, queries.search_for(filter_, terms, replace(bounds, most=_ALL), rest, fit))
    found.sort(key=lambda row: (row[1], row[2]), reverse=filter_.newest_first)
    return [row[3] for row in found[: bounds.most]]


def _run(database: sqlite3.Connection, query: queries.Query) -> list[Any]:
    return database.execute(query.sql, query.parameters).fetchall()
