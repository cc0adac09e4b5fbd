"""A whole node: all parts, a mail server, and people who come to it by HTTP alone."""

from collections.abc import Iterator
from dataclasses import dataclass
from typing import Any

import httpx
import pytest

from deploy.node.ports import hold_next
from services.contracts.principal import OPERATOR
from tests.harness import NodeUnderTest, Rpc, until
from tests.harness.mailserver import MailServer
from tests.harness.node import running_node

PARTS = ("relay", "actors", "events", "consortium", "notifications", "courier", "projector", "gateway")


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
        scopes = ["read", "actors", "events", "consortium", "notifications"]
        issued = self.rpc.call(
            "actors.issue_key", {"account": account, "name": "walk", "scopes": scopes}, principal=OPERATOR
        )
        return self.client(Authorization=f"Bearer {issued['secret']}")

    def client(self, **headers: str) -> httpx.Client:
        return httpx.Client(base_url=f"{self.url}/api/v1", headers=headers, timeout=10)

    def logs(self, name: str) -> list[dict[str, Any]]:
        """All log lines of a part."""
        return [line for part in self.node.parts if part.name == name for line in part.lines()]


@pytest.fixture(scope="session")
def whole(tmp_path_factory: pytest.TempPathFactory) -> Iterator[WholeNode]:
    mails = MailServer()
    port, held = hold_next(18_300)
    url = f"http://127.0.0.1:{port}"
    settings = {
        "MALMI_PORT": str(port),
        "MALMI_PUBLIC_URL": url,
        "SMTP_URI": mails.uri,
        "MALMI_WEBHOOKS_PRIVATE": "1",
        "MALMI_RATE_LIMIT_FACTOR": "0",
        "MALMI_LOG_LEVEL": "INFO",
    }
    for node in running_node(tmp_path_factory.mktemp("whole"), **settings):
        for part in PARTS:
            node.start(part)
        rpc = Rpc(node.amqp_uri)
        whole_node = WholeNode(node, url, mails, rpc)
        until(lambda: httpx.get(f"{url}/readyz").status_code == 200, says="all parts are ready")
        yield whole_node
        rpc.close()
    held.close()
    mails.stop()


@pytest.fixture(scope="session")
def visitor(whole: WholeNode) -> Iterator[httpx.Client]:
    with whole.client() as client:
        yield client


@pytest.fixture(scope="session")
def coordinator(whole: WholeNode) -> Iterator[httpx.Client]:
    account = whole.person("koordinaattori@example.org", "coordinator", "FI1DC")
    with whole.client_of(account["id"]) as client:
        until(lambda: client.get("/me").status_code == 200, says="the key is known")
        yield client
