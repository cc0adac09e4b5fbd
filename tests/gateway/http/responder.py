"""Services of the tests' own: they answer nameko's RPC on the broker with what a test tells them to."""

import asyncio
import threading
from collections.abc import Callable
from typing import Any, Self

import aio_pika
import orjson
from aio_pika.abc import AbstractIncomingMessage

from services.contracts.errors import Refusal
from services.contracts.rpc import SERVICES, Call
from services.runtime import topology
from services.runtime.heartbeat import beat_of

Answer = Callable[[Call], Any]


class Silent(Exception):
    """Raised by an answer that never comes."""


class Responder:
    """All four services in a thread. `answers`: method -> function of the call; `calls`: what came, in order."""

    def __init__(self, amqp_uri: str) -> None:
        self._amqp_uri = amqp_uri
        self.answers: dict[str, Answer] = {}
        self.calls: list[Call] = []
        self._loop = asyncio.new_event_loop()
        self._thread = threading.Thread(target=self._loop.run_forever, daemon=True)
        self._connection: aio_pika.abc.AbstractConnection | None = None

    def start(self) -> Self:
        self._thread.start()
        self._run(self._open())
        return self

    def stop(self) -> None:
        assert self._connection is not None
        self._run(self._connection.close())
        self._loop.call_soon_threadsafe(self._loop.stop)
        self._thread.join(5)

    def answer(self, method: str, with_: Any) -> None:
        """`with_`: the answer, a refusal to raise, or a function of the call. The calls so far are forgotten."""
        self.calls.clear()
        if callable(with_) and not isinstance(with_, type):
            self.answers[method] = with_
        elif isinstance(with_, Exception):
            self.answers[method] = _raising(with_)
        else:
            self.answers[method] = lambda _: with_

    def last(self, method: str) -> Call:
        """The newest call of a method. Raises AssertionError when there was none."""
        found = [call for call in self.calls if call.method == method]
        assert found, f"{method} was not called, but {[call.method for call in self.calls]}"
        return found[-1]

    def beat(self, *parts: str, ready: bool = True, **numbers: float) -> None:
        """A heartbeat of each of these parts."""
        self._run(self._beat(parts, ready, numbers))

    def _run(self, coroutine: Any) -> Any:
        return asyncio.run_coroutine_threadsafe(coroutine, self._loop).result(20)

    async def _beat(self, parts: tuple[str, ...], ready: bool, numbers: dict[str, float]) -> None:
        for part in parts:
            body = beat_of(part, ready=ready, numbers=numbers).to_json()
            await self._heartbeats.publish(aio_pika.Message(body), routing_key="")

    async def _open(self) -> None:
        self._connection = await aio_pika.connect(self._amqp_uri)
        self._channel = await self._connection.channel()
        exchange = await self._channel.declare_exchange(topology.RPC, aio_pika.ExchangeType.TOPIC, durable=True)
        self._heartbeats = await self._channel.declare_exchange(
            topology.HEARTBEATS, aio_pika.ExchangeType.FANOUT, durable=False
        )
        for service in SERVICES:
            queue = await self._channel.declare_queue(f"rpc-{service}", durable=True)
            await queue.bind(exchange, f"{service}.*")
            await queue.consume(self._take, no_ack=True)

    async def _take(self, message: AbstractIncomingMessage) -> None:
        call = Call.from_wire(orjson.loads(message.body)["args"][0])
        self.calls.append(call)
        try:
            reply = {"result": self.answers[message.routing_key or ""](call), "error": None}
        except Silent:
            return
        except Exception as error:  # noqa: BLE001 - nameko answers with whatever was raised
            reply = {"result": None, "error": _as_nameko_writes(error)}
        await self._channel.default_exchange.publish(
            aio_pika.Message(orjson.dumps(reply), correlation_id=message.correlation_id),
            routing_key=message.reply_to or "",
        )


def _raising(error: Exception) -> Answer:
    def answer(_: Call) -> Any:
        raise error

    return answer


def _as_nameko_writes(error: Exception) -> dict[str, Any]:
    kind = type(error)
    return {
        "exc_type": kind.__name__,
        "exc_path": f"{kind.__module__}.{kind.__name__}",
        "exc_args": list(error.args) if isinstance(error, Refusal) else [str(error)],
        "value": str(error),
    }
