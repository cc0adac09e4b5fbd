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
from .program import Program
from .standalone import Standalone
from .state import write_text

_REPLICA_SET = "malmi"


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
    server = Path(sys.executable).with_name("secantusd-py")
    if not server.exists():
        raise NodeError(f"{server} is missing: remove .venv and run ./malmi again")
    data.mkdir(parents=True, exist_ok=True, mode=0o700)
    settings = data.with_name("secantusd.toml")  # else it would take one from the user's home
    write_text(settings, "")
    return Program(
        name="store",
        # --sync-on-commit: without it a power cut or kill -9 loses the last acknowledged writes
        argv=(
            str(server),
            "--config",
            str(settings),
            "--host",
            free_ports.LOCALHOST,
            "--port",
            str(port),
            "--storage-path",
            str(data),
            "--sync-on-commit",
            "--cache-size",
            "256M",
            "--log-level",
            "WARNING",
        ),
        env=_plain_environment(),
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
