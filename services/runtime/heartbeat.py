"""Every part says every two seconds that it lives, and how much waits in it. The gateway listens for /readyz.

Heartbeats are transient messages: a lost one costs nothing, and a broker that is away silences all, which is true.
"""

import asyncio
import os
from collections.abc import Callable
from dataclasses import asdict, dataclass, field
from datetime import UTC, datetime
from typing import Any, Self

import aio_pika
import orjson
from aio_pika.exceptions import AMQPError

from services.contracts.envelope import format_time

from . import logging, topology

log = logging.get(__name__)

EVERY = 2.0


@dataclass(frozen=True, slots=True)
class Heartbeat:
    """part: its name. at: RFC 3339, UTC. ready: it can do its work. numbers: e.g. {"outbox_waiting": 3}."""

    part: str
    pid: int
    at: str
    ready: bool
    numbers: dict[str, float] = field(default_factory=dict)
    says: str = ""

    def to_json(self) -> bytes:
        return orjson.dumps(asdict(self))

    @classmethod
    def from_json(cls, body: bytes) -> Self:
        """Raises ValueError for what is no heartbeat."""
        try:
            return cls(**orjson.loads(body))
        except TypeError as error:
            raise ValueError(f"no heartbeat: {error}") from error


def beat_of(part: str, *, ready: bool, numbers: dict[str, float], says: str = "") -> Heartbeat:
    """A heartbeat of this process, now."""
    return Heartbeat(part, os.getpid(), format_time(datetime.now(UTC)), ready, numbers, says)


async def beat(
    channel: aio_pika.abc.AbstractChannel, part: str, state: Callable[[], tuple[bool, dict[str, float], str]]
) -> None:
    """Publishes a heartbeat every two seconds until cancelled. `state` gives (ready, numbers, says)."""
    exchange: Any = None
    while True:
        try:
            if exchange is None:
                exchange = await channel.declare_exchange(
                    topology.HEARTBEATS, aio_pika.ExchangeType.FANOUT, durable=False
                )
            ready, numbers, says = state()
            body = beat_of(part, ready=ready, numbers=numbers, says=says).to_json()
            await exchange.publish(aio_pika.Message(body, content_type="application/json"), routing_key="")
        except (AMQPError, OSError, RuntimeError) as error:
            log.warning("heartbeat not sent", error=str(error))
        await asyncio.sleep(EVERY)
