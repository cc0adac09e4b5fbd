"""A slow consumer and a long backlog: 100,000 facts wait in an outbox, and then in a queue that nobody reads. Nobody
else suffers, memory stays flat, and all comes out in order without a gap.

The facts are states of one event's places, as sign-ups tell them. Meanwhile a client has a live stream open and reads
nothing of it.
"""

import socket
import sys
import time
from collections.abc import Iterator
from contextlib import contextmanager
from datetime import UTC, datetime
from itertools import pairwise
from typing import Any
from urllib.parse import urlsplit

import httpx
import pytest
from kombu import Connection

from services.contracts import identifiers
from services.contracts.envelope import Fact, format_time
from services.runtime import outbox, topology
from tests.harness import until
from tests.harness.living import LivingNode, living_node

from . import everyday, interference
from .everyday import People
from .journal import Journal

pytestmark = [pytest.mark.full, pytest.mark.timeout(1500)]

FACTS = 100_000
AT_ONCE = 1_000
DRAINED_WITHIN = 600.0
WAITED_FOR = 25.0
"""Seconds within which every command is answered by services that live: the gateway asks again for twenty, and the
last time waits for five."""
MEGABYTE = 1_000_000
MAY_GROW = {"relay": 60, "gateway": 60, "projector": 60, "events": 40, "actors": 40, "notifications": 40, "broker": 400}
"""Megabytes. The broker keeps some of a queue's messages in memory, and what it needs to find the others."""


@pytest.fixture(scope="module")
def node(tmp_path_factory: pytest.TempPathFactory) -> Iterator[LivingNode]:
    with living_node(tmp_path_factory.mktemp("backlog")) as living:
        Journal(living.amqp_uri).open()  # a consumer that reads nothing until the end
        yield living


def test_a_hundred_thousand_facts_that_wait_disturb_nobody_and_come_out_in_order(
    node: LivingNode, capsys: pytest.CaptureFixture[str]
) -> None:
    people = People(node, node.key_of("koordinaattori@example.org", "coordinator", "FI1DC"))
    with node.client(people.key) as client:
        until(lambda: client.get("/me").status_code == 200, limit=60, says="the key is known")
        event = everyday.an_event(client, capacity=1_000)
    for command in everyday.commands(event):
        people.insist(command)
    until(lambda: node.is_well() and _waiting(node) == 0, limit=60, says="nothing waits yet")
    memory = Memory(node)

    with _deaf_listener(node):
        with interference.hung(node, "projector"):
            with interference.hung(node, "relay"):
                seeded = _seed(node, event)
                assert _waiting(node) >= FACTS
            began = time.monotonic()
            pace = _everyday_life_until(lambda: _waiting(node) < 100, people, event, memory)
            published = time.monotonic() - began
            # but for the last ones, and those that the projector held when it stopped
            assert _in_queue(node, topology.PROJECTOR.queue) >= FACTS - 500
        began = time.monotonic()
        pace += _everyday_life_until(lambda: _in_queue(node, topology.PROJECTOR.queue) < 100, people, event, memory)
        projected = time.monotonic() - began

    with capsys.disabled():
        sys.stdout.write(
            f"\n{FACTS} facts: published {FACTS / published:.0f}/s, projected {FACTS / projected:.0f}/s\n"
            f"commands meanwhile: {len(pace)}, the longest {max(pace):.2f} s\n{memory}\n"
        )
    assert memory.grown_too_much() == {}
    assert max(pace) < WAITED_FOR
    until(lambda: _shown(node, event)["places"]["confirmed"] == FACTS, limit=60, says="the newest state is shown")
    until(node.is_well, limit=60, says="the node is well")
    assert everyday.failures(node) == {}
    _came_out_in_order(node, seeded)


def _shown(node: LivingNode, event: str) -> dict[str, Any]:
    record: dict[str, Any] = httpx.get(f"{node.url}/api/v1/events/{event}", trust_env=False).json()
    return record


def _came_out_in_order(node: LivingNode, seeded: list[str]) -> None:
    journal = Journal(node.amqp_uri)

    def read_all() -> bool:
        journal.read()
        return set(seeded) <= journal.facts.keys()

    until(read_all, limit=120, says="the slow consumer gets every fact")
    numbers = [journal.facts[identity].sequence or 0 for identity in seeded]
    assert all(later > earlier for earlier, later in pairwise(numbers)), "in the order of their commits"
    sequences = journal.sequences("events")
    assert sequences == list(range(sequences[0], sequences[0] + len(sequences)))


def _seed(node: LivingNode, event: str) -> list[str]:
    """Facts in the outbox of events, each as a commit of its own; their ids."""
    seeded: list[str] = []
    with node.database("events") as database:
        for start in range(0, FACTS, AT_ONCE):
            facts = [_places(event, number + 1) for number in range(start, start + AT_ONCE)]
            # what `put` writes for each, all at once
            commits = [document for fact in facts for document in outbox._documents([fact])]
            database[outbox.COLLECTION].insert_many(commits)
            seeded += [fact.id for fact in facts]
    return seeded


def _places(event: str, confirmed: int) -> Fact:
    now = datetime.now(UTC)
    data: dict[str, Any] = {
        "id": event,
        "home": "pohjois-karjala",
        "incarnation": 1,
        "version": 1_000 + confirmed,
        "state": "counted",
        "created": format_time(now),
        "changed": format_time(now),
        "capacity": FACTS,
        "confirmed": confirmed,
        "waiting": 0,
    }
    return Fact(
        id=identifiers.new_id(identifiers.FACT),
        type="events.places.changed",
        visibility="public",
        home="pohjois-karjala",
        subject=event,
        incarnation=1,
        version=1_000 + confirmed,
        time=now,
        data=data,
        correlation_id="backlog-of-places",
        causation_id="backlog-of-places",
    )


def _everyday_life_until(done: Any, people: People, event: str, memory: "Memory") -> list[float]:
    """People go on as ever; how long each of their commands took. Mails of those that don't stand behind the backlog
    arrive meanwhile."""
    pace: list[float] = []
    ends = time.monotonic() + DRAINED_WITHIN
    while not done():
        assert time.monotonic() < ends, "it does not drain"
        given = everyday.commands(event)
        answers = people.say_all(given)
        for command, answer in zip(given, answers, strict=True):
            assert answer.status == command.status or everyday.is_a_refusal_to_repeat(answer), answer
            people.insist(command)
        pace += [answer.seconds for answer in answers]
        people.read_everything(event)
        people.node.mails.wait_for(given[-1].mail, limit=120)
        memory.look()
    return pace


class Memory:
    """PSS of parts, in megabytes: at first, and the most that was seen."""

    def __init__(self, node: LivingNode) -> None:
        self._node = node
        self.first = self._now()
        self.most = dict(self.first)

    def look(self) -> None:
        self.most = {part: max(self.most[part], now) for part, now in self._now().items()}

    def grown_too_much(self) -> dict[str, float]:
        return {part: most for part, most in self.most.items() if most - self.first[part] > MAY_GROW[part]}

    def __str__(self) -> str:
        return "PSS (MB): " + ", ".join(
            f"{part} {self.first[part]:.0f} -> {self.most[part]:.0f}" for part in self.first
        )

    def _now(self) -> dict[str, float]:
        return {
            part: sum(process.memory_full_info().pss for process in interference.family(self._node.pid(part)))
            / MEGABYTE
            for part in MAY_GROW
        }


@contextmanager
def _deaf_listener(node: LivingNode) -> Iterator[None]:
    """A client that has opened a live stream, and never reads from it."""
    where = urlsplit(node.url)
    with socket.socket() as deaf:
        deaf.setsockopt(socket.SOL_SOCKET, socket.SO_RCVBUF, 4_096)
        deaf.connect((where.hostname, where.port))
        deaf.sendall(b"GET /api/v1/events/stream HTTP/1.1\r\nHost: localhost\r\n\r\n")
        assert deaf.recv(12) == b"HTTP/1.1 200"
        yield


def _waiting(node: LivingNode) -> int:
    with node.database("events") as database:
        return database[outbox.COLLECTION].estimated_document_count()


def _in_queue(node: LivingNode, queue: str) -> int:
    with Connection(node.amqp_uri, connect_timeout=10) as connection:
        return int(connection.default_channel.queue_declare(queue, passive=True).message_count)
