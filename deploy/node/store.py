"""A private store of this node: mongod as a replica set of one where there is one, else SecantusDB."""

import contextlib
import shutil
import sys
from dataclasses import dataclass
from pathlib import Path
from typing import Any

from . import ports as free_ports
from .errors import NodeError
from .probes import pings
from .process import ROOT
from .program import Program
from .standalone import Standalone

_REPLICA_SET = "malmi"
TRANSACTION_SECONDS = 10
"""After so long the store ends what a client that was killed left open. Until then writes to the same wait."""


def uri(port: int) -> str:
    """The MongoDB address."""
    return f"mongodb://{free_ports.LOCALHOST}:{port}/?directConnection=true"


def program(folder: Path, port: int) -> Program:
    """The store in `folder`. The kind that made the folder's data keeps serving it. Raises NodeError."""
    folder = folder.resolve()
    mongod, secantus = folder / "mongod", folder / "secantusdb"
    if mongod.exists() or (shutil.which("mongod") and not secantus.exists()):
        return _mongod(mongod, port)
    return _secantusdb(secantus, port)


def _secantusdb(data: Path, port: int) -> Program:
    data.mkdir(parents=True, exist_ok=True, mode=0o700)
    arguments = ("--port", str(port), "--folder", str(data), "--transaction-seconds", str(TRANSACTION_SECONDS))
    return Program(
        name="store",
        argv=(sys.executable, "-m", "deploy.node.secantus", *arguments),
        env={**_plain_environment(), "PYTHONPATH": str(ROOT)},
        ready=lambda _: pings(uri(port)),
        layer=1,
        address=f"{free_ports.LOCALHOST}:{port} (SecantusDB)",
        stop_limit=20.0,
        cwd=data,
    )


def _mongod(data: Path, port: int) -> Program:
    server = shutil.which("mongod")
    if server is None:
        raise NodeError(f"{data} was written by mongod, which is not on the PATH any more")
    data.mkdir(parents=True, exist_ok=True, mode=0o700)
    return Program(
        name="store",
        argv=(
            server,
            "--replSet",
            _REPLICA_SET,
            "--dbpath",
            str(data),
            "--port",
            str(port),
            "--bind_ip",
            free_ports.LOCALHOST,
            "--setParameter",
            f"transactionLifetimeLimitSeconds={TRANSACTION_SECONDS}",
            "--wiredTigerCacheSizeGB",
            "0.25",
        ),
        env=_plain_environment(),
        ready=lambda _: _is_primary(port),
        layer=1,
        address=f"{free_ports.LOCALHOST}:{port} (mongod)",
        stop_limit=30.0,
        cwd=data,
    )


def _is_primary(port: int) -> bool:
    """Also makes the replica set the first time: without one there are no transactions."""
    from pymongo import MongoClient
    from pymongo.errors import PyMongoError

    if pings(uri(port)):
        return True
    client: MongoClient[dict[str, Any]] = MongoClient(uri(port), serverSelectionTimeoutMS=500)
    member = {"_id": 0, "host": f"{free_ports.LOCALHOST}:{port}"}
    with client, contextlib.suppress(PyMongoError):  # not up yet, or made already and electing
        client.admin.command("replSetInitiate", {"_id": _REPLICA_SET, "members": [member]})
    return False


def _plain_environment() -> dict[str, str]:
    return {"PATH": "/usr/local/bin:/usr/bin:/bin", "LANG": "C.UTF-8"}


@dataclass(frozen=True, slots=True)
class StoreHandle:
    """A store that runs without a node."""

    uri: str
    port: int
    _programs: Standalone

    @property
    def pid(self) -> int:
        """For tests that kill it."""
        return self._programs.pids["store"]

    def stop(self) -> None:
        """Ends it."""
        self._programs.stop()


def start(folder: Path, *, port: int | None = None, limit: float = 60.0) -> StoreHandle:
    """A store in `folder`, ready to use. Raises NodeError when it does not get ready."""
    taken = port or free_ports.choose(("store",), folder)["store"]
    return StoreHandle(uri(taken), taken, Standalone([program(folder, taken)], folder / "log", limit))
