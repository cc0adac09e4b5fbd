"""A projector that really runs, on a broker of the tests, with services that answer as a test tells them to."""

import json
import os
import secrets
import signal
import subprocess
import sys
from dataclasses import dataclass
from pathlib import Path
from typing import Any

import aio_pika
import orjson

from gateway.read_model.records import record_of_snapshot
from services.contracts.envelope import Fact
from services.contracts.facts import BY_NAME
from services.contracts.rpc import Call
from services.runtime import topology
from tests.harness.waiting import until

ROOT = Path(__file__).resolve().parents[3]


@dataclass(slots=True)
class ProjectorProcess:
    process: "subprocess.Popen[bytes]"
    log: Path

    def lines(self) -> list[dict[str, Any]]:
        """Its log: every line must be JSON."""
        return [json.loads(line) for line in self.log.read_text().splitlines()]

    def says(self, event: str) -> bool:
        return any(line["event"] == event for line in self.lines())

    def stop(self) -> int:
        """SIGTERM; the exit code."""
        if self.process.poll() is None:
            self.process.send_signal(signal.SIGTERM)
        try:
            return self.process.wait(15)
        except subprocess.TimeoutExpired:
            self.process.kill()
            self.process.wait()
            raise

    def kill(self) -> None:
        self.process.kill()
        self.process.wait()


def start(data: Path, amqp_uri: str) -> ProjectorProcess:
    """Starts a projector and waits until it consumes."""
    data.mkdir(parents=True, exist_ok=True)
    log = data / f"projector-{secrets.token_hex(3)}.log"
    environment = {
        **{name: os.environ[name] for name in ("PATH", "LANG", "HOME") if name in os.environ},
        "PYTHONUNBUFFERED": "1",
        "MALMI_PART": "projector",
        "MALMI_NODE": "pohjois-karjala",
        "MALMI_REGIONS": "FI1DC",
        "MALMI_DATA": str(data),
        "MALMI_SECRET": secrets.token_hex(32),
        "AMQP_URI": amqp_uri,
    }
    with log.open("wb") as output:
        process = subprocess.Popen(
            [sys.executable, "-m", "gateway.read_model.projector"],
            cwd=ROOT,
            env=environment,
            stdout=output,
            stderr=output,
        )
    started = ProjectorProcess(process, log)
    until(lambda: started.says("started") or process.poll() is not None, limit=30, says=f"started; see {log}")
    assert process.poll() is None, log.read_text()
    return started


async def publish(amqp_uri: str, *messages: Fact | tuple[str, bytes]) -> None:
    """As the relay does, in this order; (routing key, bytes) for what is no fact."""
    connection = await aio_pika.connect(amqp_uri)
    async with connection:
        channel = await connection.channel(publisher_confirms=True)
        exchange = await channel.declare_exchange(topology.FACTS, aio_pika.ExchangeType.TOPIC, durable=True)
        for message in messages:
            key, body = message if isinstance(message, tuple) else (message.routing_key, message.to_json())
            await exchange.publish(
                aio_pika.Message(body, delivery_mode=aio_pika.DeliveryMode.PERSISTENT), routing_key=key
            )


async def waiting_in(amqp_uri: str, queue: str) -> int:
    """How many messages wait in a queue."""
    connection = await aio_pika.connect(amqp_uri)
    async with connection:
        channel = await connection.channel()
        declared = await channel.declare_queue(queue, passive=True)
        return int(declared.declaration_result.message_count or 0)


def snapshots_of(*facts: Fact, page: int = 2) -> Any:
    """The answer of `<service>.snapshot`: the newest of these records, in pages."""
    newest: dict[tuple[str, str], tuple[tuple[int, int], dict[str, Any]]] = {}
    for fact in facts:
        entry = {**orjson.loads(orjson.dumps(fact.data)), "visibility": fact.visibility}
        record = record_of_snapshot(BY_NAME[fact.type].kind, entry)
        held = newest.get((record.kind, record.ref))
        if held is None or held[0] < record.age:
            newest[(record.kind, record.ref)] = (record.age, entry)

    def answer(call: Call) -> dict[str, Any]:
        kind, after = call.arguments["kind"], call.arguments["after"] or ""
        found = [entry for (of, ref), (_, entry) in sorted(newest.items()) if of == kind and ref > after]
        refs = [ref for (of, ref), _ in sorted(newest.items()) if of == kind and ref > after]
        more = len(found) > page
        return {"records": found[:page], "next": refs[page - 1] if more else None}

    return answer
