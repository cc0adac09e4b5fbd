"""docker-compose.yml against what the node is: parts, settings, files. No container engine is needed."""

import re
import stat
from pathlib import Path
from typing import Any

import pytest
import yaml

from deploy.node import regions
from deploy.node.containers import write_settings
from deploy.node.errors import NodeError
from deploy.node.parts import OURS, SETTINGS
from services.runtime import topology
from services.runtime.settings import Settings

ROOT = Path(__file__).parents[2]
VARIABLE = re.compile(r"\$\{(\w+):-([^}]*)\}")


@pytest.fixture(scope="module")
def compose() -> dict[str, Any]:
    loaded: dict[str, Any] = yaml.safe_load((ROOT / "docker-compose.yml").read_text())
    return loaded


def settings_in(folder: Path, part: str) -> dict[str, str]:
    """What env_file gives a part: the node's file, then its own."""
    lines = "".join((folder / f"{name}.env").read_text() for name in ("node", part)).splitlines()
    pairs = (line.split("=", 1) for line in lines)
    return {name: value.removeprefix("'").removesuffix("'") for name, value in pairs}


def test_every_part_of_a_node_stands_in_it_with_its_command(compose: dict[str, Any]) -> None:
    assert set(compose["services"]) == {"broker", "store", "mailbox", *OURS}
    for part, command in OURS.items():
        assert compose["services"][part]["command"] == list(command)


def test_every_part_is_given_the_nodes_settings_and_its_own(compose: dict[str, Any]) -> None:
    for part in OURS:
        files = [VARIABLE.sub(r"\2", file) for file in compose["services"][part]["env_file"]]
        assert files == ["./.malmi-containers/node.env", f"./.malmi-containers/{part}.env"]


def test_every_part_waits_for_a_healthy_broker_and_store(compose: dict[str, Any]) -> None:
    for part in OURS:
        needs = compose["services"][part]["depends_on"]
        assert needs == {name: {"condition": "service_healthy"} for name in ("broker", "store")}
    assert all("healthcheck" in compose["services"][name] for name in ("broker", "store", "gateway"))


def test_files_that_are_mounted_are_there_or_are_written_by_the_command(
    compose: dict[str, Any], tmp_path: Path
) -> None:
    written = {path.name for path in write_settings(tmp_path, regions.load("lappi"), {})}
    for volume in compose["services"]["broker"]["volumes"]:
        source = VARIABLE.sub(r"\2", volume).split(":")[0]
        if source.startswith("./.malmi-containers/"):
            assert Path(source).name in written
        elif source.startswith("."):
            assert (ROOT / source).is_file(), source


def test_nothing_listens_beyond_this_machine(compose: dict[str, Any]) -> None:
    published = [port for service in compose["services"].values() for port in service.get("ports", [])]
    assert published
    assert all(port.startswith("127.0.0.1:") for port in published)


def test_the_image_holds_what_its_file_copies() -> None:
    copied = re.findall(r"^COPY (?!--from)(\S+)", (ROOT / "deploy/docker/Dockerfile").read_text(), re.MULTILINE)
    allowed = (ROOT / ".dockerignore").read_text().splitlines()
    assert copied
    for path in copied:
        assert (ROOT / path).exists(), path
        assert f"!{path}" in allowed


def test_the_names_of_settings_are_those_that_the_parts_read() -> None:
    source = (ROOT / "services/runtime/settings.py").read_text()
    assert set(re.findall(r'read\.\w+\(\s*"(\w+)"', source)) == set(SETTINGS)


@pytest.mark.parametrize("part", OURS)
def test_a_part_in_a_container_understands_its_settings(part: str, tmp_path: Path) -> None:
    write_settings(tmp_path, regions.load("pohjois-karjala"), {"MALMI_PUBLIC_URL": "https://malmi.example.org/"})

    settings = Settings.from_environment(settings_in(tmp_path, part))

    assert settings.part == part
    assert settings.regions == ("FI1DC",)
    assert settings.public_url == "https://malmi.example.org"
    assert re.fullmatch(rf"amqp://{part}:\w+@broker:5672/malmi", settings.amqp_uri)
    assert settings.mongodb_uri == "mongodb://store:27017/?directConnection=true"
    assert settings.smtp_uri == "smtp://mailbox:1025"
    assert settings.data == Path("/data")


def test_a_broker_store_and_mail_server_of_ones_own_win(tmp_path: Path) -> None:
    own = {"AMQP_URI": "amqp://me:pw@mq/x", "MONGODB_URI": "mongodb://db/", "SMTP_URI": "smtps://mail"}
    write_settings(tmp_path, regions.load("s3p"), own)

    given = settings_in(tmp_path, "relay")

    assert {name: given[name] for name in own} == own


def test_secrets_stay_when_settings_are_written_again_and_nobody_else_can_read_them(tmp_path: Path) -> None:
    write_settings(tmp_path, regions.load("lappi"), {})
    first = settings_in(tmp_path, "gateway")
    write_settings(tmp_path, regions.load("lappi"), {"MALMI_WORKERS": "2"})
    second = settings_in(tmp_path, "gateway")

    assert second == {**first, "MALMI_WORKERS": "2"}
    assert stat.S_IMODE(tmp_path.stat().st_mode) == 0o700
    assert stat.S_IMODE((tmp_path / "gateway.env").stat().st_mode) == 0o600


def test_a_setting_that_an_env_file_cannot_hold_is_refused(tmp_path: Path) -> None:
    with pytest.raises(NodeError, match="MAIL_FROM"):
        write_settings(tmp_path, regions.load("lappi"), {"MAIL_FROM": "o'brien@example.org"})


def test_every_part_has_rights_on_the_broker_and_none_has_all() -> None:
    assert set(topology.RIGHTS) == set(OURS)
    for rights in topology.RIGHTS.values():
        assert ".*" not in (rights.configure, rights.write, rights.read)
