"""Calling a service from asyncio: nameko's RPC protocol, a deadline on every call, never a wait without end.

nameko's own proxy waits for ever and needs eventlet. This client keeps one connection with any number of calls in
flight. A call's message expires with its deadline, so a service that was away never sees what nobody waits for.
"""

import asyncio
import uuid
from datetime import UTC, datetime, timedelta
from typing import Any, Self

import aio_pika
import orjson
from aio_pika.abc import AbstractIncomingMessage, AbstractRobustConnection
from aio_pika.exceptions import AMQPError, DeliveryError

from services.contracts.errors import BY_PATH
from services.contracts.principal import Principal
from services.contracts.rpc import Call

from . import logging, steps, topology
from .backpressure import BrokerBlocked, is_blocked

log = logging.get(__name__)

TIMEOUT = 5.0


class CallFailed(Exception):
    """The call did not end in an answer or a refusal. `sent` False: certainly nothing happened."""

    sent = True


class OutcomeUnknown(CallFailed):
    """No answer within the time: it may be done, or be done yet. Repeat with the same command id."""


class NotSent(CallFailed):
    """The broker is away, or the service has never started: nothing was sent."""

    sent = False


class ServiceFailed(CallFailed):
    """The service broke on the call: a mistake of ours. Its log has the traceback."""


class RpcClient:
    """One connection, one reply queue, many calls at once. Make it with `connect`."""

    def __init__(self, amqp_uri: str, part: str) -> None:
        self._amqp_uri, self._part = amqp_uri, part
        self._connection: AbstractRobustConnection | None = None
        self._exchange: aio_pika.abc.AbstractExchange | None = None
        self._reply_to = f"rpc.reply-{part}-{uuid.uuid4()}"
        self._waiting: dict[str, asyncio.Future[bytes]] = {}

    @classmethod
    async def connect(cls, amqp_uri: str, part: str, *, patience: float = 10.0) -> Self:
        """Tries for `patience` seconds, then goes on trying in the background."""
        client = cls(amqp_uri, part)
        client._task = asyncio.create_task(client._open())
        await asyncio.wait({client._task}, timeout=patience)
        return client

    _task: "asyncio.Task[None]"

    async def _open(self) -> None:
        delay = 0.2
        while True:
            try:
                connection = await aio_pika.connect_robust(
                    self._amqp_uri,
                    timeout=5,
                    reconnect_interval=1,
                    client_properties={"connection_name": self._part},
                )
                channel = await connection.channel(publisher_confirms=True, on_return_raises=True)
                exchange = await channel.declare_exchange(topology.RPC, aio_pika.ExchangeType.TOPIC, durable=True)
                queue = await channel.declare_queue(self._reply_to, exclusive=True, auto_delete=True)
                await queue.bind(exchange, self._reply_to)
                await queue.consume(self._take, no_ack=True)
            except (TimeoutError, AMQPError, OSError) as error:
                log.warning("broker away", error=str(error))
                await asyncio.sleep(delay)
                delay = min(delay * 2, 5.0)
            else:
                self._connection, self._exchange = connection, exchange
                return

    @property
    def connected(self) -> bool:
        """Whether the broker answers now."""
        connection = self._connection
        return connection is not None and connection.connected.is_set() and not connection.is_closed

    @property
    def blocked(self) -> bool:
        """Whether the broker is there and takes no messages."""
        return self._connection is not None and self.connected and is_blocked(self._connection)

    async def close(self) -> None:
        self._task.cancel()
        if self._connection is not None:
            await self._connection.close()

    async def call(
        self,
        method: str,
        arguments: dict[str, Any],
        *,
        principal: Principal,
        correlation_id: str,
        command_id: str | None = None,
        timeout: float = TIMEOUT,
    ) -> Any:
        """Calls `<service>.<method>` and gives its answer (JSON values).

        `command_id` is needed for a command and repeats the same command when repeated. Raises a class of
        contracts.errors for a refusal, else a CallFailed; returns or raises within `timeout` seconds.
        """
        deadline = datetime.now(UTC) + timedelta(seconds=timeout)
        call = Call(method.partition(".")[2], arguments, principal, correlation_id, deadline, command_id)
        try:
            async with asyncio.timeout(timeout):
                body = await self._exchange_messages(method, call, timeout)
        except TimeoutError as error:
            raise OutcomeUnknown(f"{method}: no answer within {timeout} s") from error
        return _answer(method, orjson.loads(body))

    async def _exchange_messages(self, method: str, call: Call, timeout: float) -> bytes:
        if self._exchange is None or not self.connected:
            raise NotSent("the broker is away")
        if self.blocked:
            raise NotSent(str(BrokerBlocked()))
        key = str(uuid.uuid4())
        future: asyncio.Future[bytes] = asyncio.get_running_loop().create_future()
        self._waiting[key] = future
        try:
            await self._publish(method, call, key, timeout)
            await steps.reached_async("call.sent")
            body = await future
            await steps.reached_async("call.answered")
            return body
        finally:
            self._waiting.pop(key, None)

    async def _publish(self, method: str, call: Call, key: str, timeout: float) -> None:
        assert self._exchange is not None
        message = aio_pika.Message(
            orjson.dumps({"args": [call.to_wire()], "kwargs": {}}),
            content_type="application/json",
            content_encoding="utf-8",
            correlation_id=key,
            reply_to=self._reply_to,
            expiration=timeout,
            headers={"nameko.correlation_id": call.correlation_id},
        )
        try:
            await self._exchange.publish(message, routing_key=method, mandatory=True)
        except DeliveryError as error:
            raise NotSent(f"{method}: the service has no queue yet") from error
        except (AMQPError, OSError, RuntimeError) as error:
            # RuntimeError: a channel that is not open again yet, while the connection already is
            raise OutcomeUnknown(f"{method}: the broker went away: {error}") from error

    async def _take(self, message: AbstractIncomingMessage) -> None:
        future = self._waiting.get(message.correlation_id or "")
        if future is not None and not future.done():
            future.set_result(message.body)


def _answer(method: str, reply: dict[str, Any]) -> Any:
    error = reply.get("error")
    if error is None:
        return reply["result"]
    refusal = BY_PATH.get(error.get("exc_path", ""))
    if refusal is not None:
        raise refusal(*error["exc_args"])
    raise ServiceFailed(f"{method}: {error.get('exc_type')}: {error.get('value')}")
