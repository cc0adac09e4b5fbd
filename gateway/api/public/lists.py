"""Lists: one resource for all of them."""

import time
from collections import OrderedDict
from collections.abc import Mapping
from dataclasses import dataclass
from datetime import UTC, datetime
from typing import Any, Final
from urllib.parse import parse_qsl, urlencode
from zoneinfo import ZoneInfo

import falcon.asgi
import orjson
from marshmallow import Schema

from gateway.api.parameters import load_query
from gateway.dependencies import Dependencies
from gateway.openapi import Operation
from gateway.problems import Problem
from gateway.read_model import cursors
from services.contracts.identifiers import is_id

from .answers import JSON, etag_of_bytes, require, send
from .parameters import TIMED, filter_of

_KEPT: Final = 256
_LONGEST_KEPT: Final = 1_000_000


@dataclass(frozen=True, slots=True)
class Of:
    """The record that the path names: `GET /consortia/{id}/members` lists those with the facet consortium = id."""

    facet: str
    prefix: str


@dataclass(frozen=True, slots=True)
class _Answer:
    state: tuple[int, int]
    second: int
    body: bytes
    etag: str


class ListResource:
    """A list of public records of one kind."""

    def __init__(
        self, deps: Dependencies, kind: str, query: type[Schema], operation: Operation, of: Of | None = None
    ) -> None:
        self._deps, self._kind, self._query, self._of = deps, kind, query, of
        self._zone = ZoneInfo(deps.settings.time_zone)
        self.documentation = {"get": operation}
        # Answers that were just made, for as long as nothing public changes and the second lasts: many ask the same.
        self._answers: OrderedDict[tuple[str, str], _Answer] = OrderedDict()

    async def on_get(self, request: falcon.asgi.Request, response: falcon.asgi.Response, **path: str) -> None:
        require(request, JSON)
        answer = self._answer(request, path)
        send(request, response, answer.body, etag=answer.etag)

    def _answer(self, request: falcon.asgi.Request, path: Mapping[str, str]) -> _Answer:
        key = (request.path, request.query_string)
        state = self._deps.reader.state()
        second = int(time.time()) if self._kind in TIMED else 0
        kept = self._answers.get(key)
        if kept is not None and (kept.state, kept.second) == (state, second):
            self._answers.move_to_end(key)
            return kept
        body = self._body(request, path, second)
        answer = _Answer(state, second, body, etag_of_bytes(body))
        if len(body) <= _LONGEST_KEPT and len(key[1]) <= 500:
            self._answers[key] = answer
            while len(self._answers) > _KEPT:
                self._answers.popitem(last=False)
        return answer

    def _body(self, request: falcon.asgi.Request, path: Mapping[str, str], second: int) -> bytes:
        given = load_query(request, self._query)
        filter_ = filter_of(
            self._kind, given, self._zone, now=datetime.fromtimestamp(second, UTC), of=self._named(path)
        )
        page = self._deps.reader.page(filter_, given["limit"], given.get("cursor"))
        following = None
        if page.after is not None:
            following = _following(request, cursors.write(page.after))
        return b'{"items":[' + b",".join(page.items) + b'],"next":' + orjson.dumps(following) + b"}"

    def _named(self, path: Mapping[str, str]) -> dict[str, str]:
        if self._of is None:
            return {}
        identity = path["id"]
        if not is_id(identity, self._of.prefix) or self._deps.reader.one(self._of.facet, identity) is None:
            raise Problem("not_found", f"There is no {self._of.facet.replace('_', ' ')} with this id.")
        return {self._of.facet: identity}


def _following(request: falcon.asgi.Request, cursor: str) -> str:
    given: list[tuple[str, Any]] = [
        (name, value) for name, value in parse_qsl(request.query_string) if name != "cursor"
    ]
    return f"{request.path}?{urlencode([*given, ('cursor', cursor)])}"
