"""Ports that do not collide, and what a data folder keeps."""

import socket
import stat
from pathlib import Path

import pytest

from deploy.node import ports, preparation
from deploy.node.errors import NodeError
from deploy.node.folder import DataFolder, Setup
from deploy.node.process import Identity
from deploy.node.state import NodeState, PartState, read, write


def listener(port: int = 0, host: str = "127.0.0.1") -> socket.socket:
    server = socket.socket()
    server.setsockopt(socket.SOL_SOCKET, socket.SO_REUSEADDR, 1)
    server.bind((host, port))
    server.listen(1)
    return server


def test_a_port_that_somebody_listens_on_is_not_free() -> None:
    with listener() as server:
        port = server.getsockname()[1]
        assert not ports.is_free(port)
    assert ports.is_free(port)


def test_a_port_taken_on_all_addresses_is_not_free_on_this_one() -> None:
    with listener(host="0.0.0.0") as server:
        assert not ports.is_free(server.getsockname()[1])


def test_a_block_with_one_port_taken_is_passed_over(tmp_path: Path) -> None:
    chosen = ports.choose(("a", "b"), tmp_path)
    with listener(chosen["b"]):
        other = ports.choose(("a", "b"), tmp_path)
    assert not set(other.values()) & set(chosen.values())


def test_two_folders_get_different_ports(tmp_path: Path) -> None:
    first, second = (ports.choose(("a", "b"), tmp_path / name) for name in ("one", "two"))
    assert not set(first.values()) & set(second.values())


def test_the_next_free_port_is_found_after_one_that_is_taken() -> None:
    with listener() as server:
        port = server.getsockname()[1]
        assert ports.next_free(port) > port


def test_a_held_port_is_nobody_elses_until_the_gateway_listens_there() -> None:
    port, held = ports.hold_next(18_900)
    with held:
        assert not ports.is_free(port)
        with pytest.raises(OSError, match="in use"):
            ports.hold(port)
        with socket.socket() as gateway:
            gateway.setsockopt(socket.SOL_SOCKET, socket.SO_REUSEPORT, 1)  # as Granian does
            gateway.bind((ports.LOCALHOST, port))
            gateway.listen(5)
            for _ in range(20):  # the holder takes none of them
                with socket.create_connection((ports.LOCALHOST, port), timeout=5):
                    gateway.accept()[0].close()


def test_a_new_node_keeps_region_and_ports_and_a_second_start_finds_them(tmp_path: Path) -> None:
    folder = DataFolder(tmp_path / "node")
    setup = preparation.plan_setup(folder, "lappi", None)
    assert not folder.path.exists(), "planning changes nothing"
    preparation.prepare(folder, setup)

    assert preparation.plan_setup(folder, None, None) == setup


def test_an_inner_port_that_was_taken_meanwhile_is_chosen_anew(tmp_path: Path) -> None:
    folder = DataFolder(tmp_path / "node")
    setup = preparation.plan_setup(folder, None, None)
    preparation.prepare(folder, setup)
    with listener(setup.ports["store"]):
        again = preparation.plan_setup(folder, None, None)
    assert again.ports["gateway"] == setup.ports["gateway"]
    assert setup.ports["store"] not in again.ports.values()


def test_a_port_asked_for_that_another_program_has_is_refused_and_nothing_is_made(tmp_path: Path) -> None:
    folder = DataFolder(tmp_path / "node")
    with listener() as server:
        port = server.getsockname()[1]
        with pytest.raises(NodeError, match=f"port {port} is in use"):
            preparation.plan_setup(folder, None, port)
    assert not folder.path.exists()


def test_a_folder_of_one_region_is_not_made_another_regions_node(tmp_path: Path) -> None:
    folder = DataFolder(tmp_path / "node")
    preparation.prepare(folder, preparation.plan_setup(folder, "kainuu", None))
    with pytest.raises(NodeError, match="is the node of kainuu"):
        preparation.plan_setup(folder, "lappi", None)


def test_a_folder_with_other_files_is_not_taken_for_a_data_folder(tmp_path: Path) -> None:
    (tmp_path / "thesis.odt").touch()
    with pytest.raises(NodeError, match="not empty"):
        preparation.plan_setup(DataFolder(tmp_path), None, None)


def test_secrets_are_made_once_and_only_their_owner_can_read_them(tmp_path: Path) -> None:
    folder = DataFolder(tmp_path / "node")
    folder.make()

    first = folder.secrets(("relay",))
    second = folder.secrets(("relay", "gateway"))

    assert second.malmi_secret == first.malmi_secret
    assert second.broker_passwords["relay"] == first.broker_passwords["relay"]
    assert second.broker_passwords["gateway"] not in ("", first.broker_passwords["relay"])
    assert len(bytes.fromhex(first.malmi_secret)) == 32
    assert stat.S_IMODE((folder.path / "secrets.json").stat().st_mode) == 0o600
    assert stat.S_IMODE(folder.path.stat().st_mode) == 0o700
    assert first.malmi_secret not in repr(first)


def test_the_incarnation_of_a_new_node_is_one_and_what_a_restore_wrote_is_kept(tmp_path: Path) -> None:
    folder = DataFolder(tmp_path)
    assert folder.incarnation() == 1
    (tmp_path / "incarnation").write_text("4\n")
    assert folder.incarnation() == 4


def test_only_one_supervisor_gets_a_folder(tmp_path: Path) -> None:
    folder = DataFolder(tmp_path / "node")
    assert not folder.is_running()
    folder.make()
    assert folder.lock() is not None
    assert folder.lock() is None
    assert folder.is_running()


def test_a_setup_that_cannot_be_read_is_told_with_its_path(tmp_path: Path) -> None:
    (tmp_path / "node.json").write_text("{")
    with pytest.raises(NodeError, match=r"node\.json"):
        DataFolder(tmp_path).setup()


def test_a_setup_comes_back_as_it_was_kept(tmp_path: Path) -> None:
    setup = Setup("lappi", {"gateway": 8080})
    DataFolder(tmp_path).keep(setup)
    assert DataFolder(tmp_path).setup() == setup


def test_a_state_comes_back_as_it_was_written_and_half_of_one_is_none(tmp_path: Path) -> None:
    file = tmp_path / "state.json"
    known = NodeState(
        node="lappi",
        supervisor=Identity(1, 2.5),
        phase="running",
        since="2026-11-22T05:00:00+00:00",
        urls={"API": "http://127.0.0.1:8080/api/v1"},
        parts=(PartState("store", "ready", Identity(3, 4.5)), PartState("relay", "restarting", last_exit="why")),
    )
    write(file, known)
    assert read(file) == known

    file.write_text(file.read_text()[:50])
    assert read(file) is None
    assert [path.name for path in tmp_path.iterdir()] == ["state.json"], "no temporary file stays"
