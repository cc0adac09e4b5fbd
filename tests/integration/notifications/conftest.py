"""A notifications service and a courier that really run, a mail server that keeps what it gets, a webhook receiver."""

from collections.abc import Callable, Iterator

import pytest

from tests.harness import Facts, NodeUnderTest, Part, Rpc
from tests.harness.mailserver import MailServer
from tests.harness.receiver import Receiver
from tests.integration.notifications.world import World

Start = Callable[[str], Part]


@pytest.fixture(scope="session")
def letters() -> Iterator[MailServer]:
    """All mail of the session; use addresses of your own."""
    server = MailServer()
    yield server
    server.stop()


@pytest.fixture
def receiver() -> Iterator[Receiver]:
    """A member's system that takes webhooks."""
    listening = Receiver()
    yield listening
    listening.stop()


@pytest.fixture(scope="session")
def courier(node: NodeUnderTest, start_service: Start, letters: MailServer) -> Part:
    """The courier of the shared node, and the services that it asks; never kill it."""
    for name in ("relay", "actors", "events"):
        start_service(name)
    node.start("notifications", MALMI_WEBHOOKS_PRIVATE="1")
    node.catch_up("notifications")
    return node.start("courier", SMTP_URI=letters.uri, MALMI_WEBHOOKS_PRIVATE="1", MALMI_CONTACT="operator@localhost")


@pytest.fixture
def world(courier: Part, rpc: Rpc, facts: Facts, letters: MailServer) -> World:
    """What happens in the region, and who subscribes to it."""
    return World(rpc, facts, letters)
