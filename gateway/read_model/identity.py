"""identity.db: hashes of sessions and API keys, for authentication. Never a name or address."""

import sqlite3
from collections.abc import Iterable
from datetime import datetime
from pathlib import Path
from typing import Any, Final

import orjson

from services.contracts.envelope import format_time

from . import schema
from .records import Record
from .transactions import transaction

VERSION: Final = 1
_TABLES: Final = """
CREATE TABLE entry (
    kind TEXT NOT NULL,
    ref TEXT NOT NULL,
    incarnation INTEGER NOT NULL,
    version INTEGER NOT NULL,
    state TEXT NOT NULL,
    hash TEXT NOT NULL,
    account TEXT NOT NULL,
    name TEXT NOT NULL,
    scopes TEXT NOT NULL,
    expires TEXT NOT NULL,
    PRIMARY KEY (kind, ref)
) WITHOUT ROWID
"""
_INDEX: Final = "CREATE INDEX entry_by_hash ON entry (kind, hash)"


class IdentityWriter:
    """The one writer of an identity.db. The file is for its owner's eyes alone."""

    def __init__(self, path: Path) -> None:
        """Makes the file and its table if it is new. Raises sqlite3.Error."""
        path.touch(mode=0o600, exist_ok=True)
        path.chmod(0o600)
        self.path = path
        self.database = schema.open_for_writing(path)
        self.database.execute("PRAGMA secure_delete = ON")
        if schema.version_of(self.database) == 0:
            self.database.execute("BEGIN IMMEDIATE")
            self.database.execute(_TABLES)
            self.database.execute(_INDEX)
            self.database.execute(f"PRAGMA user_version = {VERSION}")
            self.database.execute("COMMIT")
        self.database.execute("UPDATE entry SET name = '' WHERE name != ''")  # of files that an older version wrote

    def close(self) -> None:
        self.database.close()

    def apply(self, records: Iterable[Record]) -> int:
        """Keeps what is newer, in one transaction; says how many. Raises sqlite3.Error, with nothing changed."""
        with transaction(self.database):
            return sum(self._keep(record) for record in records)

    def forget_expired(self, before: datetime) -> int:
        """Drops what expired before a moment; if its fact came once more it would be expired all the same."""
        return self.database.execute("DELETE FROM entry WHERE expires < ?", (format_time(before),)).rowcount

    def _keep(self, record: Record) -> int:
        data = record.data
        return self.database.execute(
            "INSERT INTO entry (kind, ref, incarnation, version, state, hash, account, name, scopes, expires) "
            "VALUES (?, ?, ?, ?, ?, ?, ?, ?, ?, ?) ON CONFLICT (kind, ref) DO UPDATE SET "
            "incarnation = excluded.incarnation, version = excluded.version, state = excluded.state, "
            "hash = excluded.hash, account = excluded.account, name = excluded.name, scopes = excluded.scopes, "
            "expires = excluded.expires "
            "WHERE (excluded.incarnation, excluded.version) > (entry.incarnation, entry.version)",
            (
                record.kind,
                record.ref,
                *record.age,
                record.state,
                data.get("hash") or "",
                data.get("account") or "",
                "",  # what its owner calls a key may say who they are, and is needed by nobody here
                orjson.dumps(data.get("scopes") or []).decode(),
                data.get("expires") or "",
            ),
        ).rowcount


def find(database: sqlite3.Connection, kind: str, digest: str) -> dict[str, Any] | None:
    """The session or key with this hash (SHA-256, hex), whatever its state: {id, account, scopes, state,
    expires}. None for an unknown one."""
    found = database.execute(
        "SELECT ref, account, scopes, state, expires FROM entry WHERE kind = ? AND hash = ? LIMIT 1",
        (kind, digest),
    ).fetchone()
    if found is None or not digest:
        return None
    return {
        "id": found[0].partition("@")[0],
        "account": found[1],
        "scopes": orjson.loads(found[2]),
        "state": found[3],
        "expires": found[4],
    }
