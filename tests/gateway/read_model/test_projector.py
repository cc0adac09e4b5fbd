"""The projector on a real broker: nothing is lost, nothing is applied twice, whatever dies in between."""

import asyncio
import os
import sqlite3
import subprocess
import sys
from collections.abc import Callable, Iterator
from pathlib import Path

import aio_pika
import orjson
import pytest

from deploy.node.broker import BrokerHandle
from gateway.read_model.filters import Filter
from gateway.read_model.reader import Reader
from gateway.read_model.rebuild import control
from gateway.read_model.rebuild.__main__ import main as rebuild_command
from services.contracts import identifiers
from services.contracts.envelope import Fact
from services.runtime import topology
from services.runtime.heartbeat import Heartbeat
from tests.gateway.http.responder import Responder
from tests.harness.waiting import until

from . import samples
from .projecting import ProjectorProcess, publish, snapshots_of, waiting_in

Start = Callable[[Path], ProjectorProcess]


def events(count: int) -> list[Fact]:
    return [samples.event(identifiers.new_id(identifiers.EVENT)) for _ in range(count)]


@pytest.fixture
def reader(tmp_path: Path) -> Iterator[Reader]:
    reader = Reader(tmp_path / "read_model")
    yield reader
    reader.close()


def shows(reader: Reader, *facts: Fact) -> bool:
    return all(reader.version_of("event", fact.subject) == (fact.incarnation, fact.version) for fact in facts)


def test_facts_of_the_broker_are_shown_and_acknowledged(
    projectors_broker: BrokerHandle, start_projector: Start, tmp_path: Path, reader: Reader
) -> None:
    projector = start_projector(tmp_path)
    facts = events(300)
    asyncio.run(publish(projectors_broker.uri, *facts))
    until(lambda: shows(reader, *facts), says="all facts are shown")
    assert len(reader.page(Filter("event"), 200).items) == 200
    assert projector.stop() == 0
    assert asyncio.run(waiting_in(projectors_broker.uri, "facts.projector")) == 0


def test_facts_that_come_while_the_projector_is_killed_and_away_are_shown_once_it_is_back(
    projectors_broker: BrokerHandle, start_projector: Start, tmp_path: Path, reader: Reader
) -> None:
    projector = start_projector(tmp_path)
    facts = events(1_500)
    asyncio.run(publish(projectors_broker.uri, *facts[:1_000]))
    until(lambda: shows(reader, facts[0]), says="it is at work")
    projector.kill()
    asyncio.run(publish(projectors_broker.uri, *facts[1_000:]))
    start_projector(tmp_path)
    until(lambda: shows(reader, *facts), says="all facts are shown")
    stream = sqlite3.connect(tmp_path / "read_model" / "stream.db")
    assert stream.execute("SELECT count(*), count(DISTINCT fact_id) FROM entry").fetchone() == (1_500, 1_500)
    stream.close()


def test_what_is_no_fact_goes_to_the_dead_letters_and_holds_up_nothing(
    projectors_broker: BrokerHandle, start_projector: Start, tmp_path: Path, reader: Reader
) -> None:
    start_projector(tmp_path)
    before = asyncio.run(waiting_in(projectors_broker.uri, topology.UNDECODABLE_QUEUE))
    good = events(2)
    broken = ("public.events.event.published", b"{no json")
    unknown = samples.fact("events.programme.changed", good[0].subject, {"state": "published"})
    asyncio.run(publish(projectors_broker.uri, good[0], broken, unknown, good[1]))
    until(lambda: shows(reader, *good), says="the facts around it are shown")

    def dead() -> int:
        return asyncio.run(waiting_in(projectors_broker.uri, topology.UNDECODABLE_QUEUE))

    until(lambda: dead() == before + 1, says="exactly the one message is a dead letter")


def test_while_the_file_is_locked_nothing_is_acknowledged_and_then_all_is_shown(
    projectors_broker: BrokerHandle, start_projector: Start, tmp_path: Path, reader: Reader
) -> None:
    projector = start_projector(tmp_path)
    first, *rest = events(4)
    asyncio.run(publish(projectors_broker.uri, first))
    until(lambda: shows(reader, first))
    settle(reader)
    other = sqlite3.connect(tmp_path / "read_model" / "public.db", isolation_level=None)
    other.execute("BEGIN IMMEDIATE")
    asyncio.run(publish(projectors_broker.uri, *rest))
    until(lambda: projector.says("can't write the read model"), says="it says so")
    assert not shows(reader, rest[0])
    other.execute("ROLLBACK")
    other.close()
    until(lambda: shows(reader, *rest), says="the facts are shown")


def test_credentials_of_the_node_arrive_and_restricted_events_do_not(
    projectors_broker: BrokerHandle, start_projector: Start, tmp_path: Path, reader: Reader
) -> None:
    start_projector(tmp_path)
    digest = os.urandom(32).hex()
    session = samples.session(identifiers.new_id(identifiers.SESSION), digest)
    restricted = samples.event(identifiers.new_id(identifiers.EVENT), visibility="members")
    (last,) = events(1)
    asyncio.run(publish(projectors_broker.uri, session, restricted, last))
    until(lambda: shows(reader, last))
    assert reader.session_by_hash(digest) is not None
    assert reader.version_of("event", restricted.subject) is None


def test_the_heartbeat_says_how_far_it_is(
    projectors_broker: BrokerHandle, start_projector: Start, tmp_path: Path
) -> None:
    async def heard() -> Heartbeat:
        connection = await aio_pika.connect(projectors_broker.uri)
        async with connection:
            channel = await connection.channel()
            exchange = await channel.declare_exchange(topology.HEARTBEATS, aio_pika.ExchangeType.FANOUT, durable=False)
            queue = await channel.declare_queue(exclusive=True)
            await queue.bind(exchange)
            async with queue.iterator(timeout=15) as messages:
                async for message in messages:
                    beat = Heartbeat.from_json(message.body)
                    if beat.part == "projector" and beat.ready:
                        return beat
        raise AssertionError

    start_projector(tmp_path)
    beat = asyncio.run(heard())
    assert {"lag_seconds", "records", "facts", "unknown_facts", "last_fact_at"} <= set(beat.numbers)


def test_the_read_model_is_rebuilt_while_facts_come_and_readers_notice(
    projectors_broker: BrokerHandle, services: Responder, start_projector: Start, tmp_path: Path, reader: Reader
) -> None:
    start_projector(tmp_path)
    known, late = events(7), events(40)
    organisation = samples.organisation(identifiers.new_id(identifiers.ORGANISATION))
    gone = samples.event(identifiers.new_id(identifiers.EVENT))
    asyncio.run(publish(projectors_broker.uri, *known, organisation, samples.withdrawn(gone.subject, version=2)))
    until(lambda: shows(reader, *known) and reader.version_of("event", gone.subject) == (1, 2))
    settle(reader)
    services.answer("actors.snapshot", snapshots_of(organisation))
    restricted = samples.event(identifiers.new_id(identifiers.EVENT), visibility="members")
    pages = snapshots_of(*known, restricted)

    def while_facts_come(call: object) -> object:
        if late:
            asyncio.run_coroutine_threadsafe(
                publish(projectors_broker.uri, *[late.pop() for _ in range(10)]), asyncio.get_running_loop()
            )
        return pages(call)

    sent = list(late)
    services.answer("events.snapshot", while_facts_come)
    generation = (tmp_path / "read_model" / "public.db").readlink()
    asked = subprocess.run(
        [sys.executable, "-m", "gateway.read_model.rebuild"],
        env={
            **os.environ,
            "MALMI_PART": "malmi",
            "MALMI_NODE": "pohjois-karjala",
            "MALMI_DATA": str(tmp_path),
            "MALMI_SECRET": "00" * 32,
            "AMQP_URI": "amqp://nobody@127.0.0.1:1/",
        },
        capture_output=True,
        text=True,
        timeout=60,
        check=False,
    )
    assert asked.returncode == 0, asked.stdout + asked.stderr
    report = control.read_report(tmp_path / "read_model")
    assert report is not None
    assert report.state == "done"
    assert report.records["event"] == 8
    assert report.tombstones == 1
    assert report.rows >= 9
    assert (report.differing, report.differences) == (0, ())
    assert (tmp_path / "read_model" / "public.db").readlink() != generation
    until(lambda: shows(reader, *known, *sent), says="readers see what was there and what came meanwhile")
    asyncio.run(publish(projectors_broker.uri, gone))
    (last,) = events(1)
    asyncio.run(publish(projectors_broker.uri, last))
    until(lambda: shows(reader, last), says="facts go to the new file")
    assert reader.one("event", gone.subject) is None
    until(lambda: len(list((tmp_path / "read_model").glob("public.*.db"))) == 1, says="the old file is removed")


def settle(reader: Reader) -> None:
    """The rebuild of new files, which every fresh projector does by itself, is over."""
    folder = reader.folder
    until(lambda: (report := control.read_report(folder)) is not None and report.state == "done")


def test_a_rebuild_mends_and_reports_what_the_live_file_has_wrong(
    projectors_broker: BrokerHandle, services: Responder, start_projector: Start, tmp_path: Path, reader: Reader
) -> None:
    projector = start_projector(tmp_path)
    right, lost, surplus = events(3)
    asyncio.run(publish(projectors_broker.uri, right, surplus))
    until(lambda: shows(reader, right, surplus))
    settle(reader)
    assert projector.stop() == 0
    broken = sqlite3.connect(tmp_path / "read_model" / "public.db")
    broken.execute(
        "UPDATE text SET body = '{}' WHERE key = (SELECT key FROM shown WHERE ref LIKE ?)", (f"{right.subject}%",)
    )
    broken.commit()
    broken.close()
    start_projector(tmp_path)
    services.answer("events.snapshot", snapshots_of(right, lost))
    assert rebuild_command(tmp_path / "read_model") == 0
    report = control.read_report(tmp_path / "read_model")
    assert report is not None
    found = {(entry["ref"].partition("@")[0], entry["what"]) for entry in report.differences}
    assert found == {(right.subject, "shown"), (lost.subject, "missing"), (surplus.subject, "surplus")}
    until(lambda: reader.one("event", lost.subject) is not None, says="the lost one is there")
    mended = reader.one("event", right.subject)
    assert mended is not None
    assert orjson.loads(mended.body)["id"] == right.subject
    assert reader.one("event", surplus.subject) is None


def test_a_rebuild_that_a_service_does_not_answer_leaves_everything_as_it_was(
    projectors_broker: BrokerHandle, services: Responder, start_projector: Start, tmp_path: Path, reader: Reader
) -> None:
    projector = start_projector(tmp_path)
    (fact,) = events(1)
    asyncio.run(publish(projectors_broker.uri, fact))
    until(lambda: shows(reader, fact))
    settle(reader)
    services.answer("consortium.snapshot", RuntimeError("broken"))
    generation = (tmp_path / "read_model" / "public.db").readlink()
    assert rebuild_command(tmp_path / "read_model") == 1
    report = control.read_report(tmp_path / "read_model")
    assert report is not None
    assert report.state == "failed"
    assert "consortium" in report.error
    assert (tmp_path / "read_model" / "public.db").readlink() == generation
    assert len(list((tmp_path / "read_model").glob("public.*.db"))) == 1
    assert reader.one("event", fact.subject) is not None
    assert projector.process.poll() is None


def test_new_files_are_filled_from_the_services_without_being_asked(
    services: Responder, start_projector: Start, tmp_path: Path, reader: Reader
) -> None:
    (fact,) = events(1)

    def start_later(call: object) -> object:
        return snapshots_of(fact)(call)  # type: ignore[arg-type]

    projector = None
    services.answer("events.snapshot", start_later)
    projector = start_projector(tmp_path)
    services.answer("events.snapshot", start_later)
    until(lambda: shows(reader, fact), says="the service's record is shown")
    assert projector.stop() == 0


def test_the_projector_comes_back_when_the_broker_does(
    start_projector: Start, projectors_broker: BrokerHandle, tmp_path: Path, reader: Reader
) -> None:
    """The broker closes every connection, as it does when it restarts."""
    start_projector(tmp_path)
    facts = events(2)
    asyncio.run(publish(projectors_broker.uri, facts[0]))
    until(lambda: shows(reader, facts[0]))
    close_connections(projectors_broker)
    asyncio.run(publish(projectors_broker.uri, facts[1]))
    until(lambda: shows(reader, facts[1]), limit=30, says="it consumes again")


def close_connections(handle: BrokerHandle) -> None:
    import httpx

    account = handle.accounts["operator"]
    with httpx.Client(base_url=handle.management_url, auth=(account.name, account.password)) as client:

        def of_projector() -> list[str]:
            found = client.get("/api/connections").json()
            return [entry["name"] for entry in found if entry.get("user") == "projector"]

        for name in until(of_projector, says="the management plugin knows the connection"):
            client.delete(f"/api/connections/{name}").raise_for_status()
