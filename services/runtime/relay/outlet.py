"""One service's outbox, emptied: stamp, publish, wait for the confirms, remove."""

import time
from collections.abc import Iterable, Iterator, Sequence
from dataclasses import dataclass, replace

import orjson
from aio_pika.abc import AbstractExchange
from pymongo.asynchronous.database import AsyncDatabase

from services.runtime import outbox, steps
from services.runtime.store import Document

from .lease import Lease, LeaseLost, Lessee
from .publisher import Stamped, publish

FEW = 100
"""Documents that are read at once, with their facts. When more wait, their places are read first, and then a batch
at a time: SecantusDB reads all of them whatever the limit (decision 4)."""
BATCH = 500
"""Facts that are stamped and published at once; a document is never divided."""


@dataclass(slots=True)
class Numbers:
    """What the heartbeat says."""

    published: int = 0
    last_batch: int = 0
    last_ms: float = 0.0


class Outlet:
    """Empties the outbox of one service while it holds the lease."""

    def __init__(self, service: str, store: AsyncDatabase[Document], holder: str) -> None:
        self.service, self.numbers = service, Numbers()
        self._lessee = Lessee(store, holder)
        self._outbox = store[outbox.COLLECTION]
        self._lease: Lease | None = None

    async def drain(self, exchange: AbstractExchange) -> int:
        """Publishes all that waits; how many facts. 0 while another relay holds the lease.

        Raises LeaseLost, pymongo's and the broker's errors; whatever is raised, nothing is lost: what was stamped and
        may not have been published is published first the next time, with the numbers that it has.
        """
        before = self.numbers.published
        try:
            if await self._hold(exchange):
                await self._publish_all(exchange)
        except BaseException:
            self._lease = None  # taken again it says what was stamped last
            raise
        return self.numbers.published - before

    async def close(self) -> None:
        """Gives the lease back."""
        if self._lease is not None:
            self._lease = None
            await self._lessee.give_back()

    async def _hold(self, exchange: AbstractExchange) -> bool:
        """Whether the lease is this relay's. One that is new has its last batch published before anything else."""
        if self._lease is None:
            self._lease = await self._lessee.take()
            if self._lease is not None and self._lease.batch:
                left = await self._read(place for place, _ in self._lease.batch)
                await self._send(exchange, self._lease, left)
        elif self._lease.wants_renewal:
            self._lease = await self._lessee.renew(self._lease)
        return self._lease is not None

    async def _publish_all(self, exchange: AbstractExchange) -> None:
        few = False
        while not few:
            found = await self._outbox.find({}).limit(FEW).to_list()
            few = len(found) < FEW
            if few:
                for batch in _batches(sorted(found, key=_by_id)):
                    await self._publish(exchange, batch)
            else:
                await self._publish_many(exchange)

    async def _publish_many(self, exchange: AbstractExchange) -> None:
        known = await self._outbox.find({}, {"place": 1}).to_list()
        places = [document["place"] for document in sorted(known, key=_by_id)]
        for start in range(0, len(places), BATCH):
            for batch in _batches(await self._read(places[start : start + BATCH])):
                await self._publish(exchange, batch)

    async def _read(self, places: Iterable[int]) -> list[Document]:
        """The documents at these places, in order."""
        found: list[Document] = []
        for first, last in runs(places):
            found += await self._outbox.find({"place": {"$gte": first, "$lte": last}}).to_list()
        return sorted(found, key=_by_id)

    async def _publish(self, exchange: AbstractExchange, batch: Sequence[Document]) -> None:
        """Raises LeaseLost."""
        if self._lease is None:
            raise LeaseLost("another relay holds it")
        counts = [(document["place"], len(document["facts"])) for document in batch]
        self._lease = await self._lessee.stamp(self._lease, counts)
        await steps.reached_async("relay.stamped")
        await self._send(exchange, self._lease, batch)

    async def _send(self, exchange: AbstractExchange, held: Lease, batch: Sequence[Document]) -> None:
        """Publishes what is left of the lease's batch with the numbers that it has there, and removes it."""
        started = time.monotonic()
        numbers = _first_numbers(held)
        facts = [fact for document in batch for fact in _stamped(document, numbers[document["place"]])]
        if facts:
            await publish(exchange, facts)
            await steps.reached_async("relay.confirmed")
        for first, last in runs(document["place"] for document in batch):
            await self._outbox.delete_many({"place": {"$gte": first, "$lte": last}})
        self.numbers = replace(
            self.numbers,
            published=self.numbers.published + len(facts),
            last_batch=len(facts),
            last_ms=(time.monotonic() - started) * 1000,
        )


def runs(places: Iterable[int]) -> Iterator[tuple[int, int]]:
    """Each run of consecutive numbers as (first, last)."""
    ordered = sorted(places)
    first = 0
    for index, place in enumerate(ordered):
        if index + 1 == len(ordered) or ordered[index + 1] > place + 1:
            yield ordered[first], place
            first = index + 1


def _batches(documents: Sequence[Document]) -> Iterator[Sequence[Document]]:
    first = count = 0
    for index, document in enumerate(documents):
        if index > first and count + len(document["facts"]) > BATCH:
            yield documents[first:index]
            first, count = index, 0
        count += len(document["facts"])
    if first < len(documents):
        yield documents[first:]


def _first_numbers(held: Lease) -> dict[int, int]:
    """By place: the number of its first fact."""
    numbers: dict[int, int] = {}
    following = held.sequence + 1 - sum(count for _, count in held.batch)
    for place, count in held.batch:
        numbers[place] = following
        following += count
    return numbers


def _stamped(document: Document, first: int) -> Iterator[Stamped]:
    for number, fact in enumerate(document["facts"], first):
        event = orjson.loads(fact["body"])
        event["sequence"] = str(number)
        yield Stamped(fact["id"], fact["routing_key"], orjson.dumps(event))


def _by_id(document: Document) -> str:
    identity: str = document["_id"]
    return identity


__all__ = ["BATCH", "FEW", "Numbers", "Outlet", "runs"]
