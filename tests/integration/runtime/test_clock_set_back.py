"""The clock was set back an hour: what waits until a moment that was written down before waits no hour more."""

import asyncio
from datetime import UTC, timedelta
from typing import Any

import pytest
from pymongo import AsyncMongoClient, MongoClient

from services.contracts import identifiers
from services.contracts.envelope import Fact
from services.notifications.courier.hastening import Hastening
from services.runtime.clock import WallClock
from services.runtime.inbox import Inbox
from services.runtime.store import utc_now
from tests.harness import NodeUnderTest
from tests.harness.facts_of_others import organisation

HOUR = timedelta(hours=1)


def test_a_clock_that_goes_back_is_noticed_until_what_follows_from_it_is_done(monkeypatch: pytest.MonkeyPatch) -> None:
    now = {"wall": 10_000.0, "steady": 500.0}
    monkeypatch.setattr("services.runtime.clock.time.time", lambda: now["wall"])
    monkeypatch.setattr("services.runtime.clock.time.monotonic", lambda: now["steady"])
    clock = WallClock()
    assert clock.was_set_back(), "who was not there before can't know"
    clock.noted()
    now.update(wall=13_600.0, steady=4_100.0)
    assert not clock.was_set_back(), "an hour passed on both"
    now["wall"] += 3_600
    clock.noted()
    assert not clock.was_set_back(), "forward makes nobody wait"
    now["wall"] -= 3_600
    assert clock.was_set_back()
    assert clock.was_set_back(), "until it is noted"
    clock.noted()
    assert not clock.was_set_back()


def test_a_fact_that_failed_is_tried_again_in_time(own_node: NodeUnderTest) -> None:
    with MongoClient[dict[str, Any]](own_node.mongodb_uri, tz_aware=True, tzinfo=UTC, timeoutMS=20_000) as client:
        store = client[f"{own_node.database_prefix}clock"]
        # tried once: meant to be tried again after a second, by a clock that was an hour ahead
        fact = organisation(identifiers.new_id(identifiers.ORGANISATION), regions=["FI1DC"])
        now = utc_now()
        store["inbox"].insert_one(_waiting(fact, attempts=1, next_at=now + HOUR))
        # tried six times: it waits an hour, and it is meant to
        patient = organisation(identifiers.new_id(identifiers.ORGANISATION), regions=["FI1DC"])
        store["inbox"].insert_one(_waiting(patient, attempts=6, next_at=now + HOUR))
        applied: list[str] = []

        def apply(_session: Any, fact: Fact) -> list[Fact]:
            applied.append(fact.id)
            return []

        inbox = Inbox(store, apply)
        assert inbox.retry_due() == 1
        assert applied == [fact.id]
        assert inbox.retry_due() == 0


def _waiting(fact: Fact, *, attempts: int, next_at: Any) -> dict[str, Any]:
    body = fact.to_json().decode()
    return {"_id": fact.id, "state": "waiting", "at": utc_now(), "body": body, "attempts": attempts, "next_at": next_at}


def test_leases_of_a_courier_that_is_gone_end_and_mails_go_out_at_once_but_those_for_the_morning(
    own_node: NodeUnderTest,
) -> None:
    now = utc_now()
    soon, later = now + timedelta(seconds=20), now + HOUR
    given = {
        "fresh": {"next_at": later, "worker": None, "attempts": 0, "quiet": False},
        "held": {"next_at": later, "worker": "gone", "attempts": 0, "quiet": False},
        "for the morning": {"next_at": later, "worker": None, "attempts": 0, "quiet": True},
        "failed": {"next_at": later, "worker": None, "attempts": 2, "quiet": False},
    }

    async def looked() -> dict[str, Any]:
        async with AsyncMongoClient[dict[str, Any]](
            own_node.mongodb_uri, tz_aware=True, tzinfo=UTC, timeoutMS=20_000
        ) as client:
            database = client[f"{own_node.database_prefix}clock_of_courier"]
            await database["deliveries"].insert_many(
                [{"_id": name, "lane": "bulk", "state": "waiting", **fields} for name, fields in given.items()]
            )
            await Hastening(database).look()
            return {document["_id"]: document["next_at"] async for document in database["deliveries"].find()}

    due = asyncio.run(looked())
    assert now <= due["fresh"] < soon
    assert now < due["held"] < soon
    assert (due["for the morning"], due["failed"]) == (later, later)
