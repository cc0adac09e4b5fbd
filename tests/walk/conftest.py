"""A whole node: all parts, a mail server, and people who come to it by HTTP alone."""

from collections.abc import Iterator

import httpx
import pytest

from tests.harness import until
from tests.harness.whole import WholeNode, whole_node


@pytest.fixture(scope="session")
def whole(tmp_path_factory: pytest.TempPathFactory) -> Iterator[WholeNode]:
    yield from whole_node(tmp_path_factory.mktemp("whole"))


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
