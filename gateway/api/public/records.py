"""Single records: one resource for those that have nothing more to them than JSON."""

from typing import Any

import falcon.asgi
import orjson

from gateway.dependencies import Dependencies
from gateway.openapi import Operation
from gateway.problems import Problem
from gateway.read_model.filters import One
from services.contracts.identifiers import is_id

from .answers import JSON, require, send


class RecordResource:
    """A public record by its id."""

    def __init__(self, deps: Dependencies, kind: str, prefix: str, operation: Operation) -> None:
        self._deps, self._kind, self._prefix = deps, kind, prefix
        self.documentation = {"get": operation}

    async def on_get(self, request: falcon.asgi.Request, response: falcon.asgi.Response, id: str) -> None:
        require(request, JSON)
        found = find(self._deps, self._kind, self._prefix, id)
        send(request, response, found.body, etag=found.etag, changed=found.changed)


async def send_restricted(
    deps: Dependencies, request: falcon.asgi.Request, response: falcon.asgi.Response, call: str, prefix: str, id: str
) -> None:
    """A record that is not public, asked of its owner, who decides whether the caller may know of it.

    Raises Problem 404, for visitors without asking; 503 when the owner is away.
    """
    principal = request.context.caller.principal
    if principal.kind == "visitor" or not is_id(id, prefix):
        raise Problem("not_found", "There is nothing public with this id.")
    record: dict[str, Any] = await deps.remote.call(
        call, {"id": id}, principal=principal, correlation_id=request.context.correlation_id
    )
    response.set_header("ETag", f'"{record["incarnation"]}-{record["version"]}"')
    response.set_header("Cache-Control", "private, no-store")
    response.content_type = JSON
    response.data = orjson.dumps(record)


def find(deps: Dependencies, kind: str, prefix: str, identity: str) -> One:
    """The public record. Raises Problem 404."""
    found = deps.reader.one(kind, identity, deps.settings.node) if is_id(identity, prefix) else None
    if found is None:
        raise Problem("not_found", f"There is no public {kind.replace('_', ' ')} with this id.")
    return found
