"""Runs the relay: `python -m services.runtime.relay`. SIGTERM stops it cleanly.

When the store or the broker is away it waits and tries again; facts stay in their outboxes meanwhile.
"""

import asyncio
import contextlib
import os
import socket
import sys
import uuid
from datetime import UTC

import aio_pika
from aio_pika.abc import AbstractIncomingMessage
from aio_pika.exceptions import AMQPError
from pymongo import AsyncMongoClient
from pymongo.errors import PyMongoError

from services.contracts.rpc import SERVICES
from services.runtime import heartbeat, logging, topology
from services.runtime.backpressure import BrokerBlocked, is_blocked
from services.runtime.cancelling import together, until_told
from services.runtime.relay.lease import LeaseLost
from services.runtime.relay.outlet import Outlet
from services.runtime.relay.publisher import declare
from services.runtime.settings import BadSettings, Settings
from services.runtime.store import SELECTION_TIMEOUT_MS, Document

log = logging.get(__name__)

LOOK_EVERY = 0.5
"""Seconds between looks into an outbox when no nudge comes."""
PAUSE_AFTER_ERROR = 1.0
CLOSE_WITHIN = 2.0


class Relay:
    """All outlets, each with its own task, woken by nudges."""

    def __init__(self, settings: Settings) -> None:
        self._settings = settings
        client: AsyncMongoClient[Document] = AsyncMongoClient(
            settings.mongodb_uri,
            appname="relay",
            tz_aware=True,
            tzinfo=UTC,
            w="majority",
            journal=True,
            serverSelectionTimeoutMS=SELECTION_TIMEOUT_MS,
            timeoutMS=20_000,
        )
        holder = f"{socket.gethostname()}:{os.getpid()}:{uuid.uuid4()}"
        self._outlets = {name: Outlet(name, client[settings.database_prefix + name], holder) for name in SERVICES}
        self._wake = {name: asyncio.Event() for name in SERVICES}
        self._failing: dict[str, str] = {}

    async def run(self) -> None:
        """Until cancelled."""
        connection = await _connect(self._settings.amqp_uri)
        async with connection:
            channel = await connection.channel(publisher_confirms=True)
            exchange = await declare(channel)
            await self._listen_for_nudges(channel)
            log.info("started")
            await together(
                heartbeat.beat(await connection.channel(), self._settings.part, self._state),
                *(self._empty(name, connection, exchange) for name in self._outlets),
            )

    async def close(self) -> None:
        """Gives the leases back, if the store answers."""
        try:
            async with asyncio.timeout(CLOSE_WITHIN):
                await asyncio.gather(*(outlet.close() for outlet in self._outlets.values()))
        except (PyMongoError, TimeoutError) as error:
            log.warning("leases not given back", error=type(error).__name__)

    async def _listen_for_nudges(self, channel: aio_pika.abc.AbstractChannel) -> None:
        nudges = await channel.declare_exchange(topology.NUDGES, aio_pika.ExchangeType.FANOUT, durable=False)
        queue = await channel.declare_queue(exclusive=True, auto_delete=True)
        await queue.bind(nudges)
        await queue.consume(self._nudged, no_ack=True)

    async def _nudged(self, message: AbstractIncomingMessage) -> None:
        wake = self._wake.get(message.body.decode(errors="replace"))
        if wake is not None:
            wake.set()

    async def _empty(
        self, name: str, connection: aio_pika.abc.AbstractConnection, exchange: aio_pika.abc.AbstractExchange
    ) -> None:
        while True:
            try:
                if is_blocked(connection):
                    raise BrokerBlocked
                await self._outlets[name].drain(exchange)
                self._failing.pop(name, None)
            except LeaseLost as error:
                log.warning("lease lost", service=name, error=str(error))
            except (PyMongoError, AMQPError, OSError, TimeoutError, RuntimeError, BrokerBlocked) as error:
                # RuntimeError: aio-pika's channel while it reconnects. The facts stay where they are.
                self._failing[name] = type(error).__name__
                log.warning("put off", service=name, error=f"{type(error).__name__}: {error}"[:300])
                await asyncio.sleep(PAUSE_AFTER_ERROR)
            await self._wait(self._wake[name])

    @staticmethod
    async def _wait(wake: asyncio.Event) -> None:
        with contextlib.suppress(TimeoutError):
            async with asyncio.timeout(LOOK_EVERY):
                await wake.wait()
        wake.clear()

    def _state(self) -> tuple[bool, dict[str, float], str]:
        numbers = {f"published_{name}": float(outlet.numbers.published) for name, outlet in self._outlets.items()}
        return not self._failing, numbers, ", ".join(f"{name}: {why}" for name, why in sorted(self._failing.items()))


async def _connect(amqp_uri: str) -> aio_pika.abc.AbstractRobustConnection:
    while True:
        try:
            return await aio_pika.connect_robust(
                amqp_uri, timeout=5, reconnect_interval=1, client_properties={"connection_name": "relay"}
            )
        except (AMQPError, OSError, TimeoutError) as error:
            log.warning("broker away", error=str(error))
            await asyncio.sleep(PAUSE_AFTER_ERROR)


async def _main(settings: Settings) -> None:
    relay = Relay(settings)
    await until_told(relay.run())
    await relay.close()
    log.info("stopped")


def main() -> int:
    """Exit codes: 0 stopped, 2 set up wrongly."""
    os.environ.setdefault("MALMI_PART", "relay")
    try:
        settings = Settings.from_environment()
    except BadSettings as error:
        sys.stderr.write(f"relay: {error}\n")
        return 2
    logging.configure(settings.part, settings.log_level)
    asyncio.run(_main(settings))
    return 0


if __name__ == "__main__":
    sys.exit(main())
