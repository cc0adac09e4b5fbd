"""Calls from the gateway to the services, with every way to fail told as a problem."""

import asyncio
import time
from collections.abc import Awaitable, Callable
from typing import Any, Final

from gateway.metrics import Metrics
from gateway.problems import Problem, from_refusal
from services.contracts.errors import Late, Refusal, StoreAway, Unfinished
from services.contracts.principal import Principal
from services.runtime import logging
from services.runtime.rpc_client import NotSent, OutcomeUnknown, RpcClient, ServiceFailed

log = logging.get(__name__)

TIMEOUT: Final = 4.0
"""Seconds. With what the gateway itself needs, every request is answered within 5."""
LONGEST: Final = 20.0
"""Seconds that a request waits for a service that says of itself that it lives and works: under load others come
first, and that is no reason to turn anybody away."""
_LOOK_EVERY: Final = 0.25
_PATIENCE: Final = 2.0


class Remote:
    """The worker's connection to the broker. A broker that is away at the start is no reason not to serve reads.

    works: whether a service was just heard to live and be well.
    """

    def __init__(self, amqp_uri: str, part: str, metrics: Metrics, works: Callable[[str], bool]) -> None:
        self._amqp_uri, self._part, self._metrics, self._works = amqp_uri, part, metrics, works
        self._client: RpcClient | None = None

    async def start(self) -> None:
        self._client = await RpcClient.connect(self._amqp_uri, self._part, patience=_PATIENCE)

    async def stop(self) -> None:
        if self._client is not None:
            await self._client.close()

    @property
    def connected(self) -> bool:
        return self._client is not None and self._client.connected

    @property
    def blocked(self) -> bool:
        """Whether the broker is there and takes no messages, its disk or memory being nearly full."""
        return self._client is not None and self._client.blocked

    async def call(
        self,
        method: str,
        arguments: dict[str, Any],
        *,
        principal: Principal,
        correlation_id: str,
        command_id: str | None = None,
    ) -> Any:
        """The answer of `<service>.<method>` as JSON values; `command_id` for commands only.

        Raises Problem: the service's refusal, 503 `service_away` (nothing happened), 503 `outcome_unknown` (repeat
        with the same Idempotency-Key), or 500.
        """
        began, outcome = time.perf_counter(), "internal_error"
        try:
            answer = await self._call(method, arguments, principal, correlation_id, command_id)
            outcome = "answered"
        except Problem as problem:
            outcome = problem.type.code
            raise
        else:
            return answer
        finally:
            self._metrics.called(method, outcome, time.perf_counter() - began)

    async def _call(
        self,
        method: str,
        arguments: dict[str, Any],
        principal: Principal,
        correlation_id: str,
        command_id: str | None,
    ) -> Any:
        if self._client is None:
            raise Problem("service_away", "The broker is away. Nothing was carried out.")
        client = self._client

        async def attempt() -> Any:
            return await client.call(
                method,
                arguments,
                principal=principal,
                correlation_id=correlation_id,
                command_id=command_id,
                timeout=TIMEOUT,
            )

        try:
            return await self._patiently(method.partition(".")[0], attempt)
        except Refusal as refusal:
            raise from_refusal(refusal) from refusal
        except NotSent as error:
            raise Problem("service_away", "The service cannot be reached now. Nothing was carried out.") from error
        except OutcomeUnknown as error:
            log.warning("no answer", method=method, error=str(error))
            raise _without_answer(command_id) from error
        except ServiceFailed as error:
            log.error("service failed", method=method, error=str(error))
            raise Problem("internal_error", "The service broke on this request; it has been logged.") from error

    async def _patiently(self, service: str, attempt: Callable[[], Awaitable[Any]]) -> Any:
        """Asks again, with the same command id, while a command is unfinished, and as long as the service works: a
        command is carried out once, and one that comes after its deadline is not. For a service that is silent nobody
        waits longer than for one call."""
        ends, first = time.monotonic() + LONGEST, True
        while True:
            began = time.monotonic()
            try:
                return await (attempt() if first else self._while_it_works(service, attempt))
            except Unfinished:
                ends = time.monotonic() + LONGEST  # it has done a part, so this comes to an end
            except (OutcomeUnknown, Late, StoreAway) as error:
                now = time.monotonic()
                lacked_time = now - began > TIMEOUT / 2
                if not lacked_time or now > ends or not self._works(service):
                    raise
                log.info("asking again", service=service, because=type(error).__name__)
            first = False

    async def _while_it_works(self, service: str, attempt: Callable[[], Awaitable[Any]]) -> Any:
        asking = asyncio.ensure_future(attempt())
        try:
            while not asking.done() and self._works(service):
                await asyncio.wait({asking}, timeout=_LOOK_EVERY)
            if not asking.done():
                raise OutcomeUnknown(f"{service} has fallen silent")
            return asking.result()
        finally:
            asking.cancel()


def _without_answer(command_id: str | None) -> Problem:
    if command_id is None:
        return Problem("service_away", "The service did not answer in time. Nothing was changed.")
    return Problem(
        "outcome_unknown",
        "The service did not answer in time, so it may or may not have been carried out. Repeat the request with the "
        "same Idempotency-Key: it is carried out at most once.",
    )
