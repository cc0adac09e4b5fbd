"""Which parts of the node live, what they say of themselves, and the numbers for Prometheus."""

import asyncio
import os
import time
from collections.abc import Iterable
from dataclasses import dataclass, field, replace
from datetime import UTC, datetime
from pathlib import Path
from typing import Any, Final, Self

import aio_pika
import falcon.asgi
import orjson
from aio_pika.abc import AbstractChannel, AbstractIncomingMessage, AbstractRobustConnection
from aio_pika.exceptions import AMQPError
from prometheus_client.core import GaugeMetricFamily, Metric

from gateway.dependencies import Dependencies, Resource, Route
from gateway.read_model.reader import ReadModelAway
from services.contracts.envelope import parse_time
from services.runtime import logging, topology
from services.runtime.heartbeat import Heartbeat

log = logging.get(__name__)

EXPECTED: Final = ("actors", "events", "consortium", "notifications", "relay", "courier", "projector")
"""Parts that must be heard before the node is ready. The gateway itself answers, so it lives."""
SILENT_AFTER: Final = 10.0
WORKS_FOR: Final = 3.5
"""Seconds after a heartbeat, of which there is one every two: less than a call is given, so that whoever goes on
waiting after a call without an answer (rpc.py) has heard the service since the call."""
CLOCKS_AGREE_WITHIN: Final = 3.5
"""Seconds. A call is given 4, by the caller's clock: a service whose clock differs by more refuses all as late."""
NEARLY_FULL: Final = 1_000_000_000
"""Bytes left of the data folder's disk, from which on an operator is warned."""
_FORGOTTEN_AFTER: Final = 60.0


@dataclass(slots=True)
class Parts:
    """What this worker heard of the other parts: the newest heartbeat of each process."""

    heard: dict[tuple[str, int], tuple[float, Heartbeat]] = field(default_factory=dict)

    def hear(self, beat: Heartbeat) -> None:
        now = time.monotonic()
        self.heard[beat.part, beat.pid] = (now, _judged(beat))
        for key, (at, _) in list(self.heard.items()):
            if now - at > _FORGOTTEN_AFTER:
                del self.heard[key]

    def works(self, part: str) -> bool:
        """Whether a process of this part said a moment ago that it can do its work."""
        since = time.monotonic() - WORKS_FOR
        return any(beat.ready and at >= since for (name, _), (at, beat) in self.heard.items() if name == part)

    def states(self) -> list[dict[str, Any]]:
        """One entry for each expected part, and each other that was heard, in order."""
        others = sorted({part for part, _ in self.heard} - set(EXPECTED))
        return [self._state(part) for part in (*EXPECTED, *others)]

    def _state(self, part: str) -> dict[str, Any]:
        now = time.monotonic()
        beats = [(now - at, beat) for (name, _), (at, beat) in self.heard.items() if name == part]
        fresh = [(age, beat) for age, beat in beats if age <= SILENT_AFTER]
        if not fresh:
            last = min((age for age, _ in beats), default=None)
            return {
                "part": part,
                "heard": False,
                "ready": False,
                "age": None if last is None else round(last, 1),
                "says": "not heard yet" if last is None else f"silent for {last:.0f} s",
                "details": {},
                "processes": [],
            }
        age, beat = min(fresh, key=_by_age)
        return {
            "part": part,
            "heard": True,
            "ready": all(beat.ready for _, beat in fresh),
            "age": round(age, 1),
            "says": beat.says,
            "details": beat.numbers,
            "processes": [
                {"pid": beat.pid, "age": round(age, 1), "ready": beat.ready} for age, beat in sorted(fresh, key=_by_age)
            ],
        }

    def collect(self) -> Iterable[Metric]:
        """For Prometheus: whether each part is heard, and the numbers of its heartbeats."""
        up = GaugeMetricFamily("malmi_part_ready", "1: heard and ready", labels=["part"])
        numbers: dict[str, GaugeMetricFamily] = {}
        for state in self.states():
            up.add_metric([state["part"]], float(state["ready"]))
            for name, value in state["details"].items():
                if not isinstance(value, int | float):
                    continue
                gauge = numbers.setdefault(
                    name,
                    GaugeMetricFamily(f"malmi_{name}", f"{name} as the part last said", labels=["part"]),
                )
                gauge.add_metric([state["part"]], float(value))
        yield up
        yield from numbers.values()


def _by_age(found: tuple[float, Heartbeat]) -> float:
    return found[0]


def _judged(beat: Heartbeat) -> Heartbeat:
    """A part whose clock is not ours is not ready, whatever it says. Raises ValueError for a time that is none."""
    ahead = (parse_time(beat.at) - datetime.now(UTC)).total_seconds()
    if abs(ahead) <= CLOCKS_AGREE_WITHIN:
        return beat
    says = f"its clock is {abs(ahead):.0f} s {'ahead of' if ahead > 0 else 'behind'} the gateway's"
    return replace(beat, ready=False, says="; ".join(filter(None, (says, beat.says))))


@dataclass(frozen=True, slots=True)
class Disk:
    """The disk of the data folder, in bytes."""

    free: int
    total: int

    @classmethod
    def of(cls, folder: Path) -> Self | None:
        """None when nobody can say."""
        try:
            found = os.statvfs(folder)
        except OSError:
            return None
        return cls(found.f_bavail * found.f_frsize, found.f_blocks * found.f_frsize)

    @property
    def nearly_full(self) -> bool:
        return self.free < NEARLY_FULL

    def collect(self) -> Iterable[Metric]:
        yield GaugeMetricFamily("malmi_disk_free_bytes", "left of the data folder's disk", value=float(self.free))


class Listener:
    """Hears the heartbeats of all parts, through a queue of its own that goes when it goes."""

    def __init__(self, amqp_uri: str, parts: Parts) -> None:
        self._amqp_uri, self._parts = amqp_uri, parts
        self._connection: AbstractRobustConnection | None = None
        self._channel: AbstractChannel | None = None
        self._task: asyncio.Task[None] | None = None

    @property
    def connected(self) -> bool:
        connection = self._connection
        return connection is not None and connection.connected.is_set() and not connection.is_closed

    async def start(self) -> None:
        self._task = asyncio.create_task(self._open())

    async def stop(self) -> None:
        if self._task is not None:
            self._task.cancel()
        if self._connection is not None:
            await self._connection.close()

    async def _open(self) -> None:
        while True:
            try:
                connection = await aio_pika.connect_robust(
                    self._amqp_uri,
                    timeout=5,
                    reconnect_interval=1,
                    client_properties={"connection_name": "gateway heartbeats"},
                )
                channel = await connection.channel()
                exchange = await channel.declare_exchange(
                    topology.HEARTBEATS, aio_pika.ExchangeType.FANOUT, durable=False
                )
                queue = await channel.declare_queue(exclusive=True, auto_delete=True)
                await queue.bind(exchange)
                await queue.consume(self._hear, no_ack=True)
            except (AMQPError, OSError, TimeoutError) as error:
                log.warning("broker away: no heartbeats heard", error=str(error))
                await asyncio.sleep(1)
            else:
                # The connection knows its channels by weak references: one that nobody holds is not opened again.
                self._connection, self._channel = connection, channel
                return

    async def _hear(self, message: AbstractIncomingMessage) -> None:
        try:
            self._parts.hear(Heartbeat.from_json(message.body))
        except ValueError as error:
            log.warning("this is no heartbeat", error=str(error))


class Healthz:
    """The process lives and answers; nothing else is asked."""

    async def on_get(self, request: falcon.asgi.Request, response: falcon.asgi.Response) -> None:
        response.content_type = "text/plain; charset=utf-8"
        response.set_header("Cache-Control", "no-store")
        response.text = "ok\n"


class Readyz(Resource):
    """Whether the node does its whole work: reads, broker, and every part heard and ready within 10 s."""

    async def on_get(self, request: falcon.asgi.Request, response: falcon.asgi.Response) -> None:
        reads = _can_read(self._deps)
        parts = self._deps.parts.states()
        missing = [state["part"] for state in parts if not (state["heard"] and state["ready"])]
        disk = Disk.of(self._deps.settings.data)
        blocked = self._deps.remote.blocked
        broker = self._deps.remote.connected and not blocked
        if not broker:
            missing.insert(0, "broker")
        if not reads:
            missing.insert(0, "read model")
        response.status = 503 if missing else 200
        if missing:
            response.set_header("Retry-After", "2")
        response.set_header("Cache-Control", "no-store")
        response.content_type = "application/json"
        response.data = orjson.dumps(
            {
                "ready": not missing,
                "node": self._deps.settings.node,
                "missing": missing,
                "reads": reads,
                "broker": broker,
                "disk": None if disk is None else {"free": disk.free, "total": disk.total},
                "warnings": _warnings(disk, blocked=blocked),
                # of the server, whose child this worker is: after a restart its forerunner may answer for a moment
                "gateway": {"pid": os.getppid()},
                "parts": parts,
            }
        )


def _warnings(disk: Disk | None, *, blocked: bool) -> list[str]:
    """What an operator should look at, in words; for itself no reason to take the node out of service."""
    found = []
    if blocked:
        found.append("the broker takes no messages: its disk or memory is nearly full")
    if disk is not None and disk.nearly_full:
        found.append(f"the disk of the data folder is nearly full: {disk.free / 1e6:.0f} MB left")
    return found


def _can_read(deps: Dependencies) -> bool:
    try:
        deps.reader.changed_at("event")
    except ReadModelAway as error:
        log.warning("the read model cannot be read", error=str(error))
        return False
    return True


class MetricsPage(Resource):
    """Numbers in the text format of Prometheus, of all workers together."""

    async def on_get(self, request: falcon.asgi.Request, response: falcon.asgi.Response) -> None:
        body, content_type = self._deps.metrics.page(self._gauges)
        response.content_type = content_type
        response.set_header("Cache-Control", "no-store")
        response.data = body

    def _gauges(self) -> Iterable[Metric]:
        yield from self._deps.parts.collect()
        disk = Disk.of(self._deps.settings.data)
        if disk is not None:
            yield from disk.collect()


def routes(deps: Dependencies) -> list[Route]:
    return [
        Route("/healthz", Healthz()),
        Route("/readyz", Readyz(deps)),
        Route("/metrics", MetricsPage(deps)),
    ]
