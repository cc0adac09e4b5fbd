"""Every fact that the node published, kept by the broker in a durable queue of the test's own."""

from contextlib import suppress
from dataclasses import dataclass, field

from kombu import Connection, Exchange, Queue
from kombu.message import Message

from services.contracts.envelope import Fact
from services.runtime import topology

NAME = "test.journal"


@dataclass(slots=True)
class Journal:
    """facts: by id. copies: how often each came."""

    amqp_uri: str
    facts: dict[str, Fact] = field(default_factory=dict)
    copies: dict[str, int] = field(default_factory=dict)

    def open(self) -> None:
        """From now on no fact goes past it, whatever happens to the broker or to this process."""
        with Connection(self.amqp_uri, connect_timeout=10) as connection:
            self._queue()(connection.default_channel).declare()

    def read(self) -> None:
        """Takes what came since the last time."""
        with Connection(self.amqp_uri, connect_timeout=10) as connection:
            consumer = connection.Consumer([self._queue()], on_message=self._take, prefetch_count=500)
            with consumer, suppress(TimeoutError):
                while True:
                    connection.drain_events(timeout=0.5)

    def undecodable(self) -> int:
        """How many messages lie in the queue of what is no fact."""
        with Connection(self.amqp_uri, connect_timeout=10) as connection:
            declared = connection.default_channel.queue_declare(topology.UNDECODABLE_QUEUE, passive=True)
            return int(declared.message_count)

    def sequences(self, service: str) -> list[int]:
        """The numbers of a service's facts, each once, in order."""
        return sorted(fact.sequence or 0 for fact in self.facts.values() if fact.service == service)

    def of(self, consumer: topology.Consumer) -> set[str]:
        """Ids of the facts that this consumer is bound to."""
        return {
            fact.id for fact in self.facts.values() if any(matches(key, fact.routing_key) for key in consumer.bindings)
        }

    def _take(self, message: Message) -> None:
        fact = Fact.from_json(message.body)
        self.facts[fact.id] = fact
        self.copies[fact.id] = self.copies.get(fact.id, 0) + 1
        message.ack()

    @staticmethod
    def _queue() -> Queue:
        exchange = Exchange(topology.FACTS, "topic", durable=True)
        return Queue(NAME, exchange, routing_key="#", durable=True, queue_arguments={"x-queue-type": "quorum"})


def matches(binding: str, key: str) -> bool:
    """As a topic exchange does it, for bindings with `*` anywhere and `#` at the end."""
    wanted, words = binding.split("."), key.split(".")
    if wanted[-1] == "#":
        wanted = wanted[:-1]
        if len(words) < len(wanted):
            return False
        words = words[: len(wanted)]
    return len(wanted) == len(words) and all(one in ("*", word) for one, word in zip(wanted, words, strict=True))
