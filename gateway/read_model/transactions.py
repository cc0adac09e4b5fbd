"""All of it or nothing, in an SQLite file."""

import sqlite3
from collections.abc import Callable, Iterator
from contextlib import AbstractContextManager, contextmanager, nullcontext


@contextmanager
def transaction(
    database: sqlite3.Connection, committing: Callable[[], AbstractContextManager[None]] = nullcontext
) -> Iterator[None]:
    """What is done within is committed at its end, and not at all when it raises. committing: around the commit.

    Raises sqlite3.Error, and whatever is raised within.
    """
    database.execute("BEGIN IMMEDIATE")
    try:
        yield
        with committing():
            database.execute("COMMIT")
    except BaseException:
        if database.in_transaction:
            database.execute("ROLLBACK")
        raise
