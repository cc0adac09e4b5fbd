"""Collects facts as they are published, and publishes facts as another service would."""

import threading
from collections.abc import Callable
from typing import Any

from kombu import Connection, Exchange, Producer, Queue

from services.contracts.envelope import CONTENT_TYPE, Fact, UndecodableFact
from services.runtime import topology

from .waiting import until


class Facts:
    """Everything on the exchange of facts from now on, in order."""

    def __init__(self, amqp_uri: str) -> None:
        self._connection = Connection(amqp_uri)
        self._connection.connect()
        self._exchange = Exchange(topology.FACTS, "topic", durable=True)
        self._queue = Queue("", self._exchange, routing_key="#", exclusive=True, auto_delete=True, durable=False)
        self.seen: list[Fact] = []
        self.undecodable = 0
        self._stopped = threading.Event()
        channel = self._connection.channel()
        self._consumer = self._connection.Consumer([self._queue], channel=channel, on_message=self._take)
        self._consumer.consume()
        self._thread = threading.Thread(target=self._run, daemon=True)
        self._thread.start()
        self._publishing = Connection(amqp_uri)

    def wait_for(self, fact_type: str, where: Callable[[Fact], bool] = lambda _: True, limit: float = 20.0) -> Fact:
        """The first such fact, also one that came before."""

        def found() -> Fact | None:
            return next((fact for fact in list(self.seen) if fact.type == fact_type and where(fact)), None)

        fact = until(found, limit=limit, says=f"{fact_type} is published")
        assert fact is not None
        return fact

    def of(self, fact_type: str, subject: str | None = None) -> list[Fact]:
        """All of this type so far, of one record if it is named."""
        return [fact for fact in list(self.seen) if fact.type == fact_type and subject in (None, fact.subject)]

    def publish(self, *facts: Fact) -> None:
        """As the relay of another service would."""
        producer = Producer(self._publishing.default_channel)
        for fact in facts:
            producer.publish(
                fact.to_json(),
                exchange=self._exchange,
                declare=[self._exchange],
                routing_key=fact.routing_key,
                content_type=CONTENT_TYPE,
                content_encoding="utf-8",
                delivery_mode=2,
            )

    def close(self) -> None:
        self._stopped.set()
        self._thread.join(5)
        self._connection.close()
        self._publishing.close()

    def _take(self, message: Any) -> None:
        message.ack()
        try:
            self.seen.append(Fact.from_json(message.body))
        except UndecodableFact:
            self.undecodable += 1

    def _run(self) -> None:
        while not self._stopped.is_set():
            try:
                self._connection.drain_events(timeout=0.2)
            except TimeoutError:
                continue
            except OSError:
                if not self._stopped.is_set():
                    raise
