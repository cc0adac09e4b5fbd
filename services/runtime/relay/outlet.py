"""One service's outbox, emptied: stamp, publish, wait for the confirms, remove."""

import time
from collections.abc import Sequence
from dataclasses import dataclass, replace

import orjson
from aio_pika.abc import AbstractExchange
from pymongo import ASCENDING, UpdateOne
from pymongo.asynchronous.client_session import AsyncClientSession
from pymongo.asynchronous.database import AsyncDatabase

from services.runtime import outbox, steps
from services.runtime.store import Document

from . import lease
from .lease import Lease
from .publisher import Stamped, publish

BATCH = 500
MOST_IDS = 100_000


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
        self._store = store
        self._outbox = store[outbox.COLLECTION]
        self._lessee = lease.Lessee(store, holder)
        self._lease: Lease | None = None

    async def drain(self, exchange: AbstractExchange) -> int:
        """Publishes all that waits; how many facts. 0 while another relay holds the lease.

        Raises LeaseLost, pymongo's and the broker's errors; whatever is raised, nothing is lost: what was stamped and
        not yet removed is published again.
        """
        if not await self._hold():
            return 0
        count = await self._publish_stamped(exchange)
        while waiting := await self._waiting():
            for start in range(0, len(waiting), BATCH):
                if not await self._hold():
                    return count
                await self._stamp(waiting[start : start + BATCH])
                count += await self._publish_stamped(exchange)
        return count

    async def close(self) -> None:
        """Gives the lease back."""
        self._lease = None
        await self._lessee.give_back()

    async def _hold(self) -> bool:
        self._lease = await self._lessee.hold()
        return self._lease is not None

    async def _waiting(self) -> list[str]:
        """Ids of what waits, in order. All at once: SecantusDB reads all of them whatever the limit (decision 4)."""
        found = self._outbox.find({"sequence": 0}, {"_id": 1}).sort("_id", ASCENDING).limit(MOST_IDS)
        return [document["_id"] async for document in found]

    async def _stamp(self, ids: Sequence[str]) -> None:
        """Raises LeaseLost."""
        if self._lease is None:
            raise lease.LeaseLost("another relay holds it")
        mine = self._lease

        async def body(session: AsyncClientSession) -> None:
            first = await lease.next_numbers(self._store, session, mine, len(ids))
            stamps = [
                UpdateOne({"_id": identity}, {"$set": {"sequence": first + offset}})
                for offset, identity in enumerate(ids)
            ]
            await self._outbox.bulk_write(stamps, session=session)

        try:
            async with self._store.client.start_session() as session:
                await session.with_transaction(body)
        except lease.LeaseLost:
            self._lease = None
            self._lessee.lost()
            raise
        await steps.reached_async("relay.stamped")

    async def _publish_stamped(self, exchange: AbstractExchange) -> int:
        found = self._outbox.find({"sequence": {"$gt": 0}}).sort("sequence", ASCENDING).limit(BATCH)
        documents = [document async for document in found]
        if not documents:
            return 0
        started = time.monotonic()
        await publish(exchange, [_stamped(document) for document in documents])
        await steps.reached_async("relay.confirmed")
        ids = [document["_id"] for document in documents]
        await self._outbox.delete_many({"_id": {"$in": ids}})
        self.numbers = replace(
            self.numbers,
            published=self.numbers.published + len(ids),
            last_batch=len(ids),
            last_ms=(time.monotonic() - started) * 1000,
        )
        return len(ids)


def _stamped(document: Document) -> Stamped:
    event = orjson.loads(document["body"])
    event["sequence"] = str(document["sequence"])
    return Stamped(document["_id"], document["routing_key"], orjson.dumps(event))
