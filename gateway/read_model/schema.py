"""The tables of public.db, and how its connections are set."""

import sqlite3
from contextlib import closing
from pathlib import Path
from typing import Final

from . import counts
from .language import spelling
from .search import MARKS

VERSION: Final = 6
"""Raised whenever tables or rendered bytes change: a file of another version is rendered anew from its records."""

TABLES: Final = """
CREATE TABLE record (            -- the newest state of each record, as its fact carried it
    key INTEGER PRIMARY KEY,
    kind TEXT NOT NULL,
    ref TEXT NOT NULL,           -- id@home
    incarnation INTEGER NOT NULL,
    version INTEGER NOT NULL,
    state TEXT NOT NULL,
    data BLOB NOT NULL,
    UNIQUE (kind, ref)
);
CREATE TABLE shown (             -- a record that readers see; narrow, so that lists and searches touch few pages
    key INTEGER PRIMARY KEY,     -- record.key
    kind TEXT NOT NULL,
    ref TEXT NOT NULL,
    sort TEXT NOT NULL,          -- what lists are ordered by
    until TEXT NOT NULL,         -- when it is over (events, blocks); '' for what is never over
    state TEXT NOT NULL,
    changed TEXT NOT NULL,
    etag TEXT NOT NULL,
    time_zone TEXT NOT NULL,
    rank INTEGER                 -- row of the full-text table, in the order of the list (search.py); NULL: not searched
);
CREATE UNIQUE INDEX shown_by_rank ON shown (kind, rank);
CREATE INDEX shown_in_order ON shown (kind, sort, ref, until, state);
CREATE UNIQUE INDEX shown_by_ref ON shown (kind, ref);
CREATE TABLE text (              -- the bytes of answers: an entry of a list, and the record by itself
    key INTEGER PRIMARY KEY,
    item BLOB NOT NULL,
    body BLOB NOT NULL
);
CREATE TABLE calendar (          -- VEVENTs, one for each language
    slot INTEGER PRIMARY KEY,    -- key * 8 + number of the language
    text BLOB NOT NULL
);
CREATE TABLE term (              -- kind:facet:value
    id INTEGER PRIMARY KEY,
    name TEXT NOT NULL UNIQUE
);
CREATE TABLE facet (             -- what lists are narrowed by, in the order of the list
    term INTEGER NOT NULL,
    sort TEXT NOT NULL,
    ref TEXT NOT NULL,
    until TEXT NOT NULL,
    key INTEGER NOT NULL,
    PRIMARY KEY (term, sort, ref)
) WITHOUT ROWID;
CREATE INDEX facet_of ON facet (key, term);
CREATE TABLE depends (           -- the rendered record `key` shows something of the record with the id `on_id`
    on_id TEXT NOT NULL,
    key INTEGER NOT NULL,
    PRIMARY KEY (on_id, key)
) WITHOUT ROWID;
CREATE INDEX depends_of ON depends (key);
CREATE TABLE meta (name TEXT PRIMARY KEY, value TEXT NOT NULL) WITHOUT ROWID;
"""
SEARCHED: Final = ("organisation", "event", "consortium", "working_group", "news", "offering", "package", "series")
_SEARCH: Final = """CREATE VIRTUAL TABLE {name} USING fts5(
    words, marks, tags, tokenize = "unicode61 remove_diacritics 2 tokenchars '{marks}'", prefix = '1 2 3 4 5 6 7',
    detail = 'none')"""


def search_table(kind: str) -> str:
    """The full-text table of a kind. Raises KeyError for a kind that is not searched."""
    return _SEARCH_TABLES[kind]


_SEARCH_TABLES: Final = {kind: f"search_{kind}" for kind in SEARCHED}


def open_for_writing(path: Path) -> sqlite3.Connection:
    """A connection that commits durably: what was acknowledged to the broker must survive a power cut.

    Makes the tables in a new file. Raises sqlite3.Error.
    """
    connection = sqlite3.connect(path, isolation_level=None, check_same_thread=False, timeout=5.0)
    connection.execute("PRAGMA journal_mode = WAL")
    connection.execute("PRAGMA synchronous = FULL")
    connection.execute("PRAGMA cache_size = -32000")
    connection.execute("PRAGMA temp_store = MEMORY")
    return connection


def create(connection: sqlite3.Connection) -> None:
    """Makes the tables of public.db if the file is new."""
    if version_of(connection) != 0:
        return
    connection.execute("BEGIN IMMEDIATE")
    for statement in (TABLES + spelling.TABLES + counts.TABLES).split(";\n"):
        if statement.strip():
            connection.execute(statement)
    for name in _SEARCH_TABLES.values():
        connection.execute(_SEARCH.format(name=name, marks=MARKS))
    connection.execute(f"PRAGMA user_version = {VERSION}")
    connection.execute("COMMIT")


def version_of(connection: sqlite3.Connection) -> int:
    """The schema's version of a file; 0 for a new one."""
    return int(connection.execute("PRAGMA user_version").fetchone()[0])


def version_of_file(path: Path) -> int:
    """The schema's version of a file that nobody has open. Raises sqlite3.Error."""
    with closing(open_for_reading(path)) as connection:
        return version_of(connection)


def open_for_reading(path: Path) -> sqlite3.Connection:
    """A connection that can't write. Raises sqlite3.OperationalError when there is no such file."""
    connection = sqlite3.connect(
        f"{path.resolve(strict=False).as_uri()}?mode=ro",
        uri=True,
        isolation_level=None,
        check_same_thread=False,
        timeout=1.0,
        cached_statements=512,
    )
    connection.execute("PRAGMA query_only = ON")
    connection.execute("PRAGMA mmap_size = 1073741824")
    connection.execute("PRAGMA cache_size = -16000")
    connection.execute("PRAGMA temp_store = MEMORY")
    return connection
