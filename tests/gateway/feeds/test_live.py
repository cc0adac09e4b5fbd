"""Live streams over HTTP: order, replay, filters, heartbeats, slow readers, an orderly end."""

import asyncio
import re
import socket
import sqlite3
import time
from collections.abc import Callable
from dataclasses import dataclass, field
from datetime import UTC, datetime
from pathlib import Path

import httpx
import orjson
import psutil
import pytest

from gateway.feeds import live
from gateway.read_model.filters import StreamFilter
from gateway.read_model.projection import Projection
from gateway.read_model.stream import StreamReader
from services.contracts import identifiers
from tests.gateway.http import serving
from tests.gateway.read_model import samples
from tests.gateway.read_model.samples import taken

from .conftest import Site


@dataclass(slots=True)
class Heard:
    """What a stream said. events: (id, type, data)."""

    events: list[tuple[int, str, dict[str, object]]] = field(default_factory=list)
    comments: list[str] = field(default_factory=list)


async def listen(
    url: str, until: Callable[[Heard], bool], *, opened: Callable[[], None] = lambda: None, last: int | None = None
) -> Heard:
    """Reads a stream until it said enough; `opened` is called when it is there."""
    heard = Heard()
    headers = {} if last is None else {"Last-Event-ID": str(last)}
    async with (
        asyncio.timeout(25),
        httpx.AsyncClient(timeout=30) as client,
        client.stream("GET", url, headers=headers) as answer,
    ):
        assert answer.status_code == 200
        assert answer.headers["Content-Type"].startswith("text/event-stream")
        block: dict[str, str] = {}
        async for line in answer.aiter_lines():
            if line:
                name, _, value = line.partition(":")
                block[name] = value.strip()
                continue
            if "" in block:
                heard.comments.append(block[""])
                if block[""] == "open":
                    await asyncio.to_thread(opened)
            if "event" in block:
                heard.events.append((int(block["id"]), block["event"], orjson.loads(block["data"])))
            block = {}
            if until(heard):
                return heard
    raise AssertionError(f"the stream ended: {heard}")


def fresh() -> str:
    return identifiers.new_id(identifiers.EVENT)


def test_facts_are_told_in_order_as_they_happen_and_again_from_where_a_client_was(site: Site) -> None:
    event = fresh()

    def happen() -> None:
        site.apply(samples.event(event))
        site.apply(samples.places(event, 1), samples.event(event, version=2, state="cancelled"))

    url = f"{site.url}/api/v1/events/stream"
    heard = asyncio.run(listen(url, lambda heard: len(heard.events) == 3, opened=happen))
    assert [kind for _, kind, _ in heard.events] == [
        "events.event.published",
        "events.places.changed",
        "events.event.published",
    ]
    assert [data["id"] for _, _, data in heard.events] == [event] * 3
    assert heard.events[1][2]["confirmed"] == 1
    assert heard.events[2][2]["state"] == "cancelled"
    positions = [position for position, _, _ in heard.events]
    assert positions == sorted(set(positions))
    replayed = asyncio.run(listen(url, lambda heard: len(heard.events) == 2, last=positions[0]))
    assert replayed.events == heard.events[1:]


def test_a_stream_tells_only_what_its_filter_takes(site: Site) -> None:
    inside, outside, organisation = fresh(), fresh(), identifiers.new_id(identifiers.ORGANISATION)

    def happen() -> None:
        site.apply(
            samples.event(outside, regions=["FI1DC"]),
            samples.organisation(organisation, regions=["FI1D8"]),
            samples.event(inside, regions=["FI1D8"], themes=["skills"]),
            samples.event(inside, regions=["FI1DC"], themes=["skills"], version=2),
        )

    url = f"{site.url}/api/v1/events/stream?region=FI1D8&kind=event&theme=skills,funding"
    heard = asyncio.run(listen(url, lambda heard: len(heard.events) == 2, opened=happen))
    assert [(data["id"], data["version"]) for _, _, data in heard.events] == [(inside, 1), (inside, 2)]
    assert httpx.get(f"{site.url}/api/v1/events/stream?kind=session").status_code == 400


def test_a_stream_takes_the_filters_of_the_calendar_and_tells_what_enters_and_leaves_them(site: Site) -> None:
    """words, from, to, state; of places by their event; of a withdrawn record by what it was."""
    moved, other, early, organisation = fresh(), fresh(), fresh(), identifiers.new_id(identifiers.ORGANISATION)
    title = {"fi": "Räjäytysturvallisuus tunneleissa (esimerkki)"}
    later = datetime(2027, 9, 1, 8, tzinfo=UTC)

    def happen() -> None:
        site.apply(samples.event(other), samples.event(early, title=title, begins=datetime(2027, 1, 1, tzinfo=UTC)))
        site.apply(samples.event(moved, title=title), samples.organisation(organisation, name="Tunneleissa Oy"))
        site.apply(samples.places(other, 1), samples.places(moved, 1), samples.places(moved, 2, version=2))
        site.apply(samples.event(moved, title=title, state="cancelled", version=2))
        site.apply(samples.event(moved, title=title, state="cancelled", version=3))
        site.apply(samples.event(moved, title=title, version=4))
        site.apply(samples.event(moved, title=title, version=5, begins=later))
        site.apply(samples.event(moved, title=title, version=6, begins=later))
        site.apply(samples.event(moved, title=title, version=7))
        site.apply(samples.withdrawn(moved, version=8), samples.withdrawn(other, version=2))
        site.apply(samples.event(early, title=title, version=2))

    url = f"{site.url}/api/v1/events/stream?q=tunneleissa+rajayty&from=2027-02-01&to=2027-08-31&state=published"
    heard = asyncio.run(listen(url, lambda heard: any(data["id"] == early for *_, data in heard.events), opened=happen))
    told = [(data["id"], kind.split(".")[1], data["version"]) for _, kind, data in heard.events]
    assert told == [
        (moved, "event", 1),
        (moved, "places", 1),
        (moved, "places", 2),
        (moved, "event", 2),  # leaves state=published; version 3 was outside and stays outside
        (moved, "event", 4),
        (moved, "event", 5),  # leaves to=2027-08-31
        (moved, "event", 7),
        (moved, "event", 8),  # withdrawn
        (early, "event", 2),
    ]


@pytest.mark.parametrize("query", ["q=", "from=tomorrow", "to=1", "state=draft"])
def test_a_stream_refuses_what_the_list_refuses(site: Site, query: str) -> None:
    assert site.get(f"/api/v1/events?{query}").status_code == 400
    assert site.get(f"/api/v1/events/stream?{query}").status_code == 400


def test_a_log_of_an_earlier_version_gives_way_and_its_readers_get_a_reset(tmp_path: Path) -> None:
    database = sqlite3.connect(tmp_path / "stream.db")
    database.execute("CREATE TABLE entry (position INTEGER PRIMARY KEY, data BLOB NOT NULL)")
    database.execute("CREATE TABLE span (before INTEGER NOT NULL)")
    database.execute("INSERT INTO span VALUES (7)")
    database.execute("PRAGMA user_version = 1")
    database.commit()
    database.close()
    projection = Projection(tmp_path, languages=("fi",), public_url="https://malmi.example")
    event = fresh()
    projection.apply([taken(samples.event(event))])
    reader = StreamReader(tmp_path / "stream.db")
    assert not reader.reaches(7)
    assert [entry.told.traits[0].state for entry in reader.after(7, 10)] == ["published"]
    reader.close()
    projection.close()


@pytest.mark.parametrize("last", [1, 10**17])
def test_a_position_that_the_log_does_not_reach_gives_a_reset_and_then_what_is_new(site: Site, last: int) -> None:
    event = fresh()
    url = f"{site.url}/api/v1/events/stream"
    heard = asyncio.run(
        listen(
            url,
            lambda heard: len(heard.events) == 2,
            opened=lambda: site.apply(samples.event(event)),
            last=last,
        )
    )
    assert [kind for _, kind, _ in heard.events] == ["reset", "events.event.published"]
    assert heard.events[1][2]["id"] == event


def test_a_quiet_stream_shows_that_it_lives_and_keeps_the_clients_place(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(live, "HEARTBEAT", 0.2)
    projection = Projection(tmp_path, languages=("fi",), public_url="https://malmi.example")

    async def hear() -> list[str]:
        said = []
        watch = live.Watch(tmp_path / "stream.db")
        stream = live.stream(watch, StreamFilter(kinds=frozenset({"news"})), asyncio.Event(), None)
        async with asyncio.timeout(10):
            async for event in stream:
                if not said:
                    projection.apply([taken(samples.event(fresh()))])
                said.append(event.serialize().decode())
                if len(said) == 4:
                    break
        await stream.aclose()  # type: ignore[attr-defined]
        assert watch.streams == 0
        return said

    said = asyncio.run(hear())
    assert all(re.fullmatch(r": still here\nid: \d+\n\n", text) for text in said[1:]), said
    first, last = (int(re.search(r"id: (\d+)", text)[1]) for text in (said[0], said[-1]))  # type: ignore[index]
    assert last == first + 1
    projection.close()


def test_streams_end_when_the_worker_is_told_to_stop_and_the_client_takes_up_where_it_was(tmp_path: Path) -> None:
    projection = Projection(tmp_path / "read_model", languages=("fi",), public_url="https://malmi.example")
    gateway = serving.start(tmp_path, "amqp://nobody:nothing@127.0.0.1:1/malmi")
    event = fresh()

    async def hear() -> tuple[bytes, float]:
        async with (
            httpx.AsyncClient(timeout=30) as client,
            client.stream("GET", f"{gateway.url}/api/v1/events/stream") as answer,
        ):
            said, parts = b"", answer.aiter_bytes()
            async for part in parts:
                said += part
                if b": open" in said and b"event:" not in said:
                    projection.apply([taken(samples.event(event))])
                elif b"\n\n" in said.partition(b"event:")[2]:
                    break
            began = time.monotonic()
            stopping = asyncio.create_task(asyncio.to_thread(gateway.stop))
            async for part in parts:
                said += part
            assert await stopping == 0
            return said, time.monotonic() - began

    said, took = asyncio.run(hear())
    assert event.encode() in said
    assert took < 8
    projection.close()


@pytest.mark.full
@pytest.mark.timeout(120)
def test_a_reader_that_reads_nothing_costs_no_memory(tmp_path: Path) -> None:
    projection = Projection(tmp_path / "read_model", languages=("fi",), public_url="https://malmi.example")
    gateway = serving.start(tmp_path, "amqp://nobody:nothing@127.0.0.1:1/malmi")
    address = httpx.URL(gateway.url)
    slow = []
    try:
        for _ in range(20):
            connection = socket.create_connection((address.host, address.port))
            connection.setsockopt(socket.SOL_SOCKET, socket.SO_RCVBUF, 4_096)
            connection.sendall(b"GET /api/v1/events/stream HTTP/1.1\r\nHost: malmi.example\r\n\r\n")
            slow.append(connection)
        worker = max(psutil.Process(gateway.process.pid).children(), key=lambda child: child.memory_info().rss)
        description = {"fi": "Esimerkki " * 1_500}
        summary = {"fi": "Esimerkki " * 90}
        before = 0
        for number in range(1, 13):
            batch = [samples.event(fresh(), summary=summary, description=description) for _ in range(200)]
            projection.apply([taken(fact) for fact in batch])
            asyncio.run(listen(f"{gateway.url}/api/v1/events/stream", lambda heard: bool(heard.comments)))
            if number == 6:
                before = worker.memory_info().rss
        grown = worker.memory_info().rss - before
        # 20 readers x 1,200 facts x 1.9 kB would be 45 MB
        assert grown < 12_000_000, f"{grown / 1e6:.1f} MB"
    finally:
        for connection in slow:
            connection.close()
        gateway.stop()
        projection.close()
