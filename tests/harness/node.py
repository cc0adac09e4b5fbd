"""A node for tests: broker and store of its own, and whichever parts a test starts. Everything on loopback."""

import json
import os
import secrets
import signal
import subprocess
import sys
from collections.abc import Iterator, Mapping
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any

from kombu import Connection

from deploy.node import broker
from deploy.node import store as stores
from services.runtime import topology

from .waiting import until

ROOT = Path(__file__).resolve().parents[2]
COMMANDS = {
    "relay": ["services.runtime.relay"],
    "courier": ["services.notifications.courier"],
    "projector": ["gateway.read_model.projector"],
    "gateway": ["gateway"],
}


@dataclass(slots=True)
class Part:
    """A part that runs as a process of its own. `lines` are its log."""

    name: str
    process: "subprocess.Popen[bytes]"
    log: Path

    def lines(self) -> list[dict[str, Any]]:
        """Its log so far, one dict a line; what is no JSON stands under `event`."""
        return [parsed(line) for line in self.log.read_text(errors="replace").splitlines() if line]

    def says(self, event: str) -> bool:
        """Whether a log line with this event is there."""
        return any(line.get("event") == event for line in self.lines())

    def kill(self) -> None:
        """kill -9, and the wait for its end."""
        self.process.kill()
        self.process.wait()

    def stop(self, limit: float = 20.0) -> int:
        """SIGTERM; its exit code. Raises TimeoutExpired when it does not end: that is a bug."""
        if self.process.poll() is None:
            self.process.send_signal(signal.SIGTERM)
        try:
            return self.process.wait(limit)
        except subprocess.TimeoutExpired:
            self.process.kill()
            self.process.wait()
            raise


def parsed(line: str) -> dict[str, Any]:
    """A line of a log; what is no JSON stands under `event`."""
    try:
        value = json.loads(line)
    except ValueError:
        return {"event": line}
    return value if isinstance(value, dict) else {"event": line}


@dataclass(slots=True)
class NodeUnderTest:
    """folder: its data. environment: of its parts, without AMQP_URI, which each has its own."""

    folder: Path
    broker: broker.BrokerHandle
    mongodb_uri: str
    environment: dict[str, str]
    store: stores.StoreHandle | None = None
    parts: list[Part] = field(default_factory=list)

    @property
    def amqp_uri(self) -> str:
        """The operator's: may do everything."""
        return self.broker.uri

    @property
    def database_prefix(self) -> str:
        return self.environment["MALMI_DB_PREFIX"]

    def start(self, name: str, **extra: str) -> Part:
        """Starts a part, and waits until its log says that it has started."""
        return self.start_part(name, name, extra)

    def start_part(self, name: str, part: str, extra: Mapping[str, str]) -> Part:
        """As start, under another name: a second instance."""
        log = self.folder / "log" / f"{part}-{len(self.parts)}.log"
        log.parent.mkdir(parents=True, exist_ok=True)
        arguments = COMMANDS.get(name, ["services.runtime.serve", name])
        environment = {
            **self.environment,
            "MALMI_PART": part,
            "AMQP_URI": self.broker.uri_of(name),
            **extra,
        }
        with log.open("wb") as output:
            process = subprocess.Popen(
                [sys.executable, "-m", *arguments], cwd=ROOT, env=environment, stdout=output, stderr=output
            )
        started = Part(part, process, log)
        self.parts.append(started)
        until(
            lambda: started.says("started") or process.poll() is not None,
            limit=90,
            says=f"{part} has started; see {log}",
        )
        assert process.poll() is None, f"{part} ended at its start:\n{log.read_text()[-3000:]}"
        return started

    def catch_up(self, name: str) -> None:
        """Waits until the part has taken what waited for it: the tests before may have left it thousands of facts."""
        until(lambda: self._waiting_for(name) == 0, limit=180, says=f"{name} has taken the facts of earlier tests")

    def _waiting_for(self, name: str) -> int:
        queue = next((consumer.queue for consumer in topology.CONSUMERS if consumer.name == name), None)
        if queue is None:
            return 0
        with Connection(self.amqp_uri) as connection:
            return int(connection.default_channel.queue_declare(queue, passive=True).message_count)

    def stop(self) -> None:
        """Ends everything that it started."""
        for part in reversed(self.parts):
            if part.process.poll() is None:
                part.process.send_signal(signal.SIGTERM)
        for part in reversed(self.parts):
            part.stop()
        # Their data are thrown away: a clean end of broker and store would only cost eight seconds each time.
        if self.store is not None:
            os.kill(self.store.pid, signal.SIGKILL)
            self.store.stop()
        os.kill(self.broker.pid, signal.SIGKILL)
        self.broker.stop()


def running_node(folder: Path, **extra: str) -> Iterator[NodeUnderTest]:
    """A node with broker and store; its parts are started by the tests. MONGODB_URI names another store."""
    accounts = [
        broker.Account(name, secrets.token_hex(12), rights.configure, rights.write, rights.read)
        for name, rights in topology.RIGHTS.items()
    ]
    started = broker.start(folder / "broker", accounts=accounts)
    own = None if os.environ.get("MONGODB_URI") else stores.start(folder / "store")
    uri = os.environ.get("MONGODB_URI") or (own.uri if own else "")
    environment = {
        **{name: os.environ[name] for name in ("PATH", "LANG", "HOME") if name in os.environ},
        "MALMI_NODE": "pohjois-karjala",
        "MALMI_NODE_NAME": json.dumps({"fi": "Pohjois-Karjala", "sv": "Norra Karelen", "en": "North Karelia"}),
        "MALMI_REGIONS": "FI1DC",
        "MALMI_LANGUAGES": "fi,sv,en",
        "MALMI_DATA": str(folder),
        "MALMI_SECRET": secrets.token_hex(32),
        "MALMI_DB_PREFIX": f"test_{secrets.token_hex(4)}_",
        "MALMI_LOG_LEVEL": "DEBUG",
        "MALMI_QUIET_HOURS": "off",
        "MONGODB_URI": uri,
        "PYTHONUNBUFFERED": "1",
        **extra,
    }
    node = NodeUnderTest(folder, started, uri, environment, own)
    try:
        yield node
    finally:
        node.stop()
