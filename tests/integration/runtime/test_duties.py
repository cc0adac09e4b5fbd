"""What a service does by itself: once, each record by itself, and again after a failure. On the real store."""

import time
from collections.abc import Iterator
from datetime import UTC, datetime
from typing import Any

import pytest
from pymongo.client_session import ClientSession

from services.contracts import identifiers
from services.contracts.principal import Principal
from services.runtime import duties, outbox
from services.runtime import store as stores
from services.runtime.duties import Duties, Duty
from services.runtime.store import Store
from services.runtime.work import Origin, Work
from tests.harness import NodeUnderTest


class Things:
    """A store of things that are due until they are done."""

    def __init__(self, store: Store, session: ClientSession | None) -> None:
        self.things, self.session = store["things"], session

    def due(self, limit: int) -> list[str]:
        found = self.things.find({"state": "due"}, session=self.session).sort("_id").limit(limit)
        return [document["_id"] for document in found]

    def do(self, work: Work, identity: str) -> None:
        done = {"$set": {"state": "done"}, "$inc": {"times": 1}}
        if self.things.update_one({"_id": identity, "state": "due"}, done, session=self.session).matched_count:
            work.tell("consortium.news.withdrawn", {"id": identity, "version": 2, "state": "withdrawn"})
        if self.things.find_one({"_id": identity}, session=self.session)["breaks"]:
            raise ValueError("this one can't be done")


DUTY = Duty(
    "do things",
    due=lambda things, work, limit: things.due(limit),
    do=lambda work, things, arguments: things.do(work, arguments["id"]),
    every=0,
)


@pytest.fixture
def database(node: NodeUnderTest) -> Iterator[Store]:
    store = stores.connect(node.mongodb_uri, identifiers.new_id("tst"), "test")
    stores.ensure_indexes(store, {"things": (), outbox.COLLECTION: outbox.INDEXES})
    yield store
    store.client.drop_database(store.name)


def duties_of(database: Store) -> Duties:
    def work_of(correlation: str, _session: ClientSession | None) -> Work:
        origin = Origin("pohjois-karjala", 1, correlation, correlation)
        return Work(origin, datetime.now(UTC), Principal("operator"), lambda _account: ())

    return Duties(database, Things, (DUTY,), work_of)


def put(database: Store, identity: str, *, breaks: bool = False) -> None:
    database["things"].insert_one({"_id": identity, "state": "due", "breaks": breaks, "times": 0})


def states(database: Store) -> dict[str, Any]:
    return {document["_id"]: document["state"] for document in database["things"].find()}


def test_what_is_due_is_done_once_and_told(database: Store) -> None:
    for identity in ("a", "b"):
        put(database, identity)
    one, other = duties_of(database), duties_of(database)
    assert one.look() == 2
    assert other.look() == 0, "another instance finds nothing left"
    assert states(database) == {"a": "done", "b": "done"}
    assert outbox.waiting(database) == 2


def test_one_that_another_instance_did_meanwhile_is_not_done_again(database: Store) -> None:
    put(database, "a")
    stale = Duty("do things", due=lambda _things, _work, _limit: ["a"], do=DUTY.do, every=0)
    late = duties_of(database)
    late._duties = (stale,)
    duties_of(database).look()
    late.look()
    assert database["things"].find_one({"_id": "a"})["times"] == 1
    assert outbox.waiting(database) == 1


def test_one_that_fails_changes_nothing_keeps_no_other_from_it_and_is_tried_again(
    database: Store, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(duties, "MOST", 1)  # those that failed stand first: they must not fill the look
    monkeypatch.setattr(duties, "PAUSES", (0.2,))
    own = duties_of(database)
    put(database, "a", breaks=True)
    assert own.look() == 0
    assert (own.failing, states(database), outbox.waiting(database)) == (1, {"a": "due"}, 0)
    put(database, "b")
    assert own.look() == 1
    assert states(database) == {"a": "due", "b": "done"}

    database["things"].update_one({"_id": "a"}, {"$set": {"breaks": False}})
    limit = time.monotonic() + 5
    while own.look() == 0:
        assert time.monotonic() < limit, "it is tried again after its pause"
    assert (own.failing, states(database)["a"]) == (0, "done")


def test_a_failure_that_was_settled_otherwise_is_forgotten(database: Store) -> None:
    put(database, "a", breaks=True)
    own = duties_of(database)
    own.look()
    database["things"].delete_one({"_id": "a"})
    own.look()
    assert own.failing == 0
