"""One broker, one gateway and one responder for all tests here; each test uses ids and addresses of its own."""

import secrets
from collections.abc import Iterator
from pathlib import Path

import pytest

from deploy.node import broker
from services.runtime import topology
from tests.gateway.http import serving
from tests.gateway.http.responder import Responder


@pytest.fixture(scope="session")
def own_broker(tmp_path_factory: pytest.TempPathFactory) -> Iterator[broker.BrokerHandle]:
    """A broker without the real services: the responder takes their place."""
    accounts = [
        broker.Account(name, secrets.token_hex(12), rights.configure, rights.write, rights.read)
        for name, rights in topology.RIGHTS.items()
    ]
    handle = broker.start(tmp_path_factory.mktemp("gateway-broker"), accounts=accounts)
    yield handle
    handle.stop()


@pytest.fixture(scope="session")
def services(own_broker: broker.BrokerHandle) -> Iterator[Responder]:
    responder = Responder(own_broker.uri).start()
    yield responder
    responder.stop()


@pytest.fixture(scope="session")
def data(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """The gateway's data folder."""
    return tmp_path_factory.mktemp("gateway-data")


@pytest.fixture(scope="session")
def read_model(data: Path) -> Iterator[serving.ReadModel]:
    model = serving.ReadModel(data / "read_model")
    yield model
    model.close()


@pytest.fixture(scope="session")
def gateway(
    own_broker: broker.BrokerHandle, services: Responder, read_model: serving.ReadModel, data: Path
) -> Iterator[serving.GatewayProcess]:
    """A gateway with two workers."""
    process = serving.start(data, own_broker.uri_of("gateway"), {"MALMI_WORKERS": "2"})
    yield process
    process.stop()
