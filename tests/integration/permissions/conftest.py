"""A node of its own: two regions, all four services and the relay, and nobody else who writes."""

from collections.abc import Iterator

import pytest

from services.contracts.rpc import SERVICES
from tests.harness import Facts, Rpc
from tests.harness.node import running_node

from .world import FOREIGN_REGION, OWN_REGION, World


@pytest.fixture(scope="package")
def world(tmp_path_factory: pytest.TempPathFactory) -> Iterator[World]:
    folder = tmp_path_factory.mktemp("permissions")
    for node in running_node(folder, MALMI_REGIONS=f"{OWN_REGION},{FOREIGN_REGION}"):
        for part in ("relay", *SERVICES):
            node.start(part)
        rpc, facts = Rpc(node.amqp_uri), Facts(node.amqp_uri)
        made = World(node, rpc, facts)
        try:
            yield made
        finally:
            made.close()
            facts.close()
            rpc.close()
