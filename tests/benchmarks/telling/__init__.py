"""Telling people: one event to ten thousand by mail and to a thousand webhooks, and the mail that one person waits for
meanwhile."""

import threading
import time
from collections.abc import Callable, Iterator
from dataclasses import dataclass, field
from typing import TypeVar

import psutil

from tests.benchmarks import processor
from tests.benchmarks.calendar_of_events import coordinator, published
from tests.benchmarks.figures import Figure, Scale
from tests.benchmarks.load import Connection, milliseconds
from tests.benchmarks.site import Site
from tests.harness import until

from . import bare, seeded
from .ends import Ends, running_ends

T = TypeVar("T")

RAW_SHARE = 5
"""The bare senders send a fifth as many: their rate needs no more."""
SIGN_UPS_A_SECOND = 4.0


def telling(site: Site, scale: Scale) -> Iterator[Figure]:
    """Webhooks first; then mails: on a quiet node one by one, and while ten thousand go out."""
    with running_ends(site.node.folder / "ends") as ends:
        site.stop("courier")
        site.parts["courier"] = site.node.start_part(
            "courier", "courier", {"SMTP_URI": f"smtp://127.0.0.1:{ends.smtp_port}"}
        )
        key = coordinator(site)
        place = published(site, key, 1)[0]
        _signed_up(site, ends, place, "warm", 3, lambda: False)
        yield from _hooks(site, ends, key, scale.webhooks)
        yield from _quiet(site, ends, place, 10 if scale.name == "tiny" else 60)
        seeded.subscribers(site, scale.subscribers)
        yield from _mails(site, ends, key, scale.subscribers)
        yield from _mails_and_sign_ups(site, ends, key, place, scale.subscribers)


def _hooks(site: Site, ends: Ends, key: str, count: int) -> Iterator[Figure]:
    seeded.webhooks(site, count, ends.http_port)
    run = _measured(site, lambda: _told(site, ends, key, "hooks", count))
    seeded.end_webhooks(site)
    raw = bare.hooks(ends.http_port, ends.first("hooks"), max(count // RAW_SHARE, 10), 16)
    yield from _figures(f"one event to {count:,} webhooks", run, count, raw, "")


def _quiet(site: Site, ends: Ends, place: str, count: int) -> Iterator[Figure]:
    delays = _signed_up(site, ends, place, "quiet", count, lambda: False)
    yield Figure(
        "a sign-up's answer to its mail, quiet node", milliseconds(delays)["p50_ms"], "ms", details=milliseconds(delays)
    )


def _mails(site: Site, ends: Ends, key: str, count: int) -> Iterator[Figure]:
    ends.forget_first("mails")
    run = _measured(site, lambda: _told(site, ends, key, "mails", count, whose="tilaaja-"))
    raw = bare.mails(ends.smtp_port, ends.first("mails"), max(count // RAW_SHARE, 10), 4)
    yield from _figures(f"one event to {count:,} by mail", run, count, raw, "10,000 in 120 s: 83 a second")


def _mails_and_sign_ups(site: Site, ends: Ends, key: str, place: str, count: int) -> Iterator[Figure]:
    delays: list[float] = []
    over = threading.Event()
    meanwhile = threading.Thread(
        target=lambda: delays.extend(_signed_up(site, ends, place, "busy", 10_000, over.is_set))
    )
    meanwhile.start()
    try:
        seconds = _told(site, ends, key, "mails", count, whose="tilaaja-")
    finally:
        over.set()
        meanwhile.join()
    details = {**milliseconds(delays), "sign_ups": len(delays), "mails_a_second": round(count / seconds, 1)}
    yield Figure("a sign-up's answer to its mail, while all are told", details["p50_ms"], "ms", details=details)


def _told(site: Site, ends: Ends, key: str, kind: str, count: int, whose: str = "") -> float:
    """Publishes an event; the seconds until all have been told of it. Waits until each is marked as told as well."""
    began = time.time()
    published(site, key, 1)

    def arrived() -> list[float]:
        return [moment for moment, address in ends.since(kind, began) if address.startswith(whose)]

    until(lambda: _slowly(lambda: len(arrived()) >= count), limit=60 + count / 5, says=f"all {kind} have come")
    took = max(arrived()) - began
    until(lambda: _slowly(lambda: seeded.waiting(site) == 0), limit=60, says=f"all {kind} are marked")
    return took


def _slowly(condition: Callable[[], T]) -> T:
    """Looking costs the same processor that is measured."""
    time.sleep(0.5)
    return condition()


def _signed_up(site: Site, ends: Ends, place: str, mark: str, at_most: int, over: Callable[[], bool]) -> list[float]:
    """Signs people up at a steady pace; seconds from each answer to its mail."""
    client = Connection(site.port)
    answered: dict[str, float] = {}
    following = time.monotonic()
    while len(answered) < at_most and not over():
        address = f"{mark}-{len(answered)}@example.org"
        answer = client.post(f"/events/{place}/sign-ups", {"name": "Esimerkki", "email": address, "language": "fi"})
        answered[address] = time.time()
        assert answer.status == 201, answer.body
        following += 1 / SIGN_UPS_A_SECOND
        time.sleep(max(0.0, following - time.monotonic()))
    client.close()
    until(lambda: answered.keys() <= ends.arrived("mails").keys(), limit=120, says="every sign-up's mail has come")
    arrived = ends.arrived("mails")
    return [max(0.0, arrived[address] - moment) for address, moment in answered.items()]


@dataclass(slots=True)
class _Run:
    """seconds, processor time by part, and the most memory (PSS, MiB) of each part meanwhile."""

    seconds: float = 0.0
    used: dict[str, float] = field(default_factory=dict)
    memory: dict[str, float] = field(default_factory=dict)


def _measured(site: Site, work: Callable[[], float]) -> _Run:
    run, over = _Run(), threading.Event()

    def watch() -> None:
        while not over.wait(1.0):
            for name, size in _memory(site).items():
                run.memory[name] = max(size, run.memory.get(name, 0.0))

    before = processor.seconds_of(site)
    run.memory = _memory(site)
    watching = threading.Thread(target=watch)
    watching.start()
    try:
        run.seconds = work()
    finally:
        over.set()
        watching.join()
    run.used = processor.used(before, processor.seconds_of(site))
    return run


def _memory(site: Site) -> dict[str, float]:
    pids = {name: site.parts[name].process.pid for name in ("courier", "notifications", "events")}
    if site.node.store is not None:
        pids["store"] = site.node.store.pid
    return {name: psutil.Process(pid).memory_full_info().pss / 2**20 for name, pid in pids.items()}


def _figures(name: str, run: _Run, count: int, raw: float, aim: str) -> Iterator[Figure]:
    peaks = {f"{part}_mib": round(size, 1) for part, size in run.memory.items()}
    yield Figure(name, count / run.seconds, "/s", raw=raw, aim=aim, details={"seconds": round(run.seconds, 1)})
    cost = processor.each(run.used, count)
    yield Figure(f"processor time of each, {name}", cost.pop("all_ms"), "ms", details=cost)
    yield Figure(f"most memory of the courier, {name}", peaks.pop("courier_mib"), "MiB", details=peaks)
