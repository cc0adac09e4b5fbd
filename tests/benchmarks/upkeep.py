"""What a node costs its operator: the rebuild of the read model, the start, and what it takes while nothing happens."""

import os
import signal
import socket
import subprocess
import sys
import time
from collections.abc import Iterable, Iterator
from contextlib import contextmanager
from pathlib import Path
from typing import Any

import httpx
import psutil
from pymongo import MongoClient

from deploy.node.folder import DataFolder
from deploy.node.state import NodeState
from gateway.read_model.rebuild import control
from gateway.read_model.rebuild.control import Report
from services.contracts.envelope import parse_time
from services.runtime.documents import BUCKETS
from tests.harness import until
from tests.harness.node import ROOT

from . import made_up
from .figures import Figure, Scale
from .memory import pss_of
from .site import PARTS, Site

_QUIET = 15.0
_INSERTED_AT_ONCE = 1_000
_OF_OTHERS = ("AMQP_URI", "MONGODB_URI", "SMTP_URI")


def rebuild(site: Site, scale: Scale) -> Iterator[Figure]:
    """`malmi rebuild`, from the services' snapshots. The records are written to the services' stores as documents: by
    commands that would take hours."""
    organisations = list(made_up.organisations(scale))
    events = list(made_up.events(scale, tuple(str(entry["id"]) for entry in organisations)))
    _insert(site, "actors", "organisations", organisations)
    _insert(site, "events", "events", [{**entry, "block": entry["id"].replace("evt_", "blk_")} for entry in events])
    folder = site.node.folder / "read_model"
    projector = psutil.Process(site.parts["projector"].process.pid)
    # The first fills the read model, and waits in vain for facts of records that no service told of; the second is one
    # as an operator asks for: it also compares row by row with what is live.
    _rebuilt(folder, projector)
    report, seconds, highest = _rebuilt(folder, projector)
    records = sum(report.records.values())
    assert records >= scale.actors + scale.events, report
    assert report.differing == 0, report
    yield Figure(
        "rebuild of the read model",
        seconds,
        "s",
        details={
            "records": records,
            "records_per_second": round(records / seconds),
            "equal_rows": report.equal,
            "projector_peak_mib": round(highest / 2**20),
        },
    )


def _rebuilt(folder: Path, projector: psutil.Process) -> tuple[Report, float, int]:
    """The report, how long it took, and the projector's highest memory meanwhile (RSS, bytes)."""
    identity, began, highest = control.ask(folder), time.monotonic(), 0
    while (report := _report(folder, identity)) is None:
        highest = max(highest, projector.memory_info().rss)
        time.sleep(0.1)
    assert report.state == "done", report
    return report, time.monotonic() - began, highest


def start(site: Site, scale: Scale) -> Iterator[Figure]:
    """`malmi up` on a machine that is set up, first on a new data folder and then again; then the node is let alone."""
    site.stop(*PARTS)
    folder = DataFolder(site.node.folder / "own")
    port = _free_port()
    for name in ("on a new data folder", "again"):
        began = time.monotonic()
        with _up(folder, port) as process:
            ready = time.monotonic() - began
            yield Figure(
                f"`up` to ready, {name}",
                ready,
                "s",
                aim="15 s",
                details={f"{part}_s": seconds for part, seconds in _ready_after(folder).items()},
            )
            if name == "again":
                yield from _idle(process, folder, scale)


def _idle(process: "subprocess.Popen[bytes]", folder: DataFolder, scale: Scale) -> Iterator[Figure]:
    quiet = min(_QUIET, scale.seconds * 1.5)
    time.sleep(quiet)  # what the start left behind is done
    whole = psutil.Process(process.pid)
    family = {part.name: psutil.Process(part.process.pid) for part in _state(folder).parts if part.process}
    family["supervisor"] = whole
    before, began = {name: _cpu(found, name) for name, found in family.items()}, time.monotonic()
    time.sleep(quiet)
    seconds = time.monotonic() - began
    used = {name: (_cpu(found, name) - before[name]) / seconds * 100 for name, found in family.items()}
    memory = {
        name: (pss_of([found]) if name != "supervisor" else int(found.memory_full_info().pss)) / 2**20
        for name, found in family.items()
    }
    yield Figure(
        "idle memory of all parts (PSS)",
        sum(memory.values()),
        "MiB",
        aim="600 MiB",
        details={f"{name}_mib": round(value, 1) for name, value in memory.items()},
    )
    yield Figure(
        "idle processor time of all parts",
        sum(used.values()),
        "%",
        details={f"{name}_percent": round(value, 2) for name, value in used.items()},
    )


def _cpu(found: psutil.Process, name: str) -> float:
    family = [found] if name == "supervisor" else [found, *found.children(recursive=True)]
    return sum(sum(member.cpu_times()[:2]) for member in family)


def _report(folder: Path, identity: str) -> Report | None:
    """The report of this rebuild once it has ended."""
    report = control.read_report(folder)
    return report if report is not None and report.id == identity and report.state != "running" else None


def _insert(site: Site, service: str, collection: str, entries: Iterable[dict[str, Any]]) -> None:
    moments = {"created", "changed", "begins", "ends"}
    documents = [
        {name: parse_time(value) if name in moments else value for name, value in entry.items() if name != "id"}
        | {"_id": entry["id"], "bucket": number % BUCKETS}
        for number, entry in enumerate(entries)
    ]
    with MongoClient[dict[str, Any]](site.node.mongodb_uri) as client:
        target = client[f"{site.node.database_prefix}{service}"][collection]
        for first in range(0, len(documents), _INSERTED_AT_ONCE):
            target.insert_many(documents[first : first + _INSERTED_AT_ONCE])


@contextmanager
def _up(folder: DataFolder, port: int) -> Iterator["subprocess.Popen[bytes]"]:
    environment = {name: value for name, value in os.environ.items() if name not in _OF_OTHERS}
    log = folder.path.with_suffix(".log")
    with log.open("wb") as output:
        process = subprocess.Popen(
            [sys.executable, "-m", "deploy.cli", "up", "--data", str(folder.path), "--port", str(port)],
            cwd=ROOT,
            env={**environment, "PYTHONUNBUFFERED": "1"},
            stdout=output,
            stderr=output,
            start_new_session=True,
        )
    try:
        until(
            lambda: process.poll() is not None or _is_ready(port),
            limit=120,
            says=f"the node is ready; see {log}",
        )
        assert process.poll() is None, log.read_text()[-3000:]
        yield process
    finally:
        process.send_signal(signal.SIGTERM)
        process.wait(90)


def _is_ready(port: int) -> bool:
    try:
        return httpx.get(f"http://127.0.0.1:{port}/readyz", timeout=5).status_code == 200
    except httpx.TransportError:
        return False


def _ready_after(folder: DataFolder) -> dict[str, float]:
    """From the supervisor's own report: seconds from a part's start until it was ready."""
    found = {}
    for line in folder.path.with_suffix(".log").read_text().splitlines():
        words = line.split()
        if len(words) == 4 and words[1] == "ready" and words[2].startswith("("):
            found[words[0]] = float(words[2].strip("("))
    return found


def _state(folder: DataFolder) -> NodeState:
    found = folder.state()
    assert found is not None
    return found


def _free_port() -> int:
    with socket.socket() as probe:
        probe.bind(("127.0.0.1", 0))
        return int(probe.getsockname()[1])
