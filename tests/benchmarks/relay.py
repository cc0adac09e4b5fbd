"""The relay with a full outbox, beside bare publishing with confirms of the same bytes to the same queues."""

import asyncio
import time
from collections.abc import Iterator
from datetime import UTC, datetime

import aio_pika

from services.contracts import identifiers
from services.contracts.envelope import Fact
from services.runtime import outbox
from services.runtime.relay.publisher import Stamped, publish
from services.runtime.store import Store, connect, in_transaction
from services.runtime.topology import FACTS
from tests.harness import until

from . import processor
from .figures import Figure, Scale
from .site import Site

AT_ONCE = 500


def relay(site: Site, scale: Scale) -> Iterator[Figure]:
    """All consumers are stopped, so that it is the relay's own pace. Two facts to a commit, as a sign-up makes."""
    count = 400 if scale.name == "tiny" else 20_000
    site.stop("relay", "courier", "projector", "notifications")
    store = connect(site.node.mongodb_uri, f"{site.node.database_prefix}events", "bench")
    facts = [_fact(number) for number in range(count)]
    begun = _sequence(store)
    _fill(store, facts)
    before = processor.seconds_of(site)
    site.start("relay")
    first, began = until(lambda: _reached(store, begun + 1), limit=60, says="the relay has begun")
    last, ended = until(lambda: _reached(store, begun + count), limit=300, says="the relay is through")
    until(lambda: outbox.waiting(store) == 0, limit=60, says="the outbox is empty")
    used = processor.used(before, processor.seconds_of(site))
    store.client.close()
    seconds = ended - began
    bodies = [Stamped(fact.id, fact.routing_key, fact.to_json()) for fact in facts]
    yield Figure(
        "facts that the relay publishes, outbox full",
        (last - first) / seconds if last > first else count / max(seconds, 0.001),
        "/s",
        raw=count / asyncio.run(_bare(site.node.amqp_uri, bodies)),
        aim="2,000",
    )
    cost = processor.each({name: used[name] for name in ("relay", "store", "broker") if name in used}, count)
    yield Figure("processor time of a fact, published", cost.pop("all_ms"), "ms", details=cost)


def _fact(number: int) -> Fact:
    now = datetime.now(UTC)
    what = "sign_up.confirmed" if number % 2 else "places.changed"
    data = {"id": f"evt_{number}", "name": "Esimerkki", "number": number, "text": "x" * 300}
    return Fact(
        identifiers.new_id(identifiers.FACT),
        f"events.{what}",
        "node" if number % 2 else "public",
        "pohjois-karjala",
        f"evt_{number}",
        1,
        1,
        now,
        data,
        "bench",
        "bench",
    )


def _fill(store: Store, facts: list[Fact]) -> None:
    for start in range(0, len(facts), AT_ONCE):
        part = facts[start : start + AT_ONCE]

        def commits(session: object, part: list[Fact] = part) -> None:
            for each in range(0, len(part), 2):
                outbox.put(store, session, part[each : each + 2])  # type: ignore[arg-type]

        in_transaction(store, commits, seconds=9)


def _sequence(store: Store) -> int:
    lease = store["relay"].find_one({"_id": "lease"})
    return 0 if lease is None else int(lease["sequence"])


def _reached(store: Store, sequence: int) -> tuple[int, float] | None:
    held = _sequence(store)
    return (held, time.monotonic()) if held >= sequence else None


async def _bare(uri: str, bodies: list[Stamped]) -> float:
    """Seconds."""
    async with await aio_pika.connect(uri) as connection:
        channel = await connection.channel(publisher_confirms=True)
        exchange = await channel.get_exchange(FACTS)
        began = time.monotonic()
        for start in range(0, len(bodies), AT_ONCE):
            await publish(exchange, bodies[start : start + AT_ONCE])
        return time.monotonic() - began
