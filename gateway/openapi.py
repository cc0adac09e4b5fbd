"""OpenAPI: what a resource says about itself, and the document made of it."""

from collections.abc import Mapping
from dataclasses import dataclass, field
from typing import Any

from marshmallow import Schema


@dataclass(frozen=True, slots=True)
class Operation:
    """What /openapi.json says of one method of a resource.

    Args:
        id: the operationId, snake_case, unique (list_events).
        summary: one line.
        tag: the part of the API (organisations, events, consortia, news, subscriptions, ...).
        answer: the schema of the body (for a list: of one item, with many=True -> {"items": [...], "next": ...}).
        query: the schema of the query's parameters.
        media_types: of the answer. Those that are not JSON are documented as strings.
        problems: codes of gateway.problems that it may answer with, besides those that any operation may.
    """

    id: str
    summary: str
    tag: str
    answer: type[Schema] | None = None
    many: bool = False
    query: type[Schema] | None = None
    media_types: tuple[str, ...] = ("application/json",)
    problems: tuple[str, ...] = ()
    status: int = 200
    description: str = ""
    body: type[Schema] | None = None
    body_media_type: str = "application/json"
    open_to_visitors: bool = True
    headers: Mapping[str, str] = field(default_factory=dict)
    extra: Mapping[str, Any] = field(default_factory=dict)
