"""One fact to many: every one of them once, a bounded part at a time, and nobody stands in another's way."""

import asyncio
from collections import Counter
from collections.abc import Iterator
from dataclasses import replace
from datetime import UTC, datetime, timedelta
from typing import Any

import pytest
from pymongo import AsyncMongoClient
from pymongo.database import Database

from services.contracts import identifiers
from services.notifications.courier.claims import Claims
from services.notifications.model import Age, Delivery, Edition, Filter, Mailing, Subject, Subscription
from services.notifications.store import INDEXES, NotificationStore
from services.notifications.use_cases.fan_out import expand
from services.runtime import store as stores
from services.runtime.documents import to_document
from tests.harness import NodeUnderTest

Store = Database[dict[str, Any]]
NOW = datetime(2026, 11, 22, 9, tzinfo=UTC)
RECORD = "pohjois-karjala/evt_1"
SUBJECT = Subject(regions=("FI1DC",), themes=("side_streams",))


@pytest.fixture
def database(node: NodeUnderTest) -> Iterator[Store]:
    """A database of notifications of its own, on the node's real store."""
    made: Store = stores.connect(node.mongodb_uri, f"{node.database_prefix}many_{identifiers.new_id('x')}", "test")
    stores.ensure_indexes(made, INDEXES)
    yield made
    made.client.drop_database(made.name)
    made.client.close()


def _subscribed(store: Store, count: int, wanted: Filter) -> list[str]:
    made = [
        Subscription(
            id=identifiers.new_id(identifiers.SUBSCRIPTION),
            home="pohjois-karjala",
            incarnation=1,
            version=2,
            state="active",
            created=NOW,
            changed=NOW,
            language="fi",
            filter=wanted,
            keys=wanted.keys,
            live_key=f"{number}|{wanted.canonical}",
            since=NOW - timedelta(days=1),
            email=f"tilaaja-{number}@example.org",
        )
        for number in range(count)
    ]
    store["subscriptions"].insert_many([to_document(subscription) for subscription in made])
    return [subscription.id for subscription in made]


def _published(store: Store, number: int = 1) -> Mailing:
    """An event as `take_event` leaves it: an edition, the head of its record, and a mailing that waits."""
    record = f"{RECORD}{number}"
    data = {"title": {"fi": "Esimerkki"}, "ends": datetime(2090, 1, 1, tzinfo=UTC)}
    edition = Edition(f"{record}/1.1", record, "event", Age(1, 1), "published", True, SUBJECT, data, "{}", NOW)
    made = NotificationStore(store, None)
    made.add_edition(edition)
    head = {"_id": record, "edition": edition.id, "before": None, "incarnation": 1, "version": 1, "published": NOW}
    made.put_head({**head, "over": edition.over})
    mailing = Mailing(f"fct_{number}", record, edition.id, "c", NOW)
    made.add_mailing(mailing)
    return mailing


def _next_part(store: Store, mailing: Mailing, limit: int) -> Mailing:
    after = stores.in_transaction(
        store, lambda session: expand(NotificationStore(store, session), mailing, NOW, limit), seconds=20
    )
    assert after is not None
    return after


def test_each_of_many_is_told_once_in_bounded_parts_though_found_under_two_keys(database: Store) -> None:
    by_region = _subscribed(database, 400, Filter(regions=("FI1DC",)))
    by_both = _subscribed(database, 100, Filter(themes=("side_streams",), consortia=("con_1",)))
    _subscribed(database, 50, Filter(regions=("FI1D7",)))
    mailing, parts = _published(database), []
    while mailing.state == "waiting":
        after = _next_part(database, mailing, 50)
        parts.append(after.deliveries - mailing.deliveries)
        mailing = after
    told = Counter(document["reference"] for document in database["deliveries"].find())
    assert told == Counter([*by_region, *by_both])
    assert database["told"].count_documents({}) == 500
    assert max(parts) <= 150  # a part is as large as asked for, but for how evenly the buckets are filled
    assert len(parts) >= 5


def test_a_cursor_of_an_older_version_begins_the_phase_anew_and_tells_nobody_twice(database: Store) -> None:
    wanted = _subscribed(database, 120, Filter(everything=True))
    mailing = _published(database)
    first = _next_part(database, mailing, 60)
    older = replace(first, cursor="sub_01kahp5v3mf0gt8zqk4c2w7x9e")
    database["mailings"].replace_one({"_id": first.id}, to_document(older))
    mailing = older
    while mailing.state == "waiting":
        mailing = _next_part(database, mailing, 60)
    assert Counter(document["reference"] for document in database["deliveries"].find()) == Counter(wanted)


def test_what_goes_to_few_does_not_wait_for_what_goes_to_many(database: Store) -> None:
    _subscribed(database, 200, Filter(everything=True))
    large = _next_part(database, _published(database, 1), 50)
    assert large.state == "waiting"
    small = _published(database, 2)
    chosen = NotificationStore(database, None).next_mailing()
    assert chosen is not None
    assert chosen.id == small.id


def _due(count: int, lane: Any = "bulk") -> list[Delivery]:
    return [
        Delivery(
            id=identifiers.new_id(identifiers.DELIVERY),
            channel="mail",
            lane=lane,
            reference=f"sub_{number}",
            purpose="event.published",
            state="waiting",
            created=NOW,
            next_at=NOW,
            correlation_id="c",
        )
        for number in range(count)
    ]


def test_two_couriers_share_more_than_either_takes_at_once_and_each_delivery_is_one_couriers(
    database: Store, node: NodeUnderTest
) -> None:
    waiting = _due(700)
    database["deliveries"].insert_many([to_document(delivery) for delivery in waiting])
    database["deliveries"].insert_many(
        [to_document(replace(late, next_at=datetime(2090, 1, 1, tzinfo=UTC))) for late in _due(40)]
    )

    async def share() -> tuple[list[str], list[str]]:
        client: AsyncMongoClient[dict[str, Any]] = AsyncMongoClient(node.mongodb_uri, tz_aware=True, tzinfo=UTC)
        couriers = [Claims(client[database.name]) for _ in range(2)]
        taken: list[list[str]] = [[], []]
        parts = []
        while sum(map(len, taken)) < len(waiting):
            both = await asyncio.gather(*(courier.take("bulk", 100) for courier in couriers))
            for mine, part in zip(taken, both, strict=True):
                mine += [delivery.id for delivery in part]
                parts.append(len(part))
        assert max(parts) < 150
        assert await couriers[0].take("bulk", 100) == []
        await asyncio.gather(*(couriers[0].sent(delivery) for delivery in waiting if delivery.id in set(taken[0])))
        # A mark of somebody who does not hold it changes nothing.
        await asyncio.gather(*(couriers[0].sent(delivery) for delivery in waiting if delivery.id in set(taken[1])))
        await client.close()
        return taken[0], taken[1]

    one, other = asyncio.run(share())
    assert Counter([*one, *other]) == Counter(delivery.id for delivery in waiting)
    states = {document["_id"]: document["state"] for document in database["deliveries"].find()}
    assert {states[delivery] for delivery in one} == {"sent"}
    assert {states[delivery] for delivery in other} == {"waiting"}
    assert database["deliveries"].count_documents({"state": "sent", "attempts": 1, "worker": None}) == len(one)
