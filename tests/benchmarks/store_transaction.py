"""The raw limit of a sign-up: its transaction, with the operations that it needs and no more, by bare pymongo."""

import random
import threading
from collections.abc import Callable, Sequence
from datetime import UTC, datetime
from typing import Any

from bson import ObjectId
from pymongo import MongoClient
from pymongo.client_session import ClientSession

from services.events import store as events_store
from services.runtime import commands, outbox
from services.runtime.store import connect, ensure_indexes

from .load import shared

DATABASE = "bench_raw"
BODY = "x" * 900
"""A fact is about so long."""


def rate(uri: str, events: int, sign_ups: int, threads: int) -> tuple[float, list[float]]:
    """Transactions a second over so many events, and the seconds that each took. Those of one event queue before
    their transaction (the store's write conflicts would cost more, DESIGN.md)."""
    with MongoClient[dict[str, Any]](uri) as admin:
        admin.drop_database(DATABASE)
    database = connect(uri, DATABASE, "bench")
    ensure_indexes(
        database,
        {
            commands.COLLECTION: commands.INDEXES,
            outbox.COLLECTION: outbox.INDEXES,
            **{name: events_store.INDEXES[name] for name in ("events", "places", "sign_ups")},
        },
    )
    ids = [f"evt_{number}" for number in range(events)]
    now = datetime.now(UTC)
    database["events"].insert_many([{"_id": name, "version": 1, "bucket": 1, "text": BODY} for name in ids])
    database["places"].insert_many(
        [{"_id": name, "version": 1, "bucket": 1, "confirmed": 0, "changed": now} for name in ids]
    )
    turns = {name: threading.Lock() for name in ids}
    seconds: list[float] = []

    def job(number: int) -> Callable[[int], None]:
        def run(_thread: int) -> None:
            event = ids[number % events]
            began = datetime.now(UTC)
            with turns[event], database.client.start_session() as session:
                session.with_transaction(lambda session: _sign_up(database, session, event))
            seconds.append((datetime.now(UTC) - began).total_seconds())

        return run

    jobs: Sequence[Callable[[int], None]] = [job(number) for number in range(sign_ups)]
    _, taken = shared(jobs, threads)
    database.client.drop_database(DATABASE)
    database.client.close()
    return sign_ups / taken, seconds


def _sign_up(database: Any, session: ClientSession, event: str) -> None:
    now, identity = datetime.now(UTC), str(ObjectId())
    database["events"].find_one({"_id": event}, session=session)
    list(database["sign_ups"].find({"event": event, "email_key": identity}, session=session).limit(1))
    places = database["places"].find_one({"_id": event}, session=session)
    assert places is not None
    person = {"event": event, "email_key": identity, "state": "confirmed", "number": places["confirmed"], "version": 1}
    database["sign_ups"].insert_one({"_id": identity, **person, "name": "Esimerkki", "created": now}, session=session)
    database["places"].replace_one(
        {"_id": event, "version": places["version"]},
        {**places, "version": places["version"] + 1, "confirmed": places["confirmed"] + 1},
        session=session,
    )
    database[commands.COLLECTION].insert_one(
        {"_id": f"cmd_{identity}", "method": "sign_up", "content": BODY[:64], "at": now, "answer": person},
        session=session,
    )
    facts = [{"id": f"fct_{identity}{n}", "routing_key": "node.x", "body": BODY} for n in range(2)]
    database[outbox.COLLECTION].insert_one(
        {"_id": facts[0]["id"], "place": random.getrandbits(62), "facts": facts}, session=session
    )
