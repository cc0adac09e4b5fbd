"""Publishes facts with confirms, many in flight, and declares the queues that must get them first."""

import asyncio
from collections.abc import Sequence
from dataclasses import dataclass

import aio_pika
from aio_pika.abc import AbstractChannel, AbstractExchange

from services.contracts.envelope import CONTENT_TYPE
from services.runtime import steps, topology

CONFIRM_WITHIN = 15.0


@dataclass(frozen=True, slots=True)
class Stamped:
    """A fact with its sequence, ready to go out."""

    id: str
    routing_key: str
    body: bytes


async def declare(channel: AbstractChannel) -> AbstractExchange:
    """The exchange of facts with every consumer's queue, so that no fact is published before its queue is there."""
    facts = await channel.declare_exchange(topology.FACTS, aio_pika.ExchangeType.TOPIC, durable=True)
    dead = await channel.declare_exchange(topology.UNDECODABLE, aio_pika.ExchangeType.FANOUT, durable=True)
    queue = await channel.declare_queue(
        topology.UNDECODABLE_QUEUE, durable=True, arguments=topology.UNDECODABLE_ARGUMENTS
    )
    await queue.bind(dead)
    for consumer in topology.CONSUMERS:
        queue = await channel.declare_queue(consumer.queue, durable=True, arguments=topology.QUEUE_ARGUMENTS)
        for key in consumer.bindings:
            await queue.bind(facts, key)
    return facts


async def publish(exchange: AbstractExchange, facts: Sequence[Stamped]) -> None:
    """Publishes in order; returns when the broker has confirmed all. Raises when it has not within 15 seconds."""
    async with asyncio.timeout(CONFIRM_WITHIN):
        publishing = asyncio.gather(*(_publish_one(exchange, fact) for fact in facts))
        await asyncio.sleep(0)
        await steps.reached_async("relay.published")
        await publishing


async def _publish_one(exchange: AbstractExchange, fact: Stamped) -> None:
    message = aio_pika.Message(
        fact.body,
        content_type=CONTENT_TYPE,
        message_id=fact.id,
        delivery_mode=aio_pika.DeliveryMode.PERSISTENT,
    )
    await exchange.publish(message, routing_key=fact.routing_key, mandatory=False)
