"""Takes facts from the service's queue, in batches, and acknowledges what the inbox has (rules 5 and 6).

When the store is away it waits, holding what it has; nothing is counted as failed. A message that can't be decoded
is rejected, which sends it to facts.undecodable.
"""

from collections.abc import Callable
from typing import Any

import eventlet
from kombu import Connection, Exchange, Queue
from kombu.message import Message
from kombu.mixins import ConsumerMixin

from services.contracts.envelope import Fact, UndecodableFact
from services.contracts.errors import StoreAway

from . import logging, steps, topology
from .inbox import Inbox

log = logging.get(__name__)

BATCH = 50
PREFETCH = 200


def declare_undecodable(channel: Any) -> None:
    """Where messages go that are no facts."""
    exchange = Exchange(topology.UNDECODABLE, "fanout", durable=True)
    queue = Queue(
        topology.UNDECODABLE_QUEUE,
        exchange,
        durable=True,
        queue_arguments=topology.UNDECODABLE_ARGUMENTS,
    )
    queue(channel).declare()


class FactListener(ConsumerMixin):
    """Runs in its own greenlet until stopped; reconnects by itself (kombu's ConsumerMixin)."""

    def __init__(self, amqp_uri: str, consumer: topology.Consumer, inbox: Inbox, after: Callable[[], None]) -> None:
        self.connection = Connection(amqp_uri, heartbeat=20)
        self._consumer, self._inbox, self._after = consumer, inbox, after
        self._held: list[tuple[Message, Fact]] = []
        self._at_once = BATCH
        self.store_away = False

    def get_consumers(self, consumer_class: Any, channel: Any) -> list[Any]:
        self._held.clear()  # from a connection that is gone: the broker gives them again
        declare_undecodable(channel)
        facts = Exchange(topology.FACTS, "topic", durable=True)
        queue = Queue(self._consumer.queue, durable=True, queue_arguments=topology.QUEUE_ARGUMENTS, no_declare=True)
        bound = queue(channel)
        facts(channel).declare()
        bound.queue_declare()
        for key in self._consumer.bindings:
            bound.bind_to(facts, routing_key=key)
        return [consumer_class([queue], on_message=self._receive, prefetch_count=PREFETCH)]

    def consume(self, limit: Any, timeout: Any = None, safety_interval: int = 1, **kwargs: Any) -> Any:
        """ConsumerMixin's loop, but what has come is applied together as soon as no more is there at once."""
        with self.consumer_context(**kwargs) as (connection, _channel, _consumers):
            while not self.should_stop:
                self._drain(connection)
                self._apply_held()
                yield

    def _drain(self, connection: Any) -> None:
        try:
            connection.drain_events(timeout=1)
            while len(self._held) < BATCH:
                connection.drain_events(timeout=0.001)
        except TimeoutError:
            connection.heartbeat_check()

    def _receive(self, message: Message) -> None:
        try:
            self._held.append((message, Fact.from_json(message.body)))
        except UndecodableFact as error:
            log.error("undecodable message", error=str(error), size=len(message.body))
            message.reject()

    def _apply_held(self) -> None:
        pause = 0.2
        while self._held and not self.should_stop:
            part = self._held[: self._at_once]
            try:
                self._inbox.take([fact for _, fact in part])
            except StoreAway as error:
                self.store_away = True
                log.warning("store away, consuming stops", error=str(error), held=len(self._held), tried=len(part))
                # It may be slow instead of away: what is too much for one transaction would be so for ever.
                self._at_once = max(1, self._at_once // 4)
                eventlet.sleep(pause)
                pause = min(pause * 2, 5.0)
                continue
            pause, self.store_away = 0.2, False
            self._at_once = min(BATCH, self._at_once * 2)
            self._held = self._held[len(part) :]
            steps.reached("listener.applied")
            for message, _ in part:
                message.ack()
            self._after()

    def on_connection_error(self, exc: BaseException, interval: float) -> None:
        log.warning("broker away", error=str(exc), again_in=interval)
