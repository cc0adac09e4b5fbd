"""Bad days of a whole node: parts are killed, stores are away, disks are full. All on one node of this folder."""

from collections.abc import Iterator

import httpx
import pytest

from tests.harness import until
from tests.harness.living import LivingNode, living_node

pytest.register_assert_rewrite("tests.faults.reckoning")

from .journal import Journal  # noqa: E402


@pytest.fixture(scope="session")
def living(tmp_path_factory: pytest.TempPathFactory) -> Iterator[LivingNode]:
    """A node that heals by itself. A test that broke it waits until it is well again (`living.is_well`)."""
    with living_node(tmp_path_factory.mktemp("living")) as node:
        Journal(node.amqp_uri).open()  # before anything is published
        yield node


@pytest.fixture(scope="session")
def journal(living: LivingNode) -> Journal:
    """Every fact that the node published."""
    return Journal(living.amqp_uri)


@pytest.fixture(scope="session")
def coordinator_key(living: LivingNode) -> str:
    """API key of the region's coordinator."""
    key = living.key_of("koordinaattori@example.org", "coordinator", "FI1DC")
    with living.client(key) as client:
        until(lambda: client.get("/me").status_code == 200, limit=60, says="the key is known")
    return key


@pytest.fixture
def coordinator(living: LivingNode, coordinator_key: str) -> Iterator[httpx.Client]:
    with living.client(coordinator_key) as client:
        yield client


@pytest.fixture
def visitor(living: LivingNode) -> Iterator[httpx.Client]:
    with living.client() as client:
        yield client
