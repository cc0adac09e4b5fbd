"""Fixtures that all tests may use. A node's broker and store are started once a session; parts by the tests."""

import re
from collections.abc import Callable, Iterator

import pytest
from hypothesis import settings

from tests.harness import Facts, NodeUnderTest, Part, Rpc
from tests.harness.node import running_node

# Machines are shared and noisy: a test never fails for having been slow.
settings.register_profile("malmi", deadline=None)
settings.load_profile("malmi")


_MADE_NOW = re.compile(r"\b([a-z]{3})_[0-9a-z]{26}\b")


def pytest_make_parametrize_id(val: object) -> str | None:
    """Parameters with an identifier that was made as the file was read have the same name in every worker."""
    if isinstance(val, str) and _MADE_NOW.search(val):
        return _MADE_NOW.sub(r"\1", val)
    return None


@pytest.fixture(scope="session")
def node(tmp_path_factory: pytest.TempPathFactory) -> Iterator[NodeUnderTest]:
    """Broker and store, and the parts that tests started. Shared: use ids and addresses of your own."""
    yield from running_node(tmp_path_factory.mktemp("node"))


@pytest.fixture(scope="session")
def start_service(node: NodeUnderTest) -> Callable[[str], Part]:
    """Starts a part of the shared node unless it runs already; never kill one that you got from here.

    One that comes late has caught up.
    """
    running: dict[str, Part] = {}

    def start(name: str) -> Part:
        if name not in running:
            running[name] = node.start(name)
            node.catch_up(name)
        return running[name]

    return start


@pytest.fixture(scope="session")
def rpc(node: NodeUnderTest) -> Iterator[Rpc]:
    """Calls the services of the shared node."""
    client = Rpc(node.amqp_uri)
    yield client
    client.close()


@pytest.fixture(scope="session")
def facts(node: NodeUnderTest) -> Iterator[Facts]:
    """Everything that is published on the shared node."""
    collector = Facts(node.amqp_uri)
    yield collector
    collector.close()
