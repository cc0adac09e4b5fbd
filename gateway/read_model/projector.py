"""The projector: takes facts from the broker and keeps the read model. `python -m gateway.read_model.projector`.

A batch is applied, committed, and only then acknowledged: a crash in between repeats it, which changes nothing. What
can't be decoded goes to the dead-letter exchange. While the files can't be written nothing is acknowledged and the
batch is tried again; while the broker is away the files stay as they are.
"""

import asyncio
import contextlib
import signal
import sqlite3
import time
from collections.abc import Callable
from concurrent.futures import ThreadPoolExecutor
from dataclasses import dataclass
from datetime import UTC, datetime
from typing import Final, TypeVar

import aio_pika
from aio_pika.abc import AbstractChannel, AbstractConnection, AbstractIncomingMessage, AbstractQueue
from aio_pika.exceptions import AMQPError, ChannelInvalidStateError

from services.contracts.envelope import Fact, UndecodableFact
from services.runtime import heartbeat, logging, steps, topology
from services.runtime.cancelling import end
from services.runtime.rpc_client import RpcClient
from services.runtime.settings import Settings

from . import turn
from .projection import Counts, Projection, decode
from .rebuild import control
from .rebuild.control import Report
from .rebuild.work import Bench, rebuild
from .records import Record

log = logging.get(__name__)

T = TypeVar("T")

BATCH: Final = 200
_TIDY_EVERY: Final = 300.0
_LOOKS_FOR_REQUESTS_EVERY: Final = 0.3
_READERS_CHANGE_WITHIN: Final = 5.0
_AWAY = (AMQPError, ChannelInvalidStateError, OSError, asyncio.TimeoutError)


@dataclass(slots=True)
class Standing:
    """What the heartbeat tells. lag: seconds from the commit of a fact in its service to here."""

    lag: float = 0.0
    last_fact: str = ""
    last_at: float = 0.0
    records: int = 0
    trouble: str = "starting"


class Projector:
    """Made with `open`, then `run` until `stop`."""

    def __init__(self, settings: Settings, projection: Projection, writing: ThreadPoolExecutor) -> None:
        self._settings, self._projection, self._writing = settings, projection, writing
        self.counts, self.standing = Counts(), Standing()
        self._stopping = asyncio.Event()

    @classmethod
    async def open(cls, settings: Settings) -> "Projector":
        """Opens the files, or makes them. Raises sqlite3.Error, OSError."""
        writing = ThreadPoolExecutor(1, thread_name_prefix="writer")
        projection = await asyncio.get_running_loop().run_in_executor(
            writing,
            lambda: Projection(
                settings.data / "read_model", languages=settings.languages, public_url=settings.public_url
            ),
        )
        return cls(settings, projection, writing)

    @property
    def projection(self) -> Projection:
        return self._projection

    def stop(self) -> None:
        """Ends `run` after the batch at hand."""
        self._stopping.set()

    async def close(self) -> None:
        await self.write(self._projection.close)
        self._writing.shutdown()

    async def write(self, work: Callable[[], T]) -> T:
        """Runs work on the files in the one thread that may touch them."""
        return await asyncio.get_running_loop().run_in_executor(self._writing, work)

    async def run(self) -> None:
        """Consumes until stopped; connects again, slower each time, when the broker goes away."""
        others = [asyncio.create_task(self._tidy()), asyncio.create_task(self._rebuild_when_asked())]
        delay = 0.2
        try:
            while not self._stopping.is_set():
                began = time.monotonic()
                try:
                    await self._consume()
                except _AWAY as error:
                    self.standing.trouble = f"the broker is away: {error}"
                    log.warning("broker away", error=str(error))
                delay = 0.2 if time.monotonic() - began > 10 else min(delay * 2, 5.0)
                await self._pause(delay)
        finally:
            await end(others)

    async def _consume(self) -> None:
        connection = await aio_pika.connect(
            self._settings.amqp_uri, timeout=5, client_properties={"connection_name": "projector"}
        )
        async with connection:
            channel = await connection.channel()
            await channel.set_qos(prefetch_count=BATCH)
            queue = await declare(channel)
            beating = asyncio.create_task(
                heartbeat.beat(await connection.channel(), self._settings.part, self._heartbeat)
            )
            try:
                await self._take_batches(connection, queue)
            finally:
                beating.cancel()

    async def _take_batches(self, connection: AbstractConnection, queue: AbstractQueue) -> None:
        arrived: asyncio.Queue[AbstractIncomingMessage] = asyncio.Queue()
        tag = await queue.consume(arrived.put)
        self.standing.trouble = ""
        await self._count()
        if not self.standing.last_fact:
            log.info("started")
        stopping = asyncio.create_task(self._stopping.wait())
        lost = asyncio.Event()
        connection.close_callbacks.add(lambda *_: lost.set())
        queue.channel.close_callbacks.add(lambda *_: lost.set())
        gone = asyncio.create_task(lost.wait())
        try:
            while not stopping.done():
                first = asyncio.create_task(arrived.get())
                await asyncio.wait({first, stopping, gone}, return_when=asyncio.FIRST_COMPLETED)
                if not first.done():
                    first.cancel()
                    if gone.done():
                        raise ConnectionResetError("the connection was closed")
                    break
                messages = [first.result()]
                while len(messages) < BATCH and not arrived.empty():
                    messages.append(arrived.get_nowait())
                await self._project(messages)
            with contextlib.suppress(*_AWAY):
                await queue.cancel(tag)
        finally:
            stopping.cancel()
            gone.cancel()

    async def _project(self, messages: list[AbstractIncomingMessage]) -> None:
        batch: list[tuple[Fact, Record]] = []
        good: AbstractIncomingMessage | None = None
        for message in messages:
            try:
                decoded = decode(message.body, self.counts)
            except UndecodableFact as error:
                self.counts.undecodable += 1
                log.error("undecodable fact", error=str(error), message_id=message.message_id)
                await message.reject(requeue=False)
                continue
            good = message
            if decoded is not None:
                batch.append(decoded)
        await steps.reached_async("projector.taken")
        if not await self._apply(batch) or good is None:
            return
        await steps.reached_async("projector.applied")
        await good.ack(multiple=True)
        self.counts.facts += len(batch)
        self._note(batch)

    async def _apply(self, batch: list[tuple[Fact, Record]]) -> bool:
        """Applies a batch however long the files can't be written; False when told to stop meanwhile."""
        delay = 0.1
        while batch:
            try:
                await self.write(lambda: self._projection.apply(batch))
            except (sqlite3.Error, OSError) as error:
                self.standing.trouble = f"the files can't be written: {error}"
                log.error("can't write the read model", error=str(error), facts=len(batch))
                if await self._pause(delay):
                    return False
                delay = min(delay * 2, 5.0)
            else:
                break
        self.standing.trouble = ""
        return True

    def _note(self, batch: list[tuple[Fact, Record]]) -> None:
        if not batch:
            return
        fact = batch[-1][0]
        self.standing.lag = max(0.0, (datetime.now(UTC) - fact.time).total_seconds())
        self.standing.last_fact, self.standing.last_at = fact.type, time.time()

    def _heartbeat(self) -> tuple[bool, dict[str, float], str]:
        standing, counts = self.standing, self.counts
        numbers = {
            "lag_seconds": round(standing.lag, 3),
            "facts": float(counts.facts),
            "records": float(standing.records),
            "unknown_facts": float(counts.unknown.total()),
            "undecodable_facts": float(counts.undecodable),
            "last_fact_at": standing.last_at,
        }
        return not standing.trouble, numbers, standing.trouble or standing.last_fact

    async def _tidy(self) -> None:
        while True:
            await asyncio.sleep(_TIDY_EVERY)
            try:
                await self.write(self._projection.tidy)
                await self._count()
            except sqlite3.Error as error:
                log.warning("could not tidy up", error=str(error))

    async def _rebuild_when_asked(self) -> None:
        """Rebuilds when the command asks for it, and by itself when the files are new: services may hold records
        whose facts came and went before these files were."""
        folder = self._projection.folder
        waits = "new files" if self._projection.is_new else None
        delay = 1.0
        while True:
            identity = control.take_request(folder) or waits
            if identity is None:
                await asyncio.sleep(_LOOKS_FOR_REQUESTS_EVERY)
                continue
            report = None
            try:
                report = await self._rebuild(identity)
            except (sqlite3.Error, OSError) as error:  # no room for the report itself
                log.error("rebuild not told of", error=str(error))
            if identity == waits and (report is None or report.state == "failed"):
                # A service is not up yet, or a disk is full.
                await asyncio.sleep(delay)
                delay = min(delay * 2, 60.0)
                continue
            waits = None if report is not None and report.state == "done" else waits

    async def _rebuild(self, identity: str) -> Report:
        bench = Bench(
            self._projection, self.write, lambda report: control.write_report(self._projection.folder, report)
        )
        client = await RpcClient.connect(self._settings.amqp_uri, "projector")
        try:
            report = await rebuild(bench, client, identity)
        finally:
            await client.close()
        await self._count()
        if report.state == "done":
            # Readers open the new files within a moment; whoever still reads the old ones has them open.
            await asyncio.sleep(_READERS_CHANGE_WITHIN)
            await self.write(self._projection.remove_old)
        return report

    async def _count(self) -> None:
        self.standing.records = await self.write(
            lambda: self._projection.live.public.database.execute("SELECT count(*) FROM record").fetchone()[0]
        )

    async def _pause(self, seconds: float) -> bool:
        """Waits; True when told to stop meanwhile."""
        with contextlib.suppress(TimeoutError):
            async with asyncio.timeout(seconds):
                await self._stopping.wait()
        return self._stopping.is_set()


async def declare(channel: AbstractChannel) -> AbstractQueue:
    """The projector's queue with its bindings, and where undecodable messages go."""
    exchange = await channel.declare_exchange(topology.FACTS, aio_pika.ExchangeType.TOPIC, durable=True)
    rejected = await channel.declare_exchange(topology.UNDECODABLE, aio_pika.ExchangeType.FANOUT, durable=True)
    kept = await channel.declare_queue(
        topology.UNDECODABLE_QUEUE, durable=True, arguments=dict(topology.UNDECODABLE_ARGUMENTS)
    )
    await kept.bind(rejected)
    queue = await channel.declare_queue(
        topology.PROJECTOR.queue, durable=True, arguments=dict(topology.QUEUE_ARGUMENTS)
    )
    for binding in topology.PROJECTOR.bindings:
        await queue.bind(exchange, binding)
    return queue


async def main() -> None:
    """The part: settings from the environment, until SIGTERM or SIGINT."""
    settings = Settings.from_environment()
    logging.configure(settings.part, settings.log_level)
    stopping = asyncio.Event()
    loop = asyncio.get_running_loop()
    for number in (signal.SIGTERM, signal.SIGINT):
        loop.add_signal_handler(number, stopping.set)
    if not await turn.wait_for(settings, stopping.is_set):
        log.info("stopped")
        return
    projector = await Projector.open(settings)  # not before: its forerunner may put other files in place
    for number in (signal.SIGTERM, signal.SIGINT):
        loop.add_signal_handler(number, projector.stop)
    if stopping.is_set():
        projector.stop()
    try:
        await projector.run()
    finally:
        await projector.close()
        log.info("stopped")


if __name__ == "__main__":
    asyncio.run(main())
