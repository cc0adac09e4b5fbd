"""A broker that answers but no longer works is noticed, and nothing else is."""

import os
import subprocess
from collections.abc import Iterator
from pathlib import Path

import pytest
from kombu import Connection, Queue

from deploy.node import broker
from deploy.node.broker import BrokerHandle
from deploy.node.broker_watch import Access, QuorumQueues, Watch
from tests.harness import until

QUEUE = "waiting"


@pytest.fixture
def folder(tmp_path: Path) -> Path:
    return tmp_path


@pytest.fixture
def rabbit(folder: Path) -> Iterator[BrokerHandle]:
    handle = broker.start(folder)
    yield handle
    handle.stop()


def queues_of(rabbit: BrokerHandle) -> QuorumQueues:
    account = rabbit.accounts["operator"]
    access = Access(rabbit.uri, f"{rabbit.management_url}/api", account.name, account.password, broker.VHOST)
    return QuorumQueues(access)


def declare(rabbit: BrokerHandle) -> None:
    with Connection(rabbit.uri) as connection:
        arguments = {"x-queue-type": "quorum"}
        Queue(QUEUE, durable=True, queue_arguments=arguments, channel=connection.default_channel).queue_declare()


def evaluate(rabbit: BrokerHandle, folder: Path, erlang: str) -> None:
    """Within the broker."""
    _, main = broker.programs(folder, rabbit.ports, list(rabbit.accounts.values()))
    command = [str(Path(main.argv[0]).with_name("rabbitmqctl")), "eval", erlang]
    subprocess.run(command, env=dict(main.env), check=True, capture_output=True, timeout=60)


def test_a_queue_whose_process_has_ended_is_named_and_back_after_a_restart(rabbit: BrokerHandle, folder: Path) -> None:
    queues = queues_of(rabbit)
    declare(rabbit)
    until(lambda: queues.look() is None, says="it is well at first")

    evaluate(rabbit, folder, f"ra:stop_server(quorum_queues, {{'{broker.VHOST}_{QUEUE}', node()}}).")

    until(lambda: QUEUE in (queues.look() or ""), says="the queue is named")
    os.kill(rabbit.pid, 9)
    rabbit.stop()
    again = broker.start(folder, ports=rabbit.ports)
    try:
        until(lambda: queues_of(again).look() is None, says="it is well again")
    finally:
        again.stop()


def test_a_broker_that_confirms_nothing_is_told_and_one_that_is_away_is_not(rabbit: BrokerHandle, folder: Path) -> None:
    queues = queues_of(rabbit)
    until(lambda: queues.look() is None, says="it is well at first")

    evaluate(rabbit, folder, "sys:suspend(ra_log_wal).")  # it writes what all the queues take
    until(lambda: "confirms no messages" in (queues.look() or ""), says="nothing is confirmed")

    rabbit.stop()
    assert queues.look() is None


def test_only_what_lasts_is_an_illness_and_a_new_process_begins_anew() -> None:
    said: list[str | None] = ["no leader"]
    watch = Watch(lambda: said[0], every=0.01, patience=0.3)

    assert watch.unwell(1) is None, "it has only just been asked"
    until(lambda: watch.unwell(1) == "no leader", says="it lasts")
    assert watch.unwell(2) is None, "another process"
    until(lambda: watch.unwell(2) == "no leader", says="it lasts there too")
    said[0] = None
    until(lambda: watch.unwell(2) is None, says="well again")
