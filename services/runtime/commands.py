"""A command is done once (rule 3): its id and its answer are stored in the transaction of its effect.

A document: _id (the command's id), method, content (a hash of its arguments), answer, at. A refusal stores nothing:
nothing happened, and the repeat is judged anew. Secrets are never in an answer that is stored: `Answer.reveal`.

Commands that wait at the same time may share a transaction (`together`): each is still done once, or not at all.
"""

from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass
from datetime import timedelta
from hashlib import sha256
from typing import Any

import orjson
from pymongo import ASCENDING, IndexModel
from pymongo.client_session import ClientSession
from pymongo.errors import BulkWriteError, DuplicateKeyError, PyMongoError

from services.contracts.envelope import Fact
from services.contracts.errors import KeyReused, Late, StoreAway
from services.contracts.facts import only_the_newest
from services.contracts.rpc import Call

from . import logging, outbox, steps
from .changes import Changes
from .store import Document, Store, in_transaction, reaching, utc_now
from .work import Work

COLLECTION = "commands"
INDEXES = (IndexModel([("at", ASCENDING)]),)
KEPT = timedelta(days=7)
LONGEST = 30.0
"""Seconds that anything is given, though the caller's clock be an hour ahead."""

Answer = Any
Effect = Callable[[ClientSession, Changes], tuple[Answer, Work]]
"""Makes the change, through the session or held back in the changes; gives the answer (JSON values), and the work
whose facts are committed with it."""


@dataclass(frozen=True, slots=True)
class Task:
    """A command to be carried out. content: what a repeat must have in common with it (`content_of`)."""

    call: Call
    effect: Effect
    content: str


@dataclass(frozen=True, slots=True)
class Outcome:
    """An answer, or why there is none."""

    answer: Answer = None
    error: Exception | None = None


class _Spoilt(Exception):
    """A command failed after something of it had been written: nobody's changes may be committed with that."""


def remaining_seconds(call: Call) -> float:
    """How long the caller still waits. Raises Late when it no longer does."""
    seconds = (call.deadline - utc_now()).total_seconds()
    if seconds <= 0:
        raise Late("The command came too late and was not carried out. Repeat it with the same Idempotency-Key.")
    return min(seconds, LONGEST)


def content_of(call: Call) -> str:
    """A hash of what is asked and by whom."""
    wire = call.to_wire()
    said = [wire["arguments"], wire["principal"]["account"]]
    return sha256(orjson.dumps(said, option=orjson.OPT_SORT_KEYS)).hexdigest()


def answered(store: Store, calls: Sequence[Call], content: str) -> dict[str | None, Answer]:
    """By id: the answers of those calls that are carried out already. Raises KeyReused, StoreAway."""
    with reaching(remaining_seconds(calls[0])):
        found = list(store[COLLECTION].find({"_id": {"$in": [call.id for call in calls]}}))
    return {document["_id"]: _repeated(calls[0].method, content, document) for document in found}


def once(store: Store, task: Task) -> Answer:
    """Carries out a command, or gives the answer that it had the first time.

    Raises KeyReused, Late, StoreAway (outcome unknown), and what the effect refuses with.
    """
    call = task.call
    seconds = remaining_seconds(call)
    if call.id is None:
        raise ValueError(f"{call.method} is a command and has no id")

    def body(session: ClientSession) -> Answer:
        known = _known(store, session, [task])
        if call.id in known:
            return _repeated(call.method, task.content, known[call.id])
        changes = Changes(store, session)
        answer, work = task.effect(session, changes)
        _finish(store, session, changes, [(task, answer)], work.told)
        return answer

    try:
        answer = in_transaction(store, body, seconds=seconds)
    except (DuplicateKeyError, BulkWriteError):
        # The same command at the same moment, in another process: that one's answer. Else it is the effect's own.
        answer = in_transaction(store, body, seconds=remaining_seconds(call))
    steps.reached("command.committed")
    return answer


def together(store: Store, tasks: Sequence[Task], seconds: float) -> list[Outcome]:
    """Carries out several commands in one transaction, in their order; one that refuses changes nothing.

    Every effect must hold its changes back. Raises StoreAway, PyMongoError, or whatever else there was no way around:
    then nothing is done, or it is not known, and each can be carried out by itself.
    """

    def body(session: ClientSession) -> list[Outcome]:
        changes, known = Changes(store, session), _known(store, session, tasks)
        outcomes: list[Outcome] = []
        done: list[tuple[Task, Answer]] = []
        told: list[Fact] = []
        for task in tasks:
            outcome, work = _one_of_several(task, session, changes, known)
            outcomes.append(outcome)
            if work is not None:
                done.append((task, outcome.answer))
                told += work.told
        _finish(store, session, changes, done, only_the_newest(told))
        return outcomes

    outcomes = in_transaction(store, body, seconds=seconds)
    steps.reached("command.committed")
    return outcomes


def forget_old(store: Store) -> None:
    """Drops commands that nobody repeats any more."""
    store[COLLECTION].delete_many({"at": {"$lt": utc_now() - KEPT}})


def _one_of_several(
    task: Task, session: ClientSession, changes: Changes, known: dict[str, Mapping[str, Any]]
) -> tuple[Outcome, Work | None]:
    logging.bind_correlation(task.call.correlation_id)
    identity = task.call.id or ""
    try:
        if identity in known:
            return Outcome(_repeated(task.call.method, task.content, known[identity])), None
        answer, work = task.effect(session, changes)
    except (PyMongoError, StoreAway):
        raise
    except Exception as error:  # whatever it is, the commands that did not cause it must not suffer
        if changes.spoilt:
            raise _Spoilt(str(error)) from error
        changes.undo()
        return Outcome(error=error), None
    changes.settle()
    known[identity] = _document(task, answer)
    return Outcome(answer), work


def _finish(
    store: Store,
    session: ClientSession,
    changes: Changes,
    done: Sequence[tuple[Task, Answer]],
    told: Sequence[Fact],
) -> None:
    changes.write()
    if len(done) == 1:
        store[COLLECTION].insert_one(_document(*done[0]), session=session)
    elif done:
        store[COLLECTION].insert_many([_document(task, answer) for task, answer in done], session=session)
    outbox.put(store, session, told)
    steps.reached("command.before_commit")


def _document(task: Task, answer: Answer) -> Document:
    return {
        "_id": task.call.id,
        "method": task.call.method,
        "content": task.content,
        "answer": answer,
        "at": utc_now(),
    }


def _known(store: Store, session: ClientSession, tasks: Sequence[Task]) -> dict[str, Mapping[str, Any]]:
    """Those of the commands that are done already."""
    ids = [task.call.id for task in tasks]
    found = store[COLLECTION].find({"_id": ids[0] if len(ids) == 1 else {"$in": ids}}, session=session)
    return {document["_id"]: document for document in found}


def _repeated(method: str, content: str, document: Mapping[str, Any]) -> Answer:
    if (document["method"], document["content"]) != (method, content):
        raise KeyReused("This Idempotency-Key was used for another request. Take a new one.")
    return document["answer"]
