"""From what was asked to a plan that can be started; and from a state file to how the node is now."""

import os
import shutil
from dataclasses import replace
from typing import Any

from . import ports as free_ports
from . import regions
from .errors import NodeError
from .folder import PORTS, DataFolder, Setup
from .parts import BROKER_USERS, OURS, Plan, heard, role
from .probes import fetch_json
from .state import NodeState

DEFAULT_REGION = "pohjois-karjala"
DEFAULT_PORT = 8080
NEARLY_FULL = 1_000_000_000
"""Bytes left, as in gateway/health.py."""


def plan_setup(folder: DataFolder, region: str | None, port: int | None) -> Setup:
    """What this node will be, without changing anything yet.

    Raises NodeError when the folder is another region's node, or the port is taken by another program.
    """
    kept = folder.setup() if folder.path.exists() else None
    if kept is None and folder.path.is_dir() and not _may_become_a_node(folder):
        raise NodeError(f"{folder.path} is no data folder of Malmi and is not empty: choose another with --data")
    wanted = region or (kept.region if kept else DEFAULT_REGION)
    slug = regions.load(wanted).slug
    if kept and regions.load(kept.region).slug != slug:
        raise NodeError(f"{folder.path} is the node of {kept.region}: choose another folder with --data for {wanted}")
    gateway = _gateway_port(kept, port)
    inner = {name: number for name, number in kept.ports.items() if name != "gateway"} if kept else {}
    if set(inner) != set(PORTS) or not all(map(free_ports.is_free, inner.values())):
        inner = _inner_ports(folder, gateway)
    return Setup(kept.region if kept else wanted, {"gateway": gateway, **inner})


def _may_become_a_node(folder: DataFolder) -> bool:
    return all(entry.name in ("run", "log") for entry in folder.path.iterdir())


def _gateway_port(kept: Setup | None, asked: int | None) -> int:
    port = asked or (kept.ports["gateway"] if kept else None)
    if port is None:
        return free_ports.next_free(DEFAULT_PORT)
    if not free_ports.is_free(port):
        whose = "" if asked else ", which this node keeps,"
        raise NodeError(f"port {port}{whose} is in use by another program: stop that, or choose another with --port")
    return port


def _inner_ports(folder: DataFolder, gateway: int) -> dict[str, int]:
    try:
        chosen = free_ports.choose(PORTS, folder.path, avoid=(gateway, gateway + 1))
    except OSError as error:
        raise NodeError(str(error)) from error
    beside = gateway + 1  # people look into the mailbox: beside the gateway it is found without a search
    return {**chosen, "mailbox": beside} if free_ports.is_free(beside) else chosen


def prepare(folder: DataFolder, setup: Setup) -> Plan:
    """Makes the folder and what is in it. Raises NodeError."""
    folder.make()
    folder.keep(setup)
    return Plan(
        folder=folder,
        setup=setup,
        region=regions.load(setup.region),
        secrets=folder.secrets(BROKER_USERS),
        incarnation=folder.incarnation(),
        environment=os.environ,
    )


def with_heartbeats(state: NodeState, folder: DataFolder) -> NodeState:
    """The supervisor's view, and which of the parts of ours the gateway hears now."""
    setup = folder.setup()
    if setup is None or state.phase != "running":
        return state
    status, body = fetch_json(f"http://{free_ports.LOCALHOST}:{setup.ports['gateway']}/readyz", 3.0)
    said = heard(body)

    def hears(part: str, pid: int) -> bool:
        return bool(status) if part == "gateway" else pid in said.get(role(part), ())

    parts = tuple(
        replace(part, state="starting", last_exit=part.last_exit or "not heard by the gateway")
        if part.state == "ready" and part.process and role(part.name) in OURS and not hears(part.name, part.process.pid)
        else part
        for part in state.parts
    )
    return replace(state, parts=parts, warnings=_warnings(body, folder))


def _warnings(readiness: Any, folder: DataFolder) -> tuple[str, ...]:
    """As the gateway tells them; while it does not answer, whether the disk has room left."""
    if isinstance(readiness, dict):
        return tuple(readiness.get("warnings", ()))
    free = shutil.disk_usage(folder.path).free
    return (f"the disk of the data folder is nearly full: {free / 1e6:.0f} MB left",) if free < NEARLY_FULL else ()
