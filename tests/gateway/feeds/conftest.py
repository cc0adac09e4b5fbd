"""A running gateway over a read model that the test fills as the projector does; the broker is away throughout."""

from collections.abc import Iterator
from dataclasses import dataclass
from pathlib import Path

import httpx
import pytest

from gateway.read_model.projection import Projection
from services.contracts.envelope import Fact
from tests.gateway.http import serving
from tests.gateway.read_model.samples import taken


@dataclass(frozen=True, slots=True)
class Site:
    """apply: what the projector does with facts."""

    projection: Projection
    gateway: serving.GatewayProcess

    @property
    def url(self) -> str:
        return self.gateway.url

    def apply(self, *facts: Fact) -> None:
        self.projection.apply([taken(fact) for fact in facts])

    def get(self, path: str, **headers: str) -> httpx.Response:
        return httpx.get(f"{self.url}{path}", headers=headers, timeout=15)


@pytest.fixture(scope="session")
def site(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Site]:
    """Shared: use ids of your own, and filters that find only them."""
    folder: Path = tmp_path_factory.mktemp("site")
    projection = Projection(folder / "read_model", languages=("fi", "sv", "en"), public_url="https://malmi.example")
    gateway = serving.start(folder, "amqp://nobody:nothing@127.0.0.1:1/malmi")
    yield Site(projection, gateway)
    gateway.stop()
    projection.close()
