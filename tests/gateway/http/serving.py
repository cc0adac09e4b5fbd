"""A gateway process for tests: its environment, its log, its clients, and its read model."""

import hashlib
import json
import os
import secrets
import signal
import socket
import subprocess
import sys
import threading
from collections.abc import Mapping
from dataclasses import dataclass, field
from datetime import timedelta
from pathlib import Path
from typing import Any

import httpx

from gateway.read_model import files
from gateway.read_model.identity import IdentityWriter
from gateway.read_model.records import record_of_fact
from gateway.read_model.writer import PublicWriter
from services.contracts import identifiers
from services.contracts.envelope import Fact, format_time
from tests.gateway.http import records
from tests.harness.waiting import until

ROOT = Path(__file__).resolve().parents[3]


class ReadModel:
    """Writes the files as the projector does, which these tests do without. Used from several threads."""

    def __init__(self, folder: Path) -> None:
        self._lock = threading.Lock()
        self._public = PublicWriter(
            files.current(folder, files.PUBLIC), languages=("fi", "sv", "en"), public_url="http://127.0.0.1"
        )
        self._identity = IdentityWriter(files.current(folder, files.IDENTITY))

    def show(self, *facts: Fact) -> None:
        """Applies facts."""
        found = [record for record in map(record_of_fact, facts) if record is not None]
        with self._lock:
            with self._public.transaction():
                self._public.apply(record for record in found if record.kind not in ("key", "session"))
            self._identity.apply(record for record in found if record.kind in ("key", "session"))

    def key(self, *, scopes: tuple[str, ...] = ("read", "events"), state: str = "issued", days: int = 1) -> str:
        """The secret of an API key that the gateway knows."""
        return self._credential("key", state, days, name="example", scopes=list(scopes))

    def session(self, *, state: str = "open", days: int = 1) -> str:
        """The secret of a session that the gateway knows."""
        return self._credential("session", state, days)

    def _credential(self, kind: str, state: str, days: int, **values: Any) -> str:
        secret = f"malmi_{secrets.token_hex(16)}"
        self.show(credential(kind, secret, state, days, **values))
        return secret

    def close(self) -> None:
        self._public.close()
        self._identity.close()


def credential(kind: str, secret: str, state: str, days: int = 1, *, version: int = 1, **values: Any) -> Fact:
    """The fact about an API key or session of a new account."""
    prefix = identifiers.KEY if kind == "key" else identifiers.SESSION
    data = records.record(
        prefix,
        version=version,
        state=state,
        account=values.pop("account", None) or identifiers.new_id(identifiers.ACCOUNT),
        hash=hashlib.sha256(secret.encode()).hexdigest(),
        expires=format_time(records.NOW + timedelta(days=days)),
        **values,
    )
    happening = {"issued": "issued", "revoked": "revoked", "open": "opened", "closed": "closed"}[state]
    return records.fact(f"actors.{kind}.{happening}", data, "node")


@dataclass(slots=True)
class GatewayProcess:
    """A running gateway. Every client has an address of its own, so that limits of one test leave others alone."""

    process: "subprocess.Popen[bytes]"
    url: str
    log: Path
    folder: Path
    _clients: list[httpx.Client] = field(default_factory=list)

    def client(self, *, key: str | None = None, session: str | None = None, **headers: str) -> httpx.Client:
        given = {"X-Forwarded-For": f"10.{_byte()}.{_byte()}.{_byte()}", **headers}
        if key is not None:
            given["Authorization"] = f"Bearer {key}"
        if session is not None:
            given["Cookie"] = f"malmi_session={session}"
        client = httpx.Client(base_url=self.url, headers=given, timeout=15)
        self._clients.append(client)
        return client

    def lines(self) -> list[dict[str, Any]]:
        """Its log: every line must be JSON."""
        return [json.loads(line) for line in self.log.read_text().splitlines()]

    def workers(self) -> list[int]:
        """Process ids of its workers."""
        path = Path(f"/proc/{self.process.pid}/task/{self.process.pid}/children")
        return [int(word) for word in path.read_text().split()]

    def stop(self) -> int:
        """SIGTERM; the exit code."""
        for client in self._clients:
            client.close()
        if self.process.poll() is None:
            self.process.send_signal(signal.SIGTERM)
        try:
            return self.process.wait(20)
        except subprocess.TimeoutExpired:
            self.process.kill()
            self.process.wait()
            raise


def _byte() -> int:
    return secrets.randbelow(254) + 1


def free_port() -> int:
    with socket.socket() as probe:
        probe.bind(("127.0.0.1", 0))
        return int(probe.getsockname()[1])


def start(folder: Path, amqp_uri: str, extra: Mapping[str, str] | None = None) -> GatewayProcess:
    """Starts `python -m gateway` on a free port, and waits until it answers."""
    port = free_port()
    folder.mkdir(parents=True, exist_ok=True)
    environment = {
        **{name: os.environ[name] for name in ("PATH", "LANG", "HOME") if name in os.environ},
        "PYTHONPATH": str(ROOT),
        "PYTHONUNBUFFERED": "1",
        "MALMI_PART": "gateway",
        "MALMI_NODE": records.HOME,
        "MALMI_NODE_NAME": json.dumps({"fi": "Pohjois-Karjala", "sv": "Norra Karelen", "en": "North Karelia"}),
        "MALMI_REGIONS": "FI1DC",
        "MALMI_LANGUAGES": "fi,sv,en",
        "MALMI_DATA": str(folder),
        "MALMI_SECRET": secrets.token_hex(32),
        "MALMI_PUBLIC_URL": f"http://127.0.0.1:{port}",
        "MALMI_PORT": str(port),
        "MALMI_CONTACT": "operator@example.org",
        "MALMI_TRUSTED_PROXIES": "1",
        "AMQP_URI": amqp_uri,
        **(extra or {}),
    }
    log = folder / f"gateway-{port}.log"
    with log.open("wb") as output:
        process = subprocess.Popen(
            [sys.executable, "-m", "gateway"], cwd=ROOT, env=environment, stdout=output, stderr=output
        )
    started = GatewayProcess(process, f"http://127.0.0.1:{port}", log, folder)

    def answers() -> bool:
        assert process.poll() is None, f"the gateway ended at its start:\n{log.read_text()[-3000:]}"
        try:
            return httpx.get(f"{started.url}/healthz", timeout=5).status_code == 200
        except httpx.TransportError:
            return False

    try:
        until(answers, limit=30, says=f"the gateway answers; see {log}")
    except BaseException:
        process.kill()
        process.wait()
        raise
    return started
