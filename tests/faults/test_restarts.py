"""malmi restart while people sign up and read: no request fails, nothing is lost or done twice."""

import threading
import time
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass, field

import httpx
import pytest

from tests.harness import until
from tests.harness.living import LivingNode

from . import reckoning
from .crowd import Crowd
from .journal import Journal


@dataclass(slots=True)
class Readers:
    """People who read the calendar: one by a new connection each time, two that keep theirs and hardly pause.
    wrong: what no reader should get."""

    node: LivingNode
    read: int = 0
    wrong: list[str] = field(default_factory=list)
    _leaving: threading.Event = field(default_factory=threading.Event)

    @contextmanager
    def reading(self) -> Iterator[None]:
        threads = [threading.Thread(target=run, daemon=True) for run in (self._come_anew, self._stay, self._stay)]
        for thread in threads:
            thread.start()
        try:
            yield
        finally:
            self._leaving.set()
            for thread in threads:
                thread.join(30)

    def _come_anew(self) -> None:
        while not self._leaving.wait(0.02):
            with self.node.client() as client:
                self._read(client)

    def _stay(self) -> None:
        with self.node.client() as client:
            while not self._leaving.wait(0.005):
                self._read(client)

    def _read(self, client: httpx.Client) -> None:
        try:
            answer = client.get("/events", params={"limit": "10"})
        except httpx.TransportError as error:
            self.wrong.append(repr(error))
            return
        self.read += 1
        if answer.status_code != 200:
            self.wrong.append(f"{answer.status_code} {answer.text[:200]}")


def restart_under_load(node: LivingNode, key: str, seed: int, *parts: str) -> Crowd:
    """No request fails, and each process of the parts is another one afterwards."""
    until(node.is_well, limit=60, says="the node is well before the restart")
    before = {part.name: part for part in node.state().parts}
    readers = Readers(node)
    with readers.reading(), Crowd(node, key, seed=seed) as crowd:
        until(lambda: len(crowd.signed_up) >= 5, limit=30, says="people sign up")
        done = node.malmi("restart", *parts, limit=300)
        assert done.returncode == 0, done.stdout + done.stderr
        signed_up = len(crowd.signed_up)
        until(lambda: len(crowd.signed_up) > signed_up + 5, limit=30, says="people sign up afterwards")
    assert (crowd.troubles, crowd.wrong, readers.wrong) == ([], [], []), done.stdout
    assert readers.read > 20
    restarted = {line.split()[0] for line in done.stdout.splitlines() if "restarted" in line}
    for part in node.state().parts:
        was = before[part.name]
        assert (part.process != was.process) == (part.name in restarted)
        assert part.restarts == was.restarts, f"{part.name} died"
    return crowd


def all_is_right(node: LivingNode, crowd: Crowd, journal: Journal) -> None:
    reckoning.come_to_rest(node, journal)
    reckoning.every_sign_up_is_there_once(crowd)
    reckoning.every_mail_went_out(crowd, 0)
    reckoning.the_read_model_equals_the_services(node)


@pytest.mark.timeout(300)
def test_a_service_and_the_gateway_are_restarted_without_a_failed_request(
    living: LivingNode, coordinator_key: str, journal: Journal
) -> None:
    crowd = restart_under_load(living, coordinator_key, time.time_ns() % 1_000_000, "events", "gateway")
    all_is_right(living, crowd, journal)


@pytest.mark.full
@pytest.mark.timeout(600)
def test_every_part_is_restarted_one_after_the_other_without_a_failed_request(
    living: LivingNode, coordinator_key: str, journal: Journal
) -> None:
    for turn in range(3):
        crowd = restart_under_load(living, coordinator_key, time.time_ns() % 1_000_000 + turn)
        all_is_right(living, crowd, journal)


def test_a_restart_names_the_parts_that_there_are(living: LivingNode) -> None:
    refused = living.malmi("restart", "nobody")
    assert refused.returncode == 1
    assert "no part nobody here; there are: epmd, broker, store, actors" in refused.stderr
