"""A whole node: all parts, a mail server, and people who come to it by HTTP alone."""

from collections.abc import Iterator
from dataclasses import dataclass
from pathlib import Path
from typing import Any

import httpx

from deploy.node.ports import hold_next
from services.contracts.principal import OPERATOR

from .mailserver import MailServer
from .node import NodeUnderTest, running_node
from .rpc import Rpc
from .waiting import until

PARTS = ("relay", "actors", "events", "consortium", "notifications", "courier", "projector", "gateway")
SCOPES = ["read", "actors", "events", "consortium", "notifications"]


@dataclass(slots=True)
class WholeNode:
    """url: of its gateway. mails: what it sent. rpc: as the malmi command talks to it, to make the first people."""

    node: NodeUnderTest
    url: str
    mails: MailServer
    rpc: Rpc

    def person(self, address: str, role: str, target: str) -> dict[str, Any]:
        """An account with a mandate, as `malmi mandate grant` makes it."""
        account = self.rpc.call("actors.open_account", {"email": address, "language": "fi"}, principal=OPERATOR)
        mandate = {"account": account["id"], "role": role, "target": target}
        self.rpc.call("actors.grant_mandate", mandate, principal=OPERATOR)
        found: dict[str, Any] = account
        return found

    def client_of(self, account: str) -> httpx.Client:
        """An API client with a key of this account, as `malmi key add` makes it."""
        issued = self.rpc.call(
            "actors.issue_key", {"account": account, "name": "walk", "scopes": SCOPES}, principal=OPERATOR
        )
        return self.client(Authorization=f"Bearer {issued['secret']}")

    def client(self, **headers: str) -> httpx.Client:
        return httpx.Client(base_url=f"{self.url}/api/v1", headers=headers, timeout=10)

    def logs(self, name: str) -> list[dict[str, Any]]:
        """All log lines of a part."""
        return [line for part in self.node.parts if part.name == name for line in part.lines()]


def whole_node(
    folder: Path, first_port: int = 18_300, *, without: tuple[str, ...] = (), **extra: str
) -> Iterator[WholeNode]:
    """A node with its parts up and ready. No rate limits, mail to a server of its own, webhooks on loopback.

    without: parts that are not started.
    """
    mails = MailServer()
    port, held = hold_next(first_port)
    url = f"http://127.0.0.1:{port}"
    settings = {
        "MALMI_PORT": str(port),
        "MALMI_PUBLIC_URL": url,
        "SMTP_URI": mails.uri,
        "MALMI_WEBHOOKS_PRIVATE": "1",
        "MALMI_RATE_LIMIT_FACTOR": "0",
        "MALMI_LOG_LEVEL": "INFO",
        **extra,
    }
    for node in running_node(folder, **settings):
        for part in PARTS:
            if part not in without:
                node.start(part)
        rpc = Rpc(node.amqp_uri)
        until(lambda: ready(url) >= {*PARTS} - {"gateway", *without}, limit=60, says="all parts are ready")
        yield WholeNode(node, url, mails, rpc)
        rpc.close()
    held.close()
    mails.stop()


def ready(url: str) -> set[str]:
    """The parts that the gateway hears and that say they are ready."""
    answer = httpx.get(f"{url}/readyz").json()
    return {part["part"] for part in answer["parts"] if part["ready"]}
