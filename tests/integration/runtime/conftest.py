"""A node of this folder's own: its parts, broker and store are killed."""

from collections.abc import Iterator

import pytest

from tests.harness import Facts, NodeUnderTest, Rpc
from tests.harness.node import running_node


@pytest.fixture(scope="session")
def own_node(tmp_path_factory: pytest.TempPathFactory) -> Iterator[NodeUnderTest]:
    """Broker and store for this folder; its tests start and kill what they like."""
    yield from running_node(tmp_path_factory.mktemp("own-node"))


@pytest.fixture
def own_rpc(own_node: NodeUnderTest) -> Iterator[Rpc]:
    client = Rpc(own_node.amqp_uri)
    yield client
    client.close()


@pytest.fixture
def own_facts(own_node: NodeUnderTest) -> Iterator[Facts]:
    collector = Facts(own_node.amqp_uri)
    yield collector
    collector.close()
