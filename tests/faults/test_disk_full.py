"""A disk is full: what happens is defined, and survived. Nothing acknowledged is lost, reads go on, and once there is
room again all goes on by itself."""

import os
import signal
import subprocess
from collections.abc import Iterator
from pathlib import Path
from typing import Any

import httpx
import pytest
from pymongo import MongoClient
from pymongo.errors import PyMongoError

from deploy.node import store as stores
from tests.harness import until
from tests.harness.living import SERVICES, LivingNode, living_node

from . import everyday, interference, rooms
from .everyday import People
from .rooms import MEGABYTE, Room

pytestmark = pytest.mark.skipif(bool(rooms.why_not()), reason=rooms.why_not())

BACK_WITHIN = 120.0
SIZES = {"store": 64, "broker": 400, "read_model": 32, "log": 48}
"""In megabytes. The broker keeps a reserve of 200."""


@pytest.fixture(scope="module")
def disks(tmp_path_factory: pytest.TempPathFactory) -> Iterator[tuple[LivingNode, dict[str, Room]]]:
    place = tmp_path_factory.mktemp("small-disks")
    with rooms.rooms(place, SIZES) as found, living_node(place) as node:
        yield node, found


@pytest.fixture(scope="module")
def people(disks: tuple[LivingNode, dict[str, Room]]) -> People:
    node, _ = disks
    return People(node, node.key_of("koordinaattori@example.org", "coordinator", "FI1DC"))


@pytest.fixture(scope="module")
def event(people: People) -> str:
    with people.node.client(people.key) as client:
        until(lambda: client.get("/me").status_code == 200, limit=60, says="the key is known")
        return everyday.an_event(client)


def test_a_store_on_a_full_disk_ends_has_all_that_it_acknowledged_and_serves_again(tmp_path: Path) -> None:
    with rooms.room(tmp_path, 24) as disk:
        store = stores.start(tmp_path)
        try:
            acknowledged = _write_until_it_fails(store.uri)
            until(
                lambda: not interference.runs(store.pid),
                limit=20,
                says="the store ends, for somebody to start it again",
            )
        finally:
            store.stop()
        assert acknowledged > 0
        subprocess.run(["mount", "-o", "remount,size=64m", str(disk.folder)], check=True)
        store = stores.start(tmp_path, port=store.port)
        try:
            with _client(store.uri) as client:
                # one more may be there than was acknowledged
                assert client["test"]["records"].count_documents({}) in (acknowledged, acknowledged + 1)
                client["test"]["records"].insert_one({"_id": "afterwards"})
        finally:
            os.kill(store.pid, signal.SIGKILL)
            store.stop()


def _write_until_it_fails(uri: str) -> int:
    with _client(uri) as client:
        for number in range(3_000):
            try:
                client["test"]["records"].insert_one({"_id": number, "bytes": os.urandom(20_000)})
            except PyMongoError:
                return number
    raise AssertionError("the disk did not fill")


def _client(uri: str) -> MongoClient[dict[str, Any]]:
    return MongoClient(uri, w="majority", journal=True, timeoutMS=20_000, serverSelectionTimeoutMS=5_000)


@pytest.mark.full
def test_the_stores_disk_is_full(people: People, disks: tuple[LivingNode, dict[str, Room]], event: str) -> None:
    node, disk = disks
    until(node.is_well, limit=BACK_WITHIN, says="the node is well before")
    before, restarts = everyday.commands(event), node.part("store").restarts
    for command in before:
        people.insist(command)

    disk["store"].fill()
    given = everyday.commands(event)
    _write_until_it_fails(node.mongodb_uri)  # it has room left within its journal
    answers = people.say_all(given)
    until(lambda: node.part("store").restarts > restarts, limit=30, says="the store ended, and is started again")
    given_then = everyday.commands(event)
    answers += people.say_all(given_then)
    people.read_everything(event)
    wrong = [
        answer for answer in answers if answer.status not in (201, 202) and not everyday.is_a_refusal_to_repeat(answer)
    ]
    assert wrong == []
    assert [answer for answer in answers[len(given) :] if answer.status != 503] == []
    until(lambda: set(SERVICES) <= _missing(node), limit=30, says="readyz names the services")

    disk["store"].make_room()
    for command in (*given, *given_then):
        people.insist(command)
    until(node.is_well, limit=BACK_WITHIN, says="the node is well by itself")
    _all_there_once(people, [*before, *given, *given_then])


@pytest.mark.full
def test_the_brokers_disk_is_full(people: People, disks: tuple[LivingNode, dict[str, Room]], event: str) -> None:
    node, disk = disks
    until(node.is_well, limit=BACK_WITHIN, says="the node is well before")
    waiting = everyday.commands(event)
    with interference.hung(node, "relay"):
        for command in waiting:
            people.insist(command)
        restarts = node.part("broker").restarts
        disk["broker"].fill(leaving=20 * MEGABYTE)
        until(lambda: _is_blocked(people, event), limit=60, says="the broker takes no messages")

    # The relay goes on, with facts to publish, and can't.
    given = everyday.commands(event)
    answers = people.say_all(given)
    assert [answer for answer in answers if not everyday.is_a_refusal_to_repeat(answer)] == []
    assert max(answer.seconds for answer in answers) < 2, "known to be blocked, it is not waited for"
    people.read_everything(event)
    until(lambda: any("broker" in said for said in _warnings(node)), says="readyz tells why")
    assert "broker" in _missing(node)
    before = _pss(node.pid("relay"))
    until(lambda: "relay" in _missing(node), limit=30, says="the relay is not heard")
    disk["broker"].fill()  # to the last byte
    people.read_everything(event)
    assert _pss(node.pid("relay")) - before < 20 * MEGABYTE, "what can't be published piles up in the relay"

    disk["broker"].make_room()
    for command in given:
        people.insist(command)
    until(node.is_well, limit=BACK_WITHIN, says="the node is well by itself")
    assert node.part("broker").restarts == restarts
    _all_there_once(people, [*waiting, *given])


@pytest.mark.full
def test_the_read_models_disk_is_full(people: People, disks: tuple[LivingNode, dict[str, Room]], event: str) -> None:
    node, disk = disks
    until(node.is_well, limit=BACK_WITHIN, says="the node is well before")
    disk["read_model"].fill()
    given = [command for _ in range(5) for command in everyday.commands(event)]
    for command in given:
        answer = people.say(command)
        assert answer.status == command.status, answer
    until(lambda: "projector" in _missing(node), limit=30, says="readyz names the projector")
    people.read_everything(event)
    assert "files can't be written" in _says(node, "projector")

    disk["read_model"].make_room()
    until(node.is_well, limit=BACK_WITHIN, says="the node is well by itself")
    _all_there_once(people, given)


@pytest.mark.full
def test_the_logs_disk_is_full(people: People, disks: tuple[LivingNode, dict[str, Room]], event: str) -> None:
    node, disk = disks
    until(node.is_well, limit=BACK_WITHIN, says="the node is well before")
    restarts = {part.name: part.restarts for part in node.state().parts}
    disk["log"].fill()
    given = [command for _ in range(5) for command in everyday.commands(event)]
    for command in given:
        answer = people.say(command)
        assert answer.status == command.status, answer
        people.read_everything(event)
    _all_there_once(people, given)
    assert node.is_well()
    # A part that dies meanwhile comes back, log or no log.
    node.kill("events")
    until(lambda: node.part("events").restarts > restarts["events"], limit=30, says="its death is noticed")
    until(node.is_well, limit=BACK_WITHIN, says="it is well again")
    disk["log"].make_room()

    assert {part.name: part.restarts for part in node.state().parts} == {**restarts, "events": restarts["events"] + 1}
    size = node.log_size("gateway")
    people.read_everything(event)
    until(lambda: node.log_size("gateway") > size, says="the log goes on")


@pytest.mark.full
def test_the_one_disk_of_a_node_is_full_and_an_operator_is_warned_before(tmp_path: Path) -> None:
    with rooms.room(tmp_path, 600) as disk, living_node(tmp_path) as node:
        people = People(node, node.key_of("koordinaattori@example.org", "coordinator", "FI1DC"))
        with node.client(people.key) as client:
            until(lambda: client.get("/me").status_code == 200, limit=60, says="the key is known")
            event = everyday.an_event(client)
        status = node.malmi("status")
        assert "WARNING: the disk of the data folder is nearly full" in status.stdout
        assert status.returncode == 1
        before = everyday.commands(event)
        for command in before:
            people.insist(command)

        disk.fill()
        given = []
        for _ in range(4):
            more = everyday.commands(event)
            answers = people.say_all(more)
            given += more
            assert _wrong(answers) == []
            people.read_everything(event)
        assert node.process.poll() is None
        assert "WARNING" in node.malmi("status").stdout

        disk.make_room()
        for command in given:
            people.insist(command)
        until(node.is_well, limit=BACK_WITHIN, says="the node is well by itself")
        _all_there_once(people, [*before, *given])


def _wrong(answers: list[everyday.Answer]) -> list[everyday.Answer]:
    """Neither done nor a 503 as promised."""
    return [a for a in answers if a.status not in (201, 202) and not everyday.is_a_refusal_to_repeat(a)]


def _all_there_once(people: People, given: list[everyday.Command]) -> None:
    node = people.node
    for command in given:
        assert people.left_by(command) == 1, command
        if command.mail:
            node.mails.wait_for(command.mail, limit=60)
            assert len({mail["Message-ID"] for mail in node.mails.to(command.mail)}) == 1
    for command in given:
        if command.service == "actors":
            name = command.body["name"]["fi"]
            until(lambda name=name: _found(node, name) == 1, limit=30, says=f"{name} is found")
    assert everyday.failures(node) == {}
    assert everyday.dead_letters(node) == []


def _found(node: LivingNode, name: str) -> int:
    answer = httpx.get(f"{node.url}/api/v1/organisations", params={"q": name}, trust_env=False)
    return len(answer.json()["items"])


def _is_blocked(people: People, event: str) -> bool:
    """Asked by a command: the broker tells a connection that it is blocked when that publishes."""
    people.say(everyday.commands(event)[0])
    return any("broker" in said for said in _warnings(people.node))


def _missing(node: LivingNode) -> set[str]:
    return set((node.readiness()[1] or {}).get("missing", ()))


def _warnings(node: LivingNode) -> list[str]:
    return list((node.readiness()[1] or {}).get("warnings", ()))


def _says(node: LivingNode, part: str) -> str:
    parts = (node.readiness()[1] or {}).get("parts", ())
    return next((str(entry["says"]) for entry in parts if entry["part"] == part), "")


def _pss(pid: int) -> int:
    return sum(process.memory_full_info().pss for process in interference.family(pid))
