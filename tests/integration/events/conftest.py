"""The events service and the relay, on the shared node."""

from collections.abc import Callable

import pytest

from tests.harness import Facts, Part, Rpc
from tests.integration.events.world import World


@pytest.fixture(scope="session")
def world(start_service: Callable[[str], Part], rpc: Rpc, facts: Facts) -> World:
    start_service("relay")
    start_service("events")
    return World(rpc, facts)
