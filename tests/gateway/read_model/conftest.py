"""Files of a read model of the test's own, with their writer and a reader."""

import secrets
from collections.abc import Callable, Iterator
from dataclasses import dataclass
from pathlib import Path

import pytest

from deploy.node import broker
from gateway.read_model.projection import Projection
from gateway.read_model.reader import Reader
from services.contracts.envelope import Fact
from services.runtime import topology
from tests.gateway.http.responder import Responder

from . import projecting
from .samples import taken


@dataclass(frozen=True, slots=True)
class ReadModel:
    folder: Path
    projection: Projection
    reader: Reader

    def apply(self, *facts: Fact) -> None:
        self.projection.apply([taken(fact) for fact in facts])


def open_projection(folder: Path) -> Projection:
    return Projection(folder, languages=("fi", "sv", "en"), public_url="https://malmi.example")


@pytest.fixture(scope="session")
def projectors_broker(tmp_path_factory: pytest.TempPathFactory) -> Iterator[broker.BrokerHandle]:
    """A broker without services: a responder takes their place."""
    accounts = [
        broker.Account(name, secrets.token_hex(12), rights.configure, rights.write, rights.read)
        for name, rights in topology.RIGHTS.items()
    ]
    handle = broker.start(tmp_path_factory.mktemp("projectors-broker"), accounts=accounts)
    yield handle
    handle.stop()


@pytest.fixture(scope="session")
def services(projectors_broker: broker.BrokerHandle) -> Iterator[Responder]:
    responder = Responder(projectors_broker.uri).start()
    yield responder
    responder.stop()


@pytest.fixture
def start_projector(
    projectors_broker: broker.BrokerHandle, services: Responder
) -> Iterator[Callable[[Path], projecting.ProjectorProcess]]:
    """Starts projectors with this data folder; the services know no records unless a test says so."""
    for service in ("actors", "events", "consortium"):
        services.answer(f"{service}.snapshot", projecting.snapshots_of())
    running: list[projecting.ProjectorProcess] = []

    def start(data: Path) -> projecting.ProjectorProcess:
        running.append(projecting.start(data, projectors_broker.uri_of("projector")))
        return running[-1]

    yield start
    for projector in running:
        projector.stop()


@pytest.fixture
def make_read_model(tmp_path: Path) -> Iterator[Callable[[str], ReadModel]]:
    made: list[ReadModel] = []

    def make(name: str) -> ReadModel:
        folder = tmp_path / name
        model = ReadModel(folder, open_projection(folder), Reader(folder))
        made.append(model)
        return model

    yield make
    for model in made:
        model.reader.close()
        model.projection.close()


@pytest.fixture
def read_model(make_read_model: Callable[[str], ReadModel]) -> ReadModel:
    return make_read_model("read_model")
