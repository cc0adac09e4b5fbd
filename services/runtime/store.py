"""The service's own MongoDB database: connection, indexes, transactions, and what "away" means."""

from collections.abc import Callable, Iterator, Mapping, Sequence
from contextlib import contextmanager, suppress
from contextvars import Context
from datetime import UTC, datetime
from typing import Any, TypeVar

import pymongo
from pymongo import MongoClient
from pymongo.client_session import ClientSession
from pymongo.database import Database
from pymongo.errors import (
    CollectionInvalid,
    ConnectionFailure,
    ExecutionTimeout,
    NotPrimaryError,
    OperationFailure,
    PyMongoError,
    WaitQueueTimeoutError,
)

from services.contracts.errors import StoreAway

T = TypeVar("T")
Document = dict[str, Any]
Store = Database[Document]
Indexes = Mapping[str, Sequence[pymongo.IndexModel]]

AWAY = (ConnectionFailure, ExecutionTimeout, NotPrimaryError, WaitQueueTimeoutError)
"""The store can't be reached or does not answer in time. Never counted as a failure of the work itself."""

SELECTION_TIMEOUT_MS = 2_000
ABORT_WITHIN = 1.0
_NAMESPACE_EXISTS = 48
_ITS_OWN_FAULT = frozenset({1, 14031})
"""InternalError, OutOfDiskSpace: a store on a full disk says so until it ends."""


def connect(uri: str, name: str, part: str) -> Store:
    """The database of a service. Does not wait for the store; every write is journaled before it is acknowledged."""
    client: MongoClient[Document] = MongoClient(
        uri,
        appname=part,
        tz_aware=True,
        tzinfo=UTC,
        w="majority",
        journal=True,
        retryWrites=True,
        serverSelectionTimeoutMS=SELECTION_TIMEOUT_MS,
        connectTimeoutMS=SELECTION_TIMEOUT_MS,
    )
    return client[name]


def is_away(error: BaseException) -> bool:
    """Whether this error says that the store is away, rather than that the work is wrong."""
    if isinstance(error, AWAY) or (isinstance(error, PyMongoError) and error.timeout) or broke(error):
        return True
    # Interrupted at shutdown, primary stepped down, not enough members: MongoDB labels them retryable.
    return isinstance(error, OperationFailure) and error.has_error_label("RetryableWriteError")


def broke(error: BaseException | None) -> bool:
    """Whether the store says that it broke on this, which may or may not be the work's fault (`answers`)."""
    return isinstance(error, OperationFailure) and error.code in _ITS_OWN_FAULT


def answers(store: Store) -> bool:
    """Whether the store is well now: tells one that broke from one that breaks on this very work."""
    try:
        with pymongo.timeout(2):
            store.list_collection_names()
    except PyMongoError:
        return False
    return True


def ensure_indexes(store: Store, indexes: Indexes) -> None:
    """Makes the collections (a transaction can't) and their indexes; both calls change nothing when repeated."""
    there = set(store.list_collection_names())
    for collection, models in indexes.items():
        if collection not in there:
            _make(store, collection)
        if models:
            store[collection].create_indexes(list(models))


def _make(store: Store, collection: str) -> None:
    """Another instance, or a courier that writes to it, may make it at the same moment."""
    try:
        store.create_collection(collection)
    except CollectionInvalid:
        return
    except OperationFailure as error:
        if error.code != _NAMESPACE_EXISTS:
            raise


@contextmanager
def reaching(seconds: float) -> Iterator[None]:
    """Everything inside takes at most so long. Raises StoreAway when the store is away or time is up."""
    try:
        with pymongo.timeout(max(seconds, 0.05)):
            yield
    except PyMongoError as error:
        if is_away(error) or error.has_error_label("TransientTransactionError"):
            raise StoreAway(f"The store does not answer: {type(error).__name__}") from error
        raise


def in_transaction(store: Store, body: Callable[[ClientSession], T], *, seconds: float) -> T:
    """Runs body in one transaction, again from its start after a write conflict, for at most `seconds`.

    body must have no effect but through the session. Raises StoreAway when the store is away or time is up (then the
    outcome is unknown), and whatever body raises (then nothing is changed).
    """

    def attempt(session: ClientSession) -> T:
        try:
            return body(session)
        except BaseException:
            # pymongo would send the abort by the deadline that may be over, which is: not at all. Left open in the
            # store, it would hold up whoever writes to the same for ten seconds. A context of its own has no deadline.
            Context().run(_abort, session)
            raise

    with reaching(seconds), store.client.start_session() as session:
        return session.with_transaction(attempt)


def _abort(session: ClientSession) -> None:
    with suppress(PyMongoError), pymongo.timeout(ABORT_WITHIN):
        if session.in_transaction:
            session.abort_transaction()


def utc_now() -> datetime:
    """Now, in UTC, to the millisecond, as the store keeps it."""
    moment = datetime.now(UTC)
    return moment.replace(microsecond=moment.microsecond // 1000 * 1000)
