"""Live streams: how long until every listener has heard of a fact, and what the listeners cost."""

import asyncio
import json
import resource
import time
from collections.abc import Callable, Iterator
from dataclasses import dataclass, field
from functools import partial
from urllib.parse import urlsplit

import psutil

from services.contracts import identifiers
from tests.gateway.read_model import samples
from tests.harness import Facts

from .figures import Figure, Scale
from .memory import pss_of
from .site import Site
from .wrk import cpu_of

_FACTS = 20
_OPEN_LIMIT = 120.0


@dataclass(slots=True)
class _Heard:
    """By the number of a fact: when each listener had it (time.perf_counter)."""

    open: int = 0
    at: dict[int, list[float]] = field(default_factory=dict)


def live(site: Site, scale: Scale) -> Iterator[Figure]:
    """One gateway worker with so many listeners; facts are published as the relay does, one after the other."""
    gateway = psutil.Process(site.parts["gateway"].process.pid)
    _, most = resource.getrlimit(resource.RLIMIT_NOFILE)
    resource.setrlimit(resource.RLIMIT_NOFILE, (most, most))
    # What the first listeners of a worker cost is paid before it is measured.
    asyncio.run(_listen(site, 2, rounds=1))
    memory = pss_of([gateway])
    measured = asyncio.run(_listen(site, scale.listeners, rounds=_FACTS, gateway=gateway))
    longest = [max(times) for times in measured.delays]
    every = sorted(delay for times in measured.delays for delay in times)
    yield Figure(
        "a fact to all live listeners: p99 over listeners",
        _at(every, 0.99),
        "ms",
        details={
            "p50_ms": round(_at(every, 0.5), 1),
            "last_listener_ms": round(_at(sorted(longest), 0.5), 1),
            "listeners": scale.listeners,
            "facts": _FACTS,
            "cpu_us_per_listener_and_fact": round(measured.cpu * 1e6 / (_FACTS * scale.listeners), 1),
        },
    )
    yield Figure(
        "memory of a live listener",
        (measured.memory - memory) / scale.listeners / 1024,
        "KiB",
        details={"gateway_before_mib": round(memory / 2**20, 1), "gateway_with_mib": round(measured.memory / 2**20, 1)},
    )


@dataclass(frozen=True, slots=True)
class _Measured:
    """delays: of each fact, to each listener, in ms. memory: PSS in bytes with all of them open."""

    delays: list[list[float]]
    memory: int
    cpu: float


async def _listen(site: Site, listeners: int, rounds: int, gateway: psutil.Process | None = None) -> _Measured:
    heard = _Heard()
    tasks = [asyncio.create_task(_listener(site.url, heard)) for _ in range(listeners)]
    facts = await asyncio.to_thread(Facts, site.node.amqp_uri)
    try:
        await _holds(lambda: heard.open == listeners, f"{listeners} streams are open", tasks)
        memory = pss_of([gateway]) if gateway else 0
        cpu = cpu_of(gateway) if gateway else 0.0
        delays = []
        for number in range(rounds):
            heard.at[number] = []
            fact = samples.event(
                identifiers.new_id(identifiers.EVENT), title={"fi": f"Kuultu (esimerkki) nro={number}="}
            )
            began = time.perf_counter()
            await asyncio.to_thread(facts.publish, fact)
            times = heard.at[number]
            await _holds(partial(_are_there, times, listeners), "all have heard of it", tasks)
            delays.append([(at - began) * 1000 for at in times])
        return _Measured(delays, memory, (cpu_of(gateway) if gateway else 0.0) - cpu)
    finally:
        for task in tasks:
            task.cancel()
        await asyncio.gather(*tasks, return_exceptions=True)
        await asyncio.to_thread(facts.close)


async def _listener(url: str, heard: _Heard) -> None:
    where = urlsplit(url)
    reader, writer = await asyncio.open_connection(where.hostname, where.port)
    try:
        writer.write(f"GET /api/v1/events/stream?kind=event HTTP/1.1\r\nHost: {where.netloc}\r\n\r\n".encode())
        head = await reader.readuntil(b"\r\n\r\n")
        assert head.startswith(b"HTTP/1.1 200"), head
        await reader.readuntil(b": open")
        heard.open += 1
        while True:
            line = await reader.readline()
            if not line:
                return
            if line.startswith(b"data: "):
                title = json.loads(line[6:])["title"]["fi"]
                heard.at[int(title.split("=")[1])].append(time.perf_counter())
    finally:
        writer.close()


def _are_there(times: list[float], count: int) -> bool:
    return len(times) == count


async def _holds(condition: Callable[[], bool], says: str, tasks: list["asyncio.Task[None]"]) -> None:
    async with asyncio.timeout(_OPEN_LIMIT):
        while not condition():
            failed = [task for task in tasks if task.done()]
            assert not failed, f"before {says}: {failed[0].exception()!r}"
            await asyncio.sleep(0.005)


def _at(ranked: list[float], share: float) -> float:
    return ranked[min(len(ranked) - 1, int(len(ranked) * share))]
