"""A whole node to measure: every part a process of its own, one gateway worker, no rate limits, mail to a sink."""

from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any

import httpx

from deploy.node.ports import hold_next
from services.contracts.principal import OPERATOR
from tests.harness import NodeUnderTest, Part, Rpc, until
from tests.harness.mailserver import MailServer
from tests.harness.node import running_node

PARTS = ("relay", "actors", "events", "consortium", "notifications", "courier", "projector", "gateway")


@dataclass(slots=True)
class Site:
    """url: of its gateway. mails: the sink. parts: by name; restart one with `restart`."""

    node: NodeUnderTest
    url: str
    port: int
    mails: MailServer
    rpc: Rpc
    parts: dict[str, Part] = field(default_factory=dict)

    def start(self, *names: str) -> None:
        """Starts parts that do not run."""
        for name in names:
            if name not in self.parts:
                self.parts[name] = self.node.start(name)

    def stop(self, *names: str) -> None:
        """Stops parts cleanly; what waits for them waits."""
        for name in names:
            if name in self.parts:
                self.parts.pop(name).stop()

    def key_of(self, address: str, role: str, target: str) -> str:
        """An API key (secret) of a new account with this mandate, as the malmi command makes it."""
        account = self.rpc.call("actors.open_account", {"email": address, "language": "fi"}, principal=OPERATOR)
        self.rpc.call(
            "actors.grant_mandate", {"account": account["id"], "role": role, "target": target}, principal=OPERATOR
        )
        scopes = ["read", "actors", "events", "consortium", "notifications"]
        issued: dict[str, Any] = self.rpc.call(
            "actors.issue_key", {"account": account["id"], "name": "bench", "scopes": scopes}, principal=OPERATOR
        )
        return str(issued["secret"])

    def client(self, key: str | None = None, **options: Any) -> httpx.Client:
        """A client of its API."""
        headers = {"Authorization": f"Bearer {key}"} if key else {}
        return httpx.Client(base_url=f"{self.url}/api/v1", headers=headers, timeout=30, **options)


@contextmanager
def running_site(folder: Path, **extra: str) -> Iterator[Site]:
    """A node with all its parts up and ready; ended, with its data, at the end."""
    mails = MailServer()
    port, held = hold_next(18_700)
    url = f"http://127.0.0.1:{port}"
    settings = {
        "MALMI_PORT": str(port),
        "MALMI_PUBLIC_URL": url,
        "MALMI_WORKERS": "1",
        "SMTP_URI": mails.uri,
        "MALMI_WEBHOOKS_PRIVATE": "1",
        "MALMI_RATE_LIMIT_FACTOR": "0",
        "MALMI_LOG_LEVEL": "INFO",
        **extra,
    }
    for node in running_node(folder, **settings):
        rpc = Rpc(node.amqp_uri)
        site = Site(node, url, port, mails, rpc)
        site.start(*PARTS)
        until(lambda: httpx.get(f"{url}/readyz").status_code == 200, limit=60, says="all parts are ready")
        yield site
        rpc.close()
    held.close()
    mails.stop()
