"""A whole node by ./malmi: up, status, a part killed, down, up again, its data still there."""

import json
import os
import re
import signal
import subprocess
from collections.abc import Callable, Iterator
from pathlib import Path
from typing import Any

import httpx
import pytest

from deploy.node import ports
from deploy.node.process import Identity, is_alive

ROOT = Path(__file__).parents[2]
OWN = {name: value for name, value in os.environ.items() if name not in ("AMQP_URI", "MONGODB_URI", "SMTP_URI")}
Until = Callable[[Callable[[], object], str], None]


class Node:
    def __init__(self, folder: Path, port: int) -> None:
        self.folder, self.port, self.said = folder, port, ""

    def malmi(self, *arguments: str, limit: float = 150) -> "subprocess.CompletedProcess[str]":
        command, *rest = arguments
        return subprocess.run(
            [ROOT / "malmi", command, *rest],
            capture_output=True,
            text=True,
            timeout=limit,
            check=False,
            env={**OWN, "MALMI_DATA": str(self.folder)},
        )

    def up(self, *arguments: str) -> "subprocess.CompletedProcess[str]":
        return self.malmi("up", "--detach", "--port", str(self.port), *arguments)

    def status(self) -> dict[str, Any]:
        told: dict[str, Any] = json.loads(self.malmi("status", "--json").stdout)
        return told

    def part(self, name: str) -> dict[str, Any]:
        found: dict[str, Any] = next(part for part in self.status()["parts"] if part["name"] == name)
        return found

    def processes(self) -> list[Identity]:
        state = self.status()
        return [Identity(**state["supervisor"]), *(Identity(**part["process"]) for part in state["parts"])]


def free_port(place: Path) -> int:
    return ports.choose(("gateway",), place)["gateway"]


@pytest.fixture(scope="module")
def node(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Node]:
    place = tmp_path_factory.mktemp("node")
    made = Node(place / "data", free_port(place))
    started = made.up("--region", "lappi", "--sample")
    assert started.returncode == 0, started.stdout + started.stderr
    made.said = started.stdout
    yield made
    made.malmi("down")


@pytest.mark.timeout(240)
def test_up_in_the_background_says_last_how_to_stop_it_and_nothing_of_ctrl_c(node: Node) -> None:
    assert "Ctrl-C" not in node.said
    assert re.search(r"^Ready after [0-9.]+ s\.$", node.said, re.MULTILINE)
    assert node.said.splitlines()[-1] == "It runs in the background: ./malmi status, ./malmi down"
    assert not [file for file in node.folder.iterdir() if "done" in file.name]


@pytest.mark.timeout(240)
def test_up_ends_with_a_table_and_addresses_that_answer(node: Node) -> None:
    again = node.up()

    assert again.returncode == 0
    assert "is running already" in again.stdout
    assert f"API                http://127.0.0.1:{node.port}/api/v1" in again.stdout
    addresses = dict(re.findall(r"^([A-Z].*?)  +(http\S+)$", again.stdout, re.MULTILINE))
    for name in ("Pages", "API documentation", "Calendar", "Ready?", "Mailbox", "Broker"):
        assert httpx.get(addresses[name], follow_redirects=True, trust_env=False).status_code == 200, name


def test_status_is_zero_and_names_every_part_while_all_are_well(node: Node) -> None:
    called = node.malmi("status")
    assert called.returncode == 0, called.stdout
    assert called.stdout.startswith("lappi: running since")
    assert {part["name"] for part in node.status()["parts"]} == {
        "epmd", "broker", "store", "mailbox", "actors", "events", "consortium", "notifications",
        "relay", "courier", "projector", "gateway",
    }  # fmt: skip


def test_the_sample_data_stands_in_the_public_calendar(node: Node, until: Until) -> None:
    def events() -> list[dict[str, Any]]:
        answer = httpx.get(f"http://127.0.0.1:{node.port}/api/v1/events", trust_env=False).json()
        found: list[dict[str, Any]] = answer["items"]
        return found

    until(lambda: len(events()) == 2, "both sample events are public")
    assert all("esimerkki" in event["title"]["fi"] for event in events())


@pytest.mark.timeout(150)
def test_the_operator_exports_and_erases_a_person_and_keeps_the_proof(node: Node) -> None:
    address = "Poistettava.Esimerkki@example.org"
    account = node.malmi("account", "add", address, "--name", "Poistettava Esimerkki").stdout.strip()
    exported = node.malmi("privacy", "export", address.upper().replace("EXAMPLE.ORG", "example.org"))
    assert exported.returncode == 0, exported.stderr
    found = json.loads(exported.stdout)
    assert [each["id"] for each in found["services"]["actors"]["records"]["accounts"]] == [account]
    seen = node.malmi("audit", "--person", account)
    assert "actors.open_personal_data" in seen.stdout
    assert "@" not in seen.stdout

    erased = node.malmi("privacy", "erase", "--yes", address)
    assert erased.returncode == 0, erased.stdout + erased.stderr
    assert "Nothing is left." in erased.stdout
    assert re.search(r"actors +accounts +\d+ +1 +0", erased.stdout), erased.stdout
    (proof,) = (node.folder / "proofs").iterdir()
    kept = json.loads(proof.read_text())
    assert (kept["left"], kept["erased"]["actors"]["accounts"]) == (0, 1)
    assert "esimerkki@example" not in proof.read_text().casefold()
    assert "@" not in (node.folder / "erasures.log").read_text()

    again = node.malmi("privacy", "reapply")
    assert (again.returncode, again.stdout.splitlines()[-1]) == (0, "1 erasures are known, 0 of them had come back")


@pytest.mark.timeout(60)
def test_a_part_that_is_killed_is_started_again_and_status_tells(node: Node, until: Until) -> None:
    before = node.part("events")

    os.kill(before["process"]["pid"], signal.SIGKILL)

    until(lambda: node.part("events")["restarts"] == before["restarts"] + 1, "the death is noticed")
    until(lambda: node.part("events")["state"] == "ready", "events is ready again")
    assert "SIGKILL" in node.part("events")["last_exit"]


@pytest.mark.timeout(120)
def test_a_node_that_was_stopped_leaves_no_process_and_finds_its_data_again(node: Node) -> None:
    account = node.malmi("account", "add", "pysyva@example.org").stdout.strip()
    processes = node.processes()

    stopped = node.malmi("down")

    assert (stopped.returncode, stopped.stdout) == (0, "Stopped.\n")
    assert [process for process in processes if is_alive(process)] == []
    assert node.malmi("status").returncode == 3

    assert node.up().returncode == 0
    assert node.malmi("account", "show", account).stdout.startswith(f"{account}  pysyva@example.org")


@pytest.mark.full
@pytest.mark.timeout(120)
def test_a_killed_supervisor_leaves_nothing_that_stops_the_next_start(node: Node) -> None:
    supervisor, *parts = node.processes()
    os.kill(supervisor.pid, signal.SIGKILL)

    started = node.up()

    assert started.returncode == 0, started.stdout + started.stderr
    assert [part for part in parts if is_alive(part)] == []


def test_a_port_that_another_program_has_is_one_line_and_makes_nothing(node: Node, tmp_path: Path) -> None:
    other = Node(tmp_path / "other", node.port)

    refused = other.up()

    assert refused.returncode == 1
    assert refused.stderr.startswith(f"malmi: port {node.port} is in use")
    assert refused.stderr.count("\n") == 1
    assert not other.folder.exists()


@pytest.mark.full
@pytest.mark.timeout(240)
def test_two_nodes_on_one_machine_do_not_collide(node: Node, tmp_path: Path) -> None:
    other = Node(tmp_path / "other", free_port(tmp_path))
    try:
        started = other.up("--region", "kainuu")
        assert started.returncode == 0, started.stdout + started.stderr
        assert (node.status()["healthy"], other.status()["healthy"]) == (True, True)
        assert other.status()["node"] == "kainuu"
    finally:
        other.malmi("down")
    assert node.status()["healthy"]
