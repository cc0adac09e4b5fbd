"""A command is done once (rule 3): its id and its answer are stored in the transaction of its effect.

A document: _id (the command's id), method, content (a hash of its arguments), answer, at. A refusal stores nothing:
nothing happened, and the repeat is judged anew. Secrets are never in an answer that is stored: `Answer.reveal`.
"""

from collections.abc import Callable, Mapping
from datetime import timedelta
from hashlib import sha256
from typing import Any

import orjson
from pymongo import ASCENDING, IndexModel
from pymongo.client_session import ClientSession
from pymongo.errors import DuplicateKeyError

from services.contracts.errors import KeyReused, Late
from services.contracts.rpc import Call

from . import outbox, steps
from .store import Store, in_transaction, reaching, utc_now
from .work import Work

COLLECTION = "commands"
INDEXES = (IndexModel([("at", ASCENDING)]),)
KEPT = timedelta(days=7)

Answer = Any


def remaining_seconds(call: Call) -> float:
    """How long the caller still waits. Raises Late when it no longer does."""
    seconds = (call.deadline - utc_now()).total_seconds()
    if seconds <= 0:
        raise Late("The command came too late and was not carried out. Repeat it with the same Idempotency-Key.")
    return seconds


def once(store: Store, call: Call, effect: Callable[[ClientSession], tuple[Answer, Work]]) -> Answer:
    """Carries out a command's effect, or gives the answer that it had the first time.

    effect: makes the change through the session; gives the answer (JSON values) and the work whose facts are
    committed with it. Raises KeyReused, Late, StoreAway (outcome unknown), and what effect refuses with.
    """
    seconds = remaining_seconds(call)
    if call.id is None:
        raise ValueError(f"{call.method} is a command and has no id")
    content = _content(call)

    def body(session: ClientSession) -> Answer:
        document = {"_id": call.id, "method": call.method, "content": content, "at": utc_now()}
        store[COLLECTION].insert_one(document, session=session)
        answer, work = effect(session)
        store[COLLECTION].update_one({"_id": call.id}, {"$set": {"answer": answer}}, session=session)
        outbox.put(store, session, work.told)
        steps.reached("command.before_commit")
        return answer

    earlier = _earlier(store, call, content, seconds)
    if earlier is not None:
        return earlier["answer"]
    try:
        answer = in_transaction(store, body, seconds=seconds)
        steps.reached("command.committed")
        return answer
    except DuplicateKeyError:
        earlier = _earlier(store, call, content, seconds)
        if earlier is None:  # another unique index: the effect's own
            raise
        return earlier["answer"]


def forget_old(store: Store) -> None:
    """Drops commands that nobody repeats any more."""
    store[COLLECTION].delete_many({"at": {"$lt": utc_now() - KEPT}})


def _earlier(store: Store, call: Call, content: str, seconds: float) -> Mapping[str, Any] | None:
    with reaching(seconds):
        document = store[COLLECTION].find_one({"_id": call.id})
    if document is not None and (document["method"], document["content"]) != (call.method, content):
        raise KeyReused("This Idempotency-Key was used for another request. Take a new one.")
    return document


def _content(call: Call) -> str:
    wire = call.to_wire()
    return sha256(
        orjson.dumps([wire["arguments"], wire["principal"]["account"]], option=orjson.OPT_SORT_KEYS)
    ).hexdigest()
