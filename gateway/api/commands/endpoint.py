"""One method of one path of the JSON API that a service answers: how the request maps to a call."""

from collections.abc import Mapping
from dataclasses import dataclass, field
from typing import Any

from marshmallow import Schema

from gateway.openapi import Operation
from services.contracts import rpc


@dataclass(frozen=True, slots=True)
class Endpoint:
    """A request and the remote call that it becomes.

    Args:
        verb: POST, PATCH, DELETE for commands and what takes a token; GET for private reads.
        path: below /api/v1, Falcon's template.
        call: the remote call's full name, e.g. `events.publish_event`.
        operation: the operationId of OpenAPI.
        tag, summary: for OpenAPI.
        names: path field -> argument of the call, where they differ.
        account: the argument that is the caller's own account; then a visitor is told to sign in.
        query: schema of the parameters; `cursor` becomes the argument `after`.
        fixed: arguments that the path implies.
        status: of success.
        location: template of the header Location, filled from the answer.
        policy: name of the limit (gateway.limits) where it is open to the public.
        settles: kind of the record to wait for in the read model before answering.
        answer: schema of the answer where the call declares none; `many`: a list of it.
        hides: members of the answer that are for the gateway alone.
    """

    verb: str
    path: str
    call: str
    operation: str
    tag: str
    summary: str
    names: Mapping[str, str] = field(default_factory=dict)
    account: str | None = None
    query: type[Schema] | None = None
    fixed: Mapping[str, Any] = field(default_factory=dict)
    status: int = 200
    location: str | None = None
    policy: str | None = None
    settles: str | None = None
    answer: type[Schema] | None = None
    many: bool = False
    hides: tuple[str, ...] = ()

    @property
    def method(self) -> rpc.Method:
        return rpc.BY_NAME[self.call]

    @property
    def is_command(self) -> bool:
        return self.method.kind == "command"

    @property
    def takes_body(self) -> bool:
        return self.verb in ("POST", "PATCH") and bool(self.body_fields)

    @property
    def path_fields(self) -> tuple[str, ...]:
        return tuple(part[1:-1] for part in self.path.split("/") if part.startswith("{"))

    @property
    def not_in_body(self) -> frozenset[str]:
        """Arguments of the call that come from the path, a header or the caller, never from the body."""
        named = {self.names.get(name, name) for name in self.path_fields}
        return frozenset({*named, *self.fixed, "expected_version", *([self.account] if self.account else [])})

    @property
    def body_fields(self) -> frozenset[str]:
        return frozenset(self.method.arguments().fields) - self.not_in_body

    @property
    def takes_if_match(self) -> bool:
        return self.is_command and "expected_version" in self.method.arguments().fields

    def describe(self) -> Operation:
        """What OpenAPI says of it."""
        method = self.method
        body = method.arguments(exclude=tuple(self.not_in_body & set(method.arguments().fields)))
        problems = ["sign_in_needed", "forbidden", "service_away"]
        if self.verb != "GET":  # where no body is expected, too: one that comes is read, and must say nothing
            problems += ["invalid", "bad_request", "unsupported_media_type", "too_large", "unknown_reference"]
        asks_by_body = self.takes_body and not self.is_command  # which names records, as a query does
        if self.path_fields or self.query or self.account or self.policy == "token" or asks_by_body:
            problems.append("not_found")
        if self.is_command:
            problems.append("conflict")
        if self.takes_if_match:
            problems.append("version_mismatch")
        if self.policy:
            problems.append("rate_limited")
        if self.query:
            problems += ["invalid_query", "invalid"]
        return Operation(
            id=self.operation,
            summary=self.summary,
            tag=self.tag,
            answer=self.answer or method.answer,
            many=self.many,
            query=self.query,
            status=self.status,
            body=body if self.takes_body else None,
            problems=tuple(problems),
            description=(method.arguments.__doc__ or "").strip() if method.arguments.__doc__ else "",
            open_to_visitors=self.policy is not None,
            is_command=self.is_command,
            takes_if_match=self.takes_if_match,
            has_location=self.location is not None,
        )
