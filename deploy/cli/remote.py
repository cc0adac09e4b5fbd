"""Calls to the services of a running node, with the operator's account of its broker."""

import asyncio
import os
import uuid
from collections.abc import Awaitable, Callable
from dataclasses import dataclass
from typing import Any, TypeVar

from deploy.node import broker
from deploy.node.errors import NodeError
from deploy.node.folder import DataFolder
from deploy.node.parts import OPERATOR
from services.contracts.errors import Forbidden, Refusal, UnknownReference
from services.contracts.principal import OPERATOR as AS_OPERATOR
from services.contracts.principal import Principal
from services.contracts.rpc import BY_NAME
from services.runtime.rpc_client import CallFailed, RpcClient

_Answer = TypeVar("_Answer")
PATIENCE = 15.0


@dataclass(frozen=True, slots=True)
class Services:
    """The services of one node. Every call is the operator's unless `principal` says another."""

    client: RpcClient
    correlation_id: str

    async def call_when_known(self, method: str, arguments: dict[str, Any], **more: Any) -> Any:
        """As `call`; tries for 15 s while the service's copy of what others own is behind (mandates, records)."""
        deadline = asyncio.get_running_loop().time() + PATIENCE
        while True:
            try:
                return await self.call(method, arguments, **more)
            except NodeError as error:
                behind = isinstance(error.__cause__, UnknownReference | Forbidden)
                if not behind or asyncio.get_running_loop().time() > deadline:
                    raise
                await asyncio.sleep(0.2)

    async def call(
        self, method: str, arguments: dict[str, Any], *, principal: Principal = AS_OPERATOR, command: str | None = None
    ) -> Any:
        """The answer. `command`: the id of the command, to repeat the same one; else a new one.

        Raises NodeError for a refusal (its cause), and when nothing answers.
        """
        identity = (command or f"cmd-{uuid.uuid4()}") if BY_NAME[method].kind == "command" else None
        try:
            return await self.client.call(
                method,
                arguments,
                principal=principal,
                correlation_id=self.correlation_id,
                command_id=identity,
                timeout=PATIENCE,
            )
        except Refusal as refusal:
            raise NodeError(_told(method, refusal)) from refusal
        except CallFailed as failure:
            raise NodeError(f"{failure}; is the node well? see: ./malmi status") from failure


def talk(folder: DataFolder, conversation: Callable[[Services], Awaitable[_Answer]]) -> _Answer:
    """Runs one conversation with the services of the folder's node. Raises NodeError when it does not run."""
    return asyncio.run(_talk(operator_uri(folder), conversation))


def operator_uri(folder: DataFolder) -> str:
    """The broker's address for the operator. Raises NodeError when the node does not run."""
    setup = folder.setup() if folder.path.exists() else None
    if setup is None or not folder.is_running():
        raise NodeError(f"no node is running in {folder.path}: start it with ./malmi up")
    given = os.environ.get("AMQP_URI")
    if given:
        return given
    return broker.uri(broker.operator(folder.secrets((OPERATOR,)).broker_passwords[OPERATOR]), setup.ports["broker"])


async def _talk(uri: str, conversation: Callable[[Services], Awaitable[_Answer]]) -> _Answer:
    client = await RpcClient.connect(uri, "malmi")
    try:
        return await conversation(Services(client, f"cli-{uuid.uuid4()}"))
    finally:
        await client.close()


def _told(method: str, refusal: Refusal) -> str:
    errors = [error for error in refusal.details.get("errors") or [] if error.get("message") != refusal.message]
    fields = "; ".join(f"{error.get('field')}: {error.get('message')}" for error in errors)
    return f"{method}: {refusal.message}" + (f" ({fields})" if fields else "")
