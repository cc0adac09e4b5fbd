"""Calls from the gateway to the services, with every way to fail told as a problem."""

import time
from typing import Any, Final

from gateway.metrics import Metrics
from gateway.problems import Problem, from_refusal
from services.contracts.errors import Refusal
from services.contracts.principal import Principal
from services.runtime import logging
from services.runtime.rpc_client import NotSent, OutcomeUnknown, RpcClient, ServiceFailed

log = logging.get(__name__)

TIMEOUT: Final = 4.0
"""Seconds. With what the gateway itself needs, every request is answered within 5."""
_PATIENCE: Final = 2.0


class Remote:
    """The worker's connection to the broker. A broker that is away at the start is no reason not to serve reads."""

    def __init__(self, amqp_uri: str, part: str, metrics: Metrics) -> None:
        self._amqp_uri, self._part, self._metrics = amqp_uri, part, metrics
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
        try:
            return await self._client.call(
                method,
                arguments,
                principal=principal,
                correlation_id=correlation_id,
                command_id=command_id,
                timeout=TIMEOUT,
            )
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


def _without_answer(command_id: str | None) -> Problem:
    if command_id is None:
        return Problem("service_away", "The service did not answer in time. Nothing was changed.")
    return Problem(
        "outcome_unknown",
        "The service did not answer in time, so it may or may not have been carried out. Repeat the request with the "
        "same Idempotency-Key: it is carried out at most once.",
    )
