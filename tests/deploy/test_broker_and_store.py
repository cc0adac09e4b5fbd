"""A private broker and store: they start without a node, and keep to themselves."""

import asyncio
import stat
from collections.abc import Iterator
from pathlib import Path

import aio_pika
import aiormq
import httpx
import psutil
import pytest
from pymongo import MongoClient

from deploy.node import broker, store
from deploy.node.broker import Account, BrokerHandle
from deploy.node.process import identify


@pytest.fixture(scope="module")
def rabbit(tmp_path_factory: pytest.TempPathFactory) -> Iterator[BrokerHandle]:
    accounts = [Account("narrow", "p:w/@ä", configure="^own$", write="^own$", read="^own$")]
    handle = broker.start(tmp_path_factory.mktemp("broker"), accounts=accounts)
    yield handle
    handle.stop()


async def declare(uri: str, queue: str) -> None:
    connection = await aio_pika.connect(uri)
    async with connection:
        channel = await connection.channel()
        await channel.declare_queue(queue, auto_delete=True)


def test_the_operator_may_do_everything_and_an_account_only_its_own(rabbit: BrokerHandle) -> None:
    asyncio.run(declare(rabbit.uri, "anything"))
    asyncio.run(declare(rabbit.uri_of("narrow"), "own"))
    with pytest.raises(aiormq.exceptions.ChannelAccessRefused):
        asyncio.run(declare(rabbit.uri_of("narrow"), "anothers"))


def test_the_broker_has_what_federation_needs(rabbit: BrokerHandle) -> None:
    user, password = rabbit.uri.removeprefix("amqp://").split("@")[0].split(":")
    answer = httpx.get(f"{rabbit.management_url}/api/federation-links", auth=(user, password), trust_env=False)
    assert (answer.status_code, answer.json()) == (200, [])


def test_broker_and_port_mapper_listen_on_this_machine_only(rabbit: BrokerHandle) -> None:
    listening = [
        connection.laddr
        for connection in psutil.Process(rabbit.pid).net_connections("tcp")
        if connection.status == psutil.CONN_LISTEN
    ]
    assert {address.port for address in listening} == {rabbit.ports[name] for name in broker.PORTS[:3]}
    assert {address.ip for address in listening} == {"127.0.0.1"}


def test_no_password_stands_in_the_brokers_files(
    rabbit: BrokerHandle, tmp_path_factory: pytest.TempPathFactory
) -> None:
    folder = next(tmp_path_factory.getbasetemp().glob("broker*"))
    definitions = (folder / "definitions.json").read_text()
    assert rabbit.accounts["narrow"].password not in definitions
    assert rabbit.accounts["operator"].password not in definitions
    assert stat.S_IMODE((folder / "definitions.json").stat().st_mode) == 0o600


def test_a_store_has_transactions_and_keeps_what_was_written(tmp_path: Path) -> None:
    first = store.start(tmp_path)
    try:
        with MongoClient[dict[str, object]](first.uri) as client, client.start_session() as session:
            with session.start_transaction():
                client.example.things.insert_one({"_id": 1}, session=session)
            client.example.things.insert_one({"_id": 2})
        pid = first.pid
    finally:
        first.stop()
    assert identify(pid) is None

    again = store.start(tmp_path)
    try:
        with MongoClient[dict[str, object]](again.uri) as client:
            assert client.example.things.count_documents({}) == 2
    finally:
        again.stop()
