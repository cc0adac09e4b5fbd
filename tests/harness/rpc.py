"""The production RPC client, for tests that are not asyncio: its loop runs in a thread."""

import asyncio
import secrets
import threading
from typing import Any

from services.contracts.principal import VISITOR, Principal
from services.runtime.rpc_client import RpcClient


class Rpc:
    """Calls services; an answer is given, a refusal raised (contracts/errors.py)."""

    def __init__(self, amqp_uri: str) -> None:
        self._loop = asyncio.new_event_loop()
        self._thread = threading.Thread(target=self._loop.run_forever, daemon=True)
        self._thread.start()
        self._client = self._run(RpcClient.connect(amqp_uri, part="gateway"))

    def call(
        self,
        method: str,
        arguments: dict[str, Any] | None = None,
        *,
        principal: Principal = VISITOR,
        command_id: str | None = None,
        timeout: float = 10.0,
        correlation_id: str = "test",
    ) -> Any:
        """`command_id` None: a new one, so queries and commands are called alike."""
        return self._run(
            self._client.call(
                method,
                arguments or {},
                principal=principal,
                correlation_id=correlation_id,
                command_id=command_id or f"test-{secrets.token_hex(8)}",
                timeout=timeout,
            )
        )

    def close(self) -> None:
        self._run(self._client.close())
        self._loop.call_soon_threadsafe(self._loop.stop)
        self._thread.join(5)

    def _run(self, coroutine: Any) -> Any:
        return asyncio.run_coroutine_threadsafe(coroutine, self._loop).result(60)
