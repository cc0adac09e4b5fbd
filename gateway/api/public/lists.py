"""Lists: one resource for all of them."""

import math
from collections.abc import Mapping
from dataclasses import dataclass
from typing import Any, Final
from urllib.parse import parse_qsl, urlencode
from zoneinfo import ZoneInfo

import falcon.asgi
import orjson
from marshmallow import Schema

from gateway.api.parameters import load_query
from gateway.dependencies import Dependencies
from gateway.kept import turn_of
from gateway.openapi import Operation
from gateway.problems import Problem
from gateway.read_model import cursors
from services.contracts.identifiers import is_id

from .answers import JSON, etag_of_bytes, require, send
from .parameters import TIMED, filter_of

_A_SECOND: Final = 1.0
SEARCHED_FOR: Final[dict[str, Any]] = {
    "searched_for": {
        "type": "string",
        "description": "What was searched for in the place of `q`: no record has some word of it, and this was likely "
        "meant. Only where that is so.",
    }
}
"""What lists that are searched may have beside their items."""
COUNTS: Final[dict[str, Any]] = SEARCHED_FOR | {
    "facets": {
        "type": "object",
        "additionalProperties": {"type": "object", "additionalProperties": {"type": "integer"}},
        "description": "By facet, by value: how many records have it. Only where `facets` was asked for.",
    }
}
"""Of lists that are counted."""


@dataclass(frozen=True, slots=True)
class Of:
    """The record that the path names: `GET /consortia/{id}/members` lists those with the facet consortium = id."""

    facet: str
    prefix: str


class ListResource:
    """A list of public records of one kind."""

    def __init__(
        self, deps: Dependencies, kind: str, query: type[Schema], operation: Operation, of: Of | None = None
    ) -> None:
        self._deps, self._kind, self._query, self._of = deps, kind, query, of
        self._zone = ZoneInfo(deps.settings.time_zone)
        self.documentation = {"get": operation}

    async def on_get(self, request: falcon.asgi.Request, response: falcon.asgi.Response, **path: str) -> None:
        require(request, JSON)
        given = load_query(request, self._query)
        now, until = turn_of(_A_SECOND)
        if self._kind not in TIMED or "from_" in given:
            until = math.inf
        filter_ = filter_of(self._kind, given, self._zone, now=now, of=self._named(path))
        reader = self._deps.reader
        page = reader.page(filter_, given["limit"], given.get("cursor"))
        more: dict[str, Any] = {}
        if filter_.words and not page.items and "cursor" not in given and (meant := reader.meant(filter_)) is not None:
            filter_, page = meant, reader.page(meant, given["limit"])
            more["searched_for"] = meant.words
        if given.get("facets"):
            more["facets"] = reader.facet_counts(filter_, given["facets"])
        # What follows is asked for by the words that were searched for.
        following = None if page.after is None else _following(request, cursors.write(page.after), filter_.words)
        rest = orjson.dumps({"next": following, **more})
        body = b'{"items":[' + b",".join(page.items) + b"]," + rest[1:]
        send(request, response, body, etag=etag_of_bytes(body), until=until)

    def _named(self, path: Mapping[str, str]) -> dict[str, str]:
        if self._of is None:
            return {}
        identity = path["id"]
        if not is_id(identity, self._of.prefix) or self._deps.reader.one(self._of.facet, identity) is None:
            raise Problem("not_found", f"There is no {self._of.facet.replace('_', ' ')} with this id.")
        return {self._of.facet: identity}


def _following(request: falcon.asgi.Request, cursor: str, words: str) -> str:
    given: list[tuple[str, Any]] = [
        (name, words if name == "q" else value) for name, value in parse_qsl(request.query_string) if name != "cursor"
    ]
    return f"{request.path}?{urlencode([*given, ('cursor', cursor)])}"
