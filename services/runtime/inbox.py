"""Every fact is applied once, and one that fails waits here, visibly (rules 5 and 6).

A document: _id (the fact's id), state (done, waiting, dead), at; for one that failed also body, type, subject, error,
attempts, next_at, first_at, correlation_id. The first write of the transaction that applies a fact is its id.
"""

from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass
from datetime import datetime, timedelta
from typing import Any

from pymongo import ASCENDING, IndexModel
from pymongo.client_session import ClientSession
from pymongo.errors import DuplicateKeyError

from services.contracts import facts
from services.contracts.envelope import Fact
from services.contracts.errors import StoreAway

from . import logging, outbox, steps
from .clock import NOTICED_FROM, WallClock
from .store import Document, Store, answers, broke, in_transaction, reaching, utc_now
from .work import Work

log = logging.get(__name__)

COLLECTION = "inbox"
INDEXES = (
    IndexModel([("state", ASCENDING), ("next_at", ASCENDING)]),
    IndexModel([("at", ASCENDING)]),
)
SECONDS = 8.0
"""Of one transaction: less than the 10 after which the store ends one (deploy/node/store.py)."""
PAUSES = (1, 5, 30, 120, 600, 3_600, 21_600)
"""Seconds before the next try, by the number of tries so far; after the last pause's try a fact is dead."""
KEPT = timedelta(days=90)

Reaction = Callable[[Work, Any, Fact, dict[str, Any]], None]
"""(work, the service's store, the fact, its data as Python values): what a consumer does about a fact."""


@dataclass(frozen=True, slots=True)
class Reactions:
    """Which reactions answer to which facts: `<service>.<record>` -> reactions, in order."""

    by_record: Mapping[str, Sequence[Reaction]]

    def to(self, fact: Fact) -> Sequence[Reaction]:
        return self.by_record.get(fact.type.rpartition(".")[0], ())


class Inbox:
    """The inbox of one service.

    apply: what to do with one fact inside a transaction, given (session, fact). It must write only through the
    session.
    """

    def __init__(self, store: Store, apply: Callable[[ClientSession, Fact], list[Fact]]) -> None:
        self._store, self._apply = store, apply
        self._clock = WallClock()

    def take(self, batch: Sequence[Fact]) -> None:
        """Applies facts as they came, all in one transaction; if one of them fails, each by itself.

        Afterwards every one is either done or kept waiting with its error, so all may be acknowledged. Raises
        StoreAway when nothing could be kept: then none may be.
        """
        known = self._known([fact.id for fact in batch])
        fresh = list({fact.id: fact for fact in batch if fact.id not in known}.values())
        if not fresh:
            return
        try:
            self._commit(fresh)
        except Exception as error:  # whatever it is, the facts that did not cause it must not suffer
            if self._is_away(error):
                raise
            log.info("batch failed, each by itself", facts=len(fresh), exc_info=True)
            for fact in fresh:
                self._take_one(fact)

    def retry_due(self, limit: int = 20) -> int:
        """Tries again what is due; how many it tried."""
        if self._clock.was_set_back():
            self._hasten()
        self._clock.noted()
        due = self._store[COLLECTION].find({"state": "waiting", "next_at": {"$lte": utc_now()}})
        documents = list(due.sort("next_at", 1).limit(limit))
        for document in documents:
            self._retry(document)
        return len(documents)

    def replay(self, ids: Sequence[str]) -> int:
        """Makes dead facts (all if no ids are given), and waiting ones that are named, due now; how many."""
        condition: Document = {"_id": {"$in": list(ids)}, "state": {"$ne": "done"}} if ids else {"state": "dead"}
        change = {"$set": {"state": "waiting", "next_at": utc_now(), "attempts": 0}}
        return self._store[COLLECTION].update_many(condition, change).modified_count

    def failed(self, *, also_waiting: bool, limit: int) -> list[dict[str, Any]]:
        """Facts that failed, the oldest first, as contracts' DeadLetterView."""
        states = ["dead", "waiting"] if also_waiting else ["dead"]
        found = self._store[COLLECTION].find({"state": {"$in": states}}).sort("_id", 1).limit(limit)
        return [{**document, "id": document["_id"]} for document in found]

    def count(self, state: str) -> int:
        return self._store[COLLECTION].count_documents({"state": state})

    def forget_old(self) -> None:
        """Drops the ids of facts applied long ago; the broker has no copy of them any more."""
        self._store[COLLECTION].delete_many({"at": {"$lt": utc_now() - KEPT}, "state": "done"})

    def _known(self, ids: Sequence[str]) -> set[str]:
        with reaching(SECONDS):
            found = self._store[COLLECTION].find({"_id": {"$in": list(ids)}}, {"_id": 1})
            return {document["_id"] for document in found}

    def _commit(self, batch: Sequence[Fact]) -> None:
        now = utc_now()

        def body(session: ClientSession) -> None:
            self._store[COLLECTION].insert_many(
                [{"_id": fact.id, "state": "done", "at": now} for fact in batch], session=session
            )
            told = [new for fact in batch for new in self._apply(session, fact)]
            outbox.put(self._store, session, told)
            steps.reached("inbox.before_commit")

        in_transaction(self._store, body, seconds=SECONDS)

    def _take_one(self, fact: Fact) -> None:
        logging.bind_correlation(fact.correlation_id)
        try:
            self._commit([fact])
        except DuplicateKeyError:
            if not self._known([fact.id]):  # a unique index of the effect's, not the inbox's: that is a failure
                self._keep(fact, "duplicate key in the effect")
        except Exception as error:  # the fact waits with its error for the next try or an operator
            if self._is_away(error):
                raise
            log.warning("fact failed", fact=fact.id, type=fact.type, error=_says(error), exc_info=True)
            self._keep(fact, _says(error))

    def _hasten(self) -> None:
        """What would wait longer than any pause is long is due now."""
        now = utc_now()
        for attempts, pause in enumerate((0, *PAUSES)):
            too_late = {"$gt": now + timedelta(seconds=pause + NOTICED_FROM)}
            waiting = {"state": "waiting", "next_at": too_late, "attempts": attempts}
            self._store[COLLECTION].update_many(waiting, {"$set": {"next_at": now}})

    def _is_away(self, error: Exception) -> bool:
        """Not so when the store itself broke on this very work and else answers: that counts as a failure of it."""
        return isinstance(error, StoreAway) and not (broke(error.__cause__) and answers(self._store))

    def _keep(self, fact: Fact, error: str) -> None:
        now = utc_now()
        document = {
            "_id": fact.id,
            "state": "waiting",
            "at": now,
            "first_at": now,
            "type": fact.type,
            "subject": fact.subject,
            "correlation_id": fact.correlation_id,
            "body": fact.to_json().decode(),
            "error": error,
            "attempts": 1,
            "next_at": now + timedelta(seconds=PAUSES[0]),
        }

        def body(session: ClientSession) -> None:
            if self._store[COLLECTION].find_one({"_id": fact.id}, session=session) is None:
                self._store[COLLECTION].insert_one(document, session=session)

        in_transaction(self._store, body, seconds=SECONDS)

    def _retry(self, document: Document) -> None:
        fact = Fact.from_json(document["body"])
        logging.bind_correlation(fact.correlation_id)
        mine = {"_id": fact.id, "state": "waiting", "attempts": document["attempts"]}

        def body(session: ClientSession) -> None:
            done = {
                "$set": {"state": "done", "at": utc_now()},
                "$unset": dict.fromkeys(("body", "error"), ""),
            }
            if self._store[COLLECTION].update_one(mine, done, session=session).matched_count == 1:
                outbox.put(self._store, session, self._apply(session, fact))

        try:
            in_transaction(self._store, body, seconds=SECONDS)
        except Exception as error:  # counted and tried again later; the last try makes it a dead letter
            if self._is_away(error):
                raise
            log.warning("fact failed again", fact=fact.id, type=fact.type, error=_says(error), exc_info=True)
            self._postpone(mine, document["attempts"] + 1, _says(error))

    def _postpone(self, mine: Document, attempts: int, error: str) -> None:
        dead = attempts > len(PAUSES)
        next_at: datetime | None = None if dead else utc_now() + timedelta(seconds=PAUSES[attempts - 1])
        state = "dead" if dead else "waiting"
        change = {"$set": {"state": state, "attempts": attempts, "error": error, "next_at": next_at}}
        self._store[COLLECTION].update_one(mine, change)


def _says(error: Exception) -> str:
    text = f"{type(error).__name__}: {error}"
    return text if len(text) <= 500 else text[:497] + "..."


def apply_reactions(work: Work, store: Any, reactions: Reactions, fact: Fact) -> list[Fact]:
    """Runs the reactions to a fact; the facts that they tell. A fact type unknown here (a newer part's) is passed
    over. Raises marshmallow's ValidationError for data that break the schema."""
    if fact.type not in facts.BY_NAME:
        log.info("fact of an unknown type", type=fact.type, fact=fact.id)
        return []
    data = facts.read_data(fact.type, fact.data)
    for reaction in reactions.to(fact):
        reaction(work, store, fact, data)
    return work.told


__all__ = ["COLLECTION", "INDEXES", "Inbox", "Reaction", "Reactions", "apply_reactions"]
