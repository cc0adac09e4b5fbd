"""Carries a request of the table out: read, check, call, wait for the read model, answer."""

from collections.abc import Iterable, Mapping, Sequence
from itertools import islice
from typing import Any
from urllib.parse import urlencode

import falcon.asgi
import orjson

from gateway import limits, problems
from gateway.api.parameters import load_query
from gateway.auth import Caller, digest_of
from gateway.dependencies import Dependencies
from gateway.openapi import Operation
from gateway.problems import Problem
from services.contracts.errors import Invalid
from services.contracts.rpc import load_arguments

from . import body, conditions, settling
from .endpoint import Endpoint


class EndpointResource:
    """Answers one method of one path. Falcon sees the responder of that method only."""

    def __init__(self, deps: Dependencies, endpoint: Endpoint) -> None:
        self._deps, self._endpoint = deps, endpoint
        verb = endpoint.verb.lower()
        self.documentation: Mapping[str, Operation] = {verb: endpoint.describe()}
        setattr(self, f"on_{verb}", self._answer)

    async def _answer(self, request: falcon.asgi.Request, response: falcon.asgi.Response, **path: str) -> None:
        deps, endpoint = self._deps, self._endpoint
        require_json(request)
        caller: Caller = request.context.caller
        take_from_limit(deps, request, response, endpoint.policy)
        arguments = await self._arguments(request, caller, path)
        command_id = conditions.command_id_of(request, caller) if endpoint.is_command else None
        answer = await deps.remote.call(
            endpoint.call,
            arguments,
            principal=caller.principal,
            correlation_id=request.context.correlation_id,
            command_id=command_id,
        )
        if endpoint.settles is not None:
            await settle(deps, endpoint.settles, answer)
        if endpoint.many:
            write_list(request, response, without(answer, endpoint.hides))
            return
        write(response, endpoint.status, without(answer, endpoint.hides), endpoint.location)

    async def _arguments(self, request: falcon.asgi.Request, caller: Caller, path: Mapping[str, str]) -> dict[str, Any]:
        endpoint = self._endpoint
        named = {endpoint.names.get(name, name): value for name, value in path.items()}
        given = {**named, **endpoint.fixed}
        unknown: tuple[str, ...] = ()
        if endpoint.account is not None:
            given[endpoint.account] = caller.account
        if endpoint.query is not None:
            found = load_query(request, endpoint.query)
            given |= {("after" if name == "cursor" else name): value for name, value in found.items()}
        elif endpoint.verb != "GET":
            limit = body.PUBLIC_LIMIT if endpoint.policy else body.LIMIT
            sent = await body.read_json(request, limit)
            unknown = tuple(name for name in sent if name not in endpoint.body_fields)
            given |= {name: value for name, value in sent.items() if name in endpoint.body_fields}
        if endpoint.is_command:
            incarnation = self._deps.settings.incarnation
            version = conditions.expected_version(request, incarnation, endpoint.takes_if_match)
            if version is not None:
                given["expected_version"] = version
        check(endpoint, given, path, unknown)
        return given


def check(endpoint: Endpoint, arguments: dict[str, Any], path: Mapping[str, str], unknown: Sequence[str] = ()) -> None:
    """Checks the arguments with the schema of the contracts before anything is sent; the service checks again.

    unknown: fields of the body that this request does not take (a mistyped name must not pass silently).
    Raises Problem 422 with an entry for each field that is wrong or unknown, 404 for a path that can't be the address
    of a record.
    """
    errors = unknown_fields(unknown)
    try:
        load_arguments(endpoint.method.arguments, arguments)
    except Invalid as refusal:
        from_path = {endpoint.names.get(name, name) for name in path}
        if any(entry["field"] in from_path for entry in refusal.details["errors"]):
            raise Problem("not_found", "There is nothing at this address.") from refusal
        problem = problems.from_refusal(refusal)
        problem.errors += errors
        raise problem from refusal
    if errors:
        raise Problem("invalid", "Some fields are not known here.", errors=errors)


def unknown_fields(names: Iterable[str]) -> list[dict[str, str]]:
    """An entry for each of the first fifty."""
    return [{"pointer": f"/{escaped(name)}", "message": "Unknown field."} for name in islice(names, 50)]


def escaped(name: str) -> str:
    """As one step of a JSON Pointer, whatever dots the name has."""
    return name.replace("~", "~0").replace("/", "~1")


def require_json(request: falcon.asgi.Request) -> None:
    """Raises Problem 406 for a client that takes no JSON."""
    if not request.client_accepts("application/json"):
        raise Problem("not_acceptable", "This is given as application/json.")


def take_from_limit(
    deps: Dependencies, request: falcon.asgi.Request, response: falcon.asgi.Response, name: str | None
) -> None:
    """Counts a request that is open to the public. Raises Problem 429."""
    if name is None:
        return
    client = limits.client_of(request, request.context.caller, deps.settings.trusted_proxies)
    standing = deps.limits.take(limits.POLICIES[name], client)
    for header, value in standing.headers().items():
        response.set_header(header, value)


async def settle(deps: Dependencies, kind: str, answer: Any) -> None:
    """Waits up to a second until the read model shows the record of the answer (rule 9 of the design)."""
    reader = deps.reader
    if kind == "key" and isinstance(answer, dict):
        record = answer.get("key", answer)
        digest, state = record.get("hash"), record.get("state")
        if digest is not None:
            await settling.until(lambda: (reader.key_by_hash(digest) or {}).get("state") == state)
        return
    if isinstance(answer, dict) and settling.is_public(kind, answer):
        await settling.until(lambda: settling.newer(reader.version_of(kind, answer["id"]), answer))


async def settle_session(deps: Dependencies, secret: str, *, is_open: bool) -> None:
    """Waits up to a second until the gateway's copy knows that a session was opened or closed."""
    digest = digest_of(secret)

    def shown() -> bool:
        row = deps.reader.session_by_hash(digest)
        return (row is not None and row.get("state") == "open") == is_open

    await settling.until(shown)


def without(answer: Any, hidden: tuple[str, ...]) -> Any:
    """The answer without what is for the gateway alone, at any depth."""
    if not hidden:
        return answer
    if isinstance(answer, dict):
        return {name: without(value, hidden) for name, value in answer.items() if name not in hidden}
    if isinstance(answer, list):
        return [without(value, hidden) for value in answer]
    return answer


def write(
    response: falcon.asgi.Response, status: int, answer: Any, location: str | None = None, *, private: bool = True
) -> None:
    """An answer as JSON, with the ETag of a record and the Location of a new one."""
    if private:
        response.set_header("Cache-Control", "no-store")
    if answer is None:
        response.status = 204
        return
    response.status = status
    response.content_type = "application/json"
    response.data = orjson.dumps(answer)
    if not isinstance(answer, dict):
        return
    etag = conditions.etag_of(answer)
    if etag is not None:
        response.set_header("ETag", etag)
    if location is not None and "id" in answer:
        response.set_header("Location", location.format(**answer))


def write_list(request: falcon.asgi.Request, response: falcon.asgi.Response, answer: Any) -> None:
    """A list of a service as the API gives lists: {"items": [...], "next": URL of the next page or null}."""
    page = answer if isinstance(answer, dict) else {"items": answer, "next": None}
    following = page.get("next")
    if following is not None:
        query = {**{name: value for name, value in request.params.items() if name != "cursor"}, "cursor": following}
        following = f"{request.path}?{urlencode(query, doseq=True)}"
    write(response, 200, {"items": page["items"], "next": following})
