"""OpenAPI: what a resource says about itself, and the document made of it."""

import re
from collections.abc import Iterable, Mapping
from dataclasses import dataclass, field
from typing import Any, Final, Protocol

from apispec import APISpec
from apispec.ext.marshmallow import MarshmallowPlugin, resolver
from apispec.ext.marshmallow.openapi import OpenAPIConverter
from marshmallow import Schema, fields, validate

from gateway.problems import MEDIA_TYPE, TYPES
from services.contracts.schemas.fields import Email, Localized, Moment
from services.contracts.vocabularies import LANGUAGES


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
        status: of success. more_answers: other successes, by status.
        body, body_media_type: of the request; optional_in_body: fields that its schema requires, but not always.
        open_to_visitors: no credentials needed.
        beside_items: JSON Schema of what a list may have beside items and next, by member.
        is_command: takes Idempotency-Key. takes_if_match: and If-Match. has_location: answers with Location.
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
    body: type[Schema] | Schema | None = None
    body_media_type: str = "application/json"
    optional_in_body: tuple[str, ...] = ()
    open_to_visitors: bool = True
    is_command: bool = False
    takes_if_match: bool = False
    has_location: bool = False
    more_answers: Mapping[int, type[Schema]] = field(default_factory=dict)
    beside_items: Mapping[str, Any] = field(default_factory=dict)


class Documented(Protocol):
    """A path with what its methods say of themselves."""

    template: str
    documentation: dict[str, Operation]


TAGS: Final = {
    "organisations": "The registry of organisations.",
    "imports": "Organisations from spreadsheets.",
    "events": "Seminars, workshops, meetings: drafts, the calendar, date holds.",
    "sign-ups": "Taking part in an event.",
    "door": "Tickets, check-in, who walks in, and what the organiser takes home.",
    "consortia": "Consortia, clusters, ecosystems; their members over time and working groups.",
    "news": "News of consortia, working groups and regions.",
    "subscriptions": "What is told to whom by mail.",
    "webhooks": "What is told to other systems, signed.",
    "feeds": "The calendar and the news for other programs.",
    "people": "Accounts, sessions, API keys, mandates.",
    "node": "The node itself.",
}
_ALWAYS: Final = ("internal_error", "not_acceptable", "sign_in_needed")
"""Of any operation; the last one for a key that is not, or no longer, known, also where none is needed."""
_OF_COMMANDS: Final = ("bad_request", "other_origin", "key_reused", "too_many", "outcome_unknown", "store_away", "late")
"""bad_request: of a malformed Idempotency-Key or If-Match."""
_PATH_FIELD: Final = re.compile(r"{([a-z_]+)(?::[^}]*)?}")
_JSON: Final = re.compile(r"^application/(json|.+\+json)$")
_ABOUT: Final = """The API of a regional node of Malmi, a network platform for mining clusters.

**Public reads** need nothing. **Commands and private reads** need `Authorization: Bearer <API key>` (or the cookie of
a session, from the node's own pages). Every command takes an `Idempotency-Key`: a repeat with the same key is done
once and gets the one answer. A record's `ETag` goes into `If-Match` so that nobody's change is lost, and into
`If-None-Match` for a 304. Lists give `next`, the address of the next page, or null. Texts are localized:
`{"fi": "...", "sv": "...", "en": "..."}`. Times are RFC 3339. Problems are RFC 9457, and each type's address
explains what to do. What happened is published as facts: see [/asyncapi.json](/asyncapi.json)."""


def document(paths: Iterable[Documented], *, server: str, version: str, node_name: str) -> dict[str, Any]:
    """The OpenAPI 3.1 document of all paths that say something of themselves."""
    plugin = MarshmallowPlugin(schema_name_resolver=name_of)
    spec = APISpec(
        title=f"Malmi – {node_name}",
        version=version,
        openapi_version="3.1.0",
        plugins=[plugin],
        info={"description": _ABOUT},
        servers=[{"url": server}],
        tags=[{"name": name, "description": says} for name, says in TAGS.items()],
    )
    assert plugin.converter is not None
    teach(plugin, plugin.converter)
    _components(spec)
    for path in paths:
        operations = {
            verb: _operation(spec, path.template, operation) for verb, operation in path.documentation.items()
        }
        if operations:
            spec.path(path=_PATH_FIELD.sub(r"{\1}", path.template), operations=operations)
    return dict(spec.to_dict())


def name_of(schema: Any) -> str:
    name: str = resolver(schema)
    if isinstance(schema, Schema) and set(schema.exclude) - set(getattr(schema.opts, "exclude", ())):
        return f"{name}Body"  # of what the path and headers name it says nothing
    return name


def teach(plugin: MarshmallowPlugin, converter: OpenAPIConverter) -> None:
    plugin.map_to_openapi_type(Moment, "string", "date-time")  # type: ignore[no-untyped-call]
    plugin.map_to_openapi_type(Email, "string", "email")  # type: ignore[no-untyped-call]

    def localized(self: Any, declared: fields.Field[Any], **_: Any) -> dict[str, Any]:
        if not isinstance(declared, Localized):
            return {}
        return {
            "propertyNames": {"enum": list(LANGUAGES)},
            "description": "Text by language.",
            "examples": [{"fi": "Seminaari (esimerkki)", "en": "Seminar (example)"}],
        }

    def example(self: Any, declared: fields.Field[Any], **kwargs: Any) -> dict[str, Any]:
        given = declared.metadata.get("example")  # OpenAPI 3.1 takes JSON Schema's `examples`
        kwargs.get("ret", {}).pop("example", None)
        return {} if given is None else {"examples": [given]}

    def without_python_patterns(self: Any, declared: fields.Field[Any], **kwargs: Any) -> dict[str, Any]:
        pattern = kwargs.get("ret", {}).get("pattern")  # \Z is Python's; JSON Schema's $ means the same
        return {} if pattern is None else {"pattern": str(pattern).replace(r"\Z", "$")}

    for function in (localized, example, without_python_patterns):
        converter.add_attribute_function(function)  # type: ignore[no-untyped-call]


class ProblemDocument(Schema):
    """RFC 9457. `type` is the address of a page that explains it; `errors` has an entry for each wrong field."""

    type = fields.Url(required=True)
    title = fields.String(required=True)
    status = fields.Integer(required=True)
    detail = fields.String(required=True)
    instance = fields.String(required=True)
    correlation_id = fields.String(required=True, metadata={"description": "Tell it when you ask for help."})
    errors = fields.List(fields.Dict(keys=fields.String(validate=validate.OneOf(["pointer", "parameter", "message"]))))
    version = fields.Integer(metadata={"description": "The record's version now, where If-Match named another."})
    relation = fields.String(metadata={"description": "The relation that stands in the way."})
    relations = fields.List(fields.String(), metadata={"description": "The relations that stand in the way."})
    merges = fields.List(fields.String(), metadata={"description": "The merges that stand in the way."})
    candidate = fields.String(metadata={"description": "The candidate that is there already."})
    organisation = fields.Dict(metadata={"description": "Who holds the identifier: id, home, name, version."})
    identifier = fields.Dict(metadata={"description": "The identifier that is taken: scheme, value."})
    offers = fields.List(fields.String(), metadata={"description": "What could be done instead."})
    id = fields.String(metadata={"description": "The record that stands in the way."})
    state = fields.String(metadata={"description": "Its state."})
    reason = fields.String(metadata={"description": "Why, as a word for programs."})


def _components(spec: APISpec) -> None:
    spec.components.security_scheme(
        "apiKey", {"type": "http", "scheme": "bearer", "description": "An API key; see POST /api/v1/me/keys."}
    )
    spec.components.security_scheme(
        "session", {"type": "apiKey", "in": "cookie", "name": "malmi_session", "description": "The node's own pages."}
    )
    spec.components.schema("Problem", schema=ProblemDocument)
    spec.components.parameter(
        "IdempotencyKey",
        "header",
        {
            "name": "Idempotency-Key",
            "schema": {"type": "string", "minLength": 1, "maxLength": 255, "pattern": "^[!-~]+$"},
            "description": "Repeat a request with the same key and it is done once; every repeat gets the one answer.",
        },
    )
    spec.components.parameter(
        "IfMatch",
        "header",
        {
            "name": "If-Match",
            "schema": {"type": "string", "pattern": '^"[0-9]{1,9}-[0-9]{1,15}"$', "examples": ['"1-5"']},
            "description": "The record's ETag: refuse (412) if it changed since.",
        },
    )


def _operation(spec: APISpec, template: str, operation: Operation) -> dict[str, Any]:
    found: dict[str, Any] = {
        "operationId": operation.id,
        "summary": operation.summary,
        "tags": [operation.tag],
        "responses": _responses(operation),
    }
    if operation.description:
        found["description"] = operation.description
    parameters = _parameters(spec, template, operation)
    if parameters:
        found["parameters"] = parameters
    if operation.body is not None:
        found["requestBody"] = _request_body(spec, operation)
    if not operation.open_to_visitors:
        # What is open to all names nothing: to `[{}, ...]`, which says the same, viewers show a lock.
        found["security"] = [{"apiKey": []}, {"session": []}]
    return found


def _parameters(spec: APISpec, template: str, operation: Operation) -> list[Any]:
    parameters: list[Any] = [
        {"name": name, "in": "path", "required": True, "schema": {"type": "string"}}
        for name in _PATH_FIELD.findall(template)
    ]
    if operation.query is not None:
        parameters.append({"in": "query", "schema": operation.query})
    if operation.is_command:
        parameters.append("IdempotencyKey")
    if operation.takes_if_match:
        parameters.append("IfMatch")
    return parameters


def _request_body(spec: APISpec, operation: Operation) -> dict[str, Any]:
    schema: Any = operation.body
    if not _JSON.match(operation.body_media_type):
        schema = {"type": "string"}
    elif operation.optional_in_body:
        assert isinstance(operation.body, type)
        schema = operation.body(partial=operation.optional_in_body)
    required = isinstance(operation.body, Schema) and any(
        declared.required for declared in operation.body.fields.values()
    )
    always = isinstance(operation.body, type)
    return {"required": required or always, "content": {operation.body_media_type: {"schema": schema}}}


def _responses(operation: Operation) -> dict[str, Any]:
    responses: dict[str, Any] = {str(operation.status): _success(operation, operation.status, operation.answer)}
    for status, schema in operation.more_answers.items():
        responses[str(status)] = _success(operation, status, schema)
    codes: dict[int, list[str]] = {}
    known = (*operation.problems, *(_OF_COMMANDS if operation.is_command else ()), *_ALWAYS)
    for code in dict.fromkeys((*known, *(("too_slow",) if operation.body is not None or operation.is_command else ()))):
        codes.setdefault(TYPES[code].status, []).append(code)
    for status, found in sorted(codes.items()):
        responses[str(status)] = {
            "description": "; ".join(f"{TYPES[code].title} (`{code}`)" for code in found),
            "content": {MEDIA_TYPE: {"schema": "Problem"}},
            **({"headers": _RETRY} if status in (429, 503) else {}),
        }
    return responses


_RETRY: Final = {"Retry-After": {"schema": {"type": "integer"}, "description": "Seconds to wait."}}


def _success(operation: Operation, status: int, answer: type[Schema] | None) -> dict[str, Any]:
    response: dict[str, Any] = {"description": operation.summary}
    if status == 204:
        return response
    if status == operation.status:
        response["content"] = {name: {"schema": _schema(operation, name, answer)} for name in operation.media_types}
    elif answer is not None:
        response["content"] = {"application/json": {"schema": answer}}
    headers: dict[str, Any] = {}
    if answer is not None and not operation.many and "incarnation" in answer().fields:
        headers["ETag"] = {"schema": {"type": "string"}, "description": "For If-Match and If-None-Match."}
    if operation.has_location:
        headers["Location"] = {"schema": {"type": "string"}, "description": "Address of the new record."}
    if headers:
        response["headers"] = headers
    return response


def _schema(operation: Operation, media_type: str, answer: type[Schema] | None) -> Any:
    if not _JSON.match(media_type):
        return {"type": "string"}
    if media_type != "application/json" or answer is None:
        return {"type": "object"}
    if not operation.many:
        return answer
    return {
        "type": "object",
        "required": ["items", "next"],
        "properties": {
            "items": {"type": "array", "items": answer},
            "next": {"type": ["string", "null"], "description": "Address of the next page; null on the last."},
            **operation.beside_items,
        },
    }
