"""A node as an operator has it: `malmi up` starts the parts, watches them and starts again what dies."""

import os
import signal
import subprocess
import sys
from collections.abc import Iterator
from contextlib import contextmanager, suppress
from dataclasses import dataclass
from datetime import UTC
from pathlib import Path
from typing import Any

import httpx
from pymongo import MongoClient
from pymongo.database import Database

from deploy.node import broker, ports, store
from deploy.node.folder import DataFolder
from deploy.node.parts import BROKER_USERS, OPERATOR
from deploy.node.process import signal_group
from deploy.node.state import NodeState, PartState
from services.contracts.principal import OPERATOR as AS_OPERATOR

from .mailserver import MailServer
from .node import ROOT, parsed
from .rpc import Rpc
from .waiting import until

_OTHERS = ("AMQP_URI", "SMTP_URI", "MONGODB_URI")
SERVICES = ("actors", "events", "consortium", "notifications")


@dataclass(slots=True)
class LivingNode:
    """url: of its gateway. mails: what it sent. hold_file: which part holds at which step (services/runtime/steps.py).

    A part that is killed comes back by itself, and nothing else does: the tests only watch.
    """

    folder: DataFolder
    url: str
    port: int
    mails: MailServer
    process: "subprocess.Popen[bytes]"
    hold_file: Path
    rpc: Rpc

    def state(self) -> NodeState:
        """As the supervisor wrote it last."""
        found = self.folder.state()
        assert found is not None
        return found

    def part(self, name: str) -> PartState:
        return next(part for part in self.state().parts if part.name == name)

    def pid(self, name: str) -> int:
        process = self.part(name).process
        assert process is not None, f"{name} does not run"
        return process.pid

    def kill(self, name: str) -> None:
        """kill -9; the supervisor will notice."""
        os.kill(self.pid(name), signal.SIGKILL)

    def hold(self, part: str, step: str) -> None:
        """Who comes to this step stays there, until it is killed."""
        self.hold_file.write_text(f"{part} {step}\n")

    def let_go(self) -> None:
        """Who comes to a step from now on goes on."""
        self.hold_file.write_text("")

    def lines(self, name: str, start: int = 0) -> list[dict[str, Any]]:
        """A part's log from a byte on (log_size), one dict a line."""
        with self._log(name).open("rb") as log:
            log.seek(start)
            return [parsed(line) for line in log.read().decode(errors="replace").splitlines() if line]

    def log_size(self, name: str) -> int:
        return self._log(name).stat().st_size

    def _log(self, name: str) -> Path:
        return self.folder.logs / f"{name}.log"

    @property
    def amqp_uri(self) -> str:
        """The operator's: may do everything."""
        setup = self.folder.setup()
        assert setup is not None
        password = self.folder.secrets(BROKER_USERS).broker_passwords[OPERATOR]
        return broker.uri(broker.operator(password), setup.ports["broker"])

    @property
    def mongodb_uri(self) -> str:
        setup = self.folder.setup()
        assert setup is not None
        return store.uri(setup.ports["store"])

    @contextmanager
    def database(self, service: str) -> Iterator[Database[dict[str, Any]]]:
        """Looks into a service's database; waits at most ten seconds for it."""
        client: MongoClient[dict[str, Any]] = MongoClient(
            self.mongodb_uri, tz_aware=True, tzinfo=UTC, timeoutMS=10_000, serverSelectionTimeoutMS=10_000
        )
        with client:
            yield client[f"malmi_{service}"]

    def readiness(self) -> tuple[int, Any]:
        """Status and body of /readyz; (0, None) when the gateway does not answer."""
        try:
            answer = httpx.get(f"{self.url}/readyz", timeout=2, trust_env=False)
            return answer.status_code, answer.json()
        except (httpx.HTTPError, ValueError):
            return 0, None

    def is_well(self) -> bool:
        """The supervisor sees every part ready, and the gateway hears every part say so."""
        state = self.state()
        return (
            state.phase == "running"
            and all(part.state == "ready" for part in state.parts)
            and self.readiness()[0] == 200
        )

    def malmi(self, *arguments: str, limit: float = 120) -> "subprocess.CompletedProcess[str]":
        """A malmi command of this node."""
        return subprocess.run(
            [sys.executable, "-P", "-m", "deploy.cli", *arguments],
            cwd=ROOT,
            env={**_environment(), "MALMI_DATA": str(self.folder.path)},
            capture_output=True,
            text=True,
            timeout=limit,
            check=False,
        )

    def key_of(self, address: str, role: str, target: str) -> str:
        """An API key of a new account with this mandate, as the malmi command makes it."""
        account = self.rpc.call("actors.open_account", {"email": address, "language": "fi"}, principal=AS_OPERATOR)
        self.rpc.call(
            "actors.grant_mandate", {"account": account["id"], "role": role, "target": target}, principal=AS_OPERATOR
        )
        scopes = ["read", "actors", "events", "consortium", "notifications"]
        issued = self.rpc.call(
            "actors.issue_key", {"account": account["id"], "name": "faults", "scopes": scopes}, principal=AS_OPERATOR
        )
        return str(issued["secret"])

    def client(self, key: str | None = None, **options: Any) -> httpx.Client:
        """A client of its API; without a key, a visitor's."""
        headers = {"Authorization": f"Bearer {key}"} if key else {}
        return httpx.Client(
            base_url=f"{self.url}/api/v1", headers=headers, **{"timeout": 10, "trust_env": False, **options}
        )

    def end(self) -> None:
        """Ends it at once: its data are thrown away, a clean end would cost ten seconds."""
        self.rpc.close()
        self.process.kill()
        self.process.wait()
        for part in self.folder.state().parts if self.folder.state() else ():  # type: ignore[union-attr]
            if part.process is not None:
                signal_group(part.process.pid, signal.SIGKILL)
        self.mails.stop()


def _environment() -> dict[str, str]:
    kept = {name: value for name, value in os.environ.items() if name not in _OTHERS and not name.startswith("MALMI_")}
    return {**kept, "PYTHONPATH": str(ROOT)}


@contextmanager
def living_node(place: Path, *, limit: float = 150.0, **settings: str) -> Iterator[LivingNode]:
    """A node in `place`/data with all its parts ready, mail to a real server in this process, no rate limits.

    settings: more environment for its parts.
    """
    folder, mails = DataFolder(place / "data"), MailServer()
    port, hold_file = ports.choose(("gateway",), place)["gateway"], place / "hold"
    chosen = {
        "SMTP_URI": mails.uri,
        "MALMI_RATE_LIMIT_FACTOR": "0",
        "MALMI_QUIET_HOURS": "off",
        "MALMI_WEBHOOKS_PRIVATE": "1",
        "MALMI_HOLD_FILE": str(hold_file),
        **settings,
    }
    arguments = ["up", "--data", str(folder.path), "--region", "pohjois-karjala", "--port", str(port)]
    with (place / "up.log").open("wb") as output:
        process = subprocess.Popen(
            [sys.executable, "-P", "-m", "deploy.cli", *arguments],
            cwd=ROOT,
            env={**_environment(), **chosen},
            stdin=subprocess.DEVNULL,
            stdout=output,
            stderr=subprocess.STDOUT,
        )
    node: LivingNode | None = None
    try:

        def runs() -> bool:
            assert process.poll() is None, f"up ended:\n{(place / 'up.log').read_text()}"
            state = folder.state() if folder.path.exists() else None
            return state is not None and state.phase == "running"

        until(runs, limit=limit, says=f"the node runs; see {place}/up.log")
        node = LivingNode(folder, f"http://127.0.0.1:{port}", port, mails, process, hold_file, None)  # type: ignore[arg-type]
        node.rpc = Rpc(node.amqp_uri)
        until(node.is_well, limit=limit, says="all parts are ready")
        yield node
    finally:
        if node is not None and node.rpc is not None:
            node.end()
        else:
            with suppress(ProcessLookupError):
                process.terminate()
            process.wait(60)
            mails.stop()
