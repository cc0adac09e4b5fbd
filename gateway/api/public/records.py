"""Single records: one resource for those that have nothing more to them than JSON."""

import falcon.asgi

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


def find(deps: Dependencies, kind: str, prefix: str, identity: str) -> One:
    """The public record. Raises Problem 404."""
    found = deps.reader.one(kind, identity, deps.settings.node) if is_id(identity, prefix) else None
    if found is None:
        raise Problem("not_found", f"There is no public {kind.replace('_', ' ')} with this id.")
    return found
