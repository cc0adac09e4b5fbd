"""Personal data: all of one person, told and erased; and who saw or changed them, for the operator."""

import asyncio
from datetime import UTC, datetime
from functools import partial
from typing import Any, ClassVar

import falcon.asgi
from marshmallow import Schema

from gateway import privacy
from gateway.api.parameters import load_query
from gateway.dependencies import Dependencies, Resource
from gateway.openapi import Operation
from gateway.problems import Problem, from_refusal
from services.contracts import rpc
from services.contracts.addresses import fold
from services.contracts.envelope import format_time, parse_time
from services.contracts.errors import Invalid
from services.contracts.identifiers import COMMAND, new_id
from services.contracts.schemas import node
from services.contracts.schemas import privacy as schemas

from . import answers, body, queries
from .resource import require_json, take_from_limit, unknown_fields, write, write_list
from .special import call


class Audit(Resource):
    """The audit trail of a service."""

    documentation: ClassVar = {
        "get": Operation(
            id="list_audit", summary="Who saw or changed personal data in a service, the newest first", tag="node",
            many=True, answer=node.AuditEntry, query=queries.Audit, open_to_visitors=False,
            problems=("sign_in_needed", "forbidden", "invalid_query", "invalid", "service_away"),
        )
    }  # fmt: skip

    async def on_get(self, request: falcon.asgi.Request, response: falcon.asgi.Response) -> None:
        require_json(request)
        found = load_query(request, queries.Audit)
        service = found.pop("service")
        wanted: dict[str, Any] = {("after" if name == "cursor" else name): value for name, value in found.items()}
        for name in {"since", "until"} & wanted.keys():
            wanted[name] = format_time(wanted[name])
        write_list(request, response, await call(self._deps, request, f"{service}.audit", wanted))


class MyDataLink(Resource):
    """Mails a link to one's own data. The answer is the same whatever is known of the address."""

    documentation: ClassVar = {
        "post": Operation(
            id="ask_for_my_data", summary="Mail a link to all that the node knows of an address", tag="people",
            answer=answers.Accepted, status=202, body=schemas.AskForMyData, is_command=True,
            description=schemas.AskForMyData.__doc__ or "",
            problems=(
                "invalid", "bad_request", "unsupported_media_type", "too_large", "rate_limited", "service_away",
            ),
        )
    }  # fmt: skip

    async def on_post(self, request: falcon.asgi.Request, response: falcon.asgi.Response) -> None:
        require_json(request)
        take_from_limit(self._deps, request, response, "sign-in")
        await call(self._deps, request, "actors.ask_for_my_data", await body.read_json(request, body.PUBLIC_LIMIT))
        write(response, 202, {"message": "A link to all that this node knows of the address is on its way to it."})


class MyData(Resource):
    """All that the node knows of the own account's address."""

    documentation: ClassVar = {
        "get": Operation(
            id="export_my_data", summary="All that the node knows of the own account and its address", tag="people",
            answer=schemas.Export, open_to_visitors=False, description=schemas.Export.__doc__ or "",
            problems=("sign_in_needed", "forbidden", "not_found", "service_away"),
        )
    }  # fmt: skip

    async def on_get(self, request: falcon.asgi.Request, response: falcon.asgi.Response) -> None:
        require_json(request)
        write(response, 200, await exported(self._deps, request, {}))


class MyDataByLink(Resource):
    """The same by the token of the mailed link."""

    documentation: ClassVar = {
        "post": Operation(
            id="view_my_data", summary="All that the node knows of an address, by the token of the mailed link",
            tag="people", answer=schemas.Export, body=schemas.ByToken,
            problems=(
                "invalid", "bad_request", "unsupported_media_type", "too_large", "not_found", "conflict",
                "rate_limited", "service_away",
            ),
        )
    }  # fmt: skip

    async def on_post(self, request: falcon.asgi.Request, response: falcon.asgi.Response) -> None:
        require_json(request)
        take_from_limit(self._deps, request, response, "token")
        sent = await body.read_json(request, body.PUBLIC_LIMIT)
        _check(schemas.ByToken, sent)
        write(response, 200, await exported(self._deps, request, sent))


class EraseMyData(Resource):
    """Erases all that the node knows of an address, with the proof."""

    documentation: ClassVar = {
        "post": Operation(
            id="erase_my_data", summary="Erase all that the node knows of one's own address", tag="people",
            answer=schemas.Proof, body=schemas.EraseMyData, is_command=True,
            description=f"{schemas.EraseMyData.__doc__} {schemas.Proof.__doc__}",
            problems=(
                "invalid", "bad_request", "unsupported_media_type", "too_large", "not_found", "conflict", "forbidden",
                "rate_limited", "service_away",
            ),
        )
    }  # fmt: skip

    async def on_post(self, request: falcon.asgi.Request, response: falcon.asgi.Response) -> None:
        require_json(request)
        take_from_limit(self._deps, request, response, "token")
        sent = await body.read_json(request, body.PUBLIC_LIMIT)
        _check(schemas.EraseMyData, sent)
        if ("token" in sent) == ("address" in sent):
            message = "Give the token of the mailed link; or, signed in, your own address to confirm that you mean it."
            raise Problem("invalid", message, errors=[{"pointer": "/address", "message": message}])
        opened = await call(self._deps, request, "actors.open_erasure", {"token": sent.get("token")})
        if "address" in sent and fold(sent["address"]) != fold(opened["address"]):
            message = "This is not the address of your account. Give that to confirm that you mean it."
            raise Problem("invalid", message, errors=[{"pointer": "/address", "message": message}])
        write(response, 200, await erased(self._deps, request, opened))


async def exported(deps: Dependencies, request: falcon.asgi.Request, by: dict[str, Any]) -> dict[str, Any]:
    """The export of whoever holds the token, or is signed in. Raises Problem."""
    opened = await call(deps, request, "actors.open_personal_data", by)
    found = await privacy.export(partial(_ask, deps, request), opened, deps.settings.node)
    return rpc.dump(schemas.Export, {**found, "made": datetime.now(UTC)})


async def erased(deps: Dependencies, request: falcon.asgi.Request, opened: dict[str, Any]) -> dict[str, Any]:
    """Carries an erasure out, with the proof. Raises Problem; a repeat completes what was begun."""
    settings = deps.settings
    await asyncio.to_thread(privacy.remember, settings.data, settings.secret, opened["address"], opened["before"])
    proof = await privacy.erase(partial(_ask, deps, request), opened)
    return rpc.dump(schemas.Proof, {**proof, "at": parse_time(proof["at"])})


async def _ask(deps: Dependencies, request: falcon.asgi.Request, name: str, arguments: dict[str, Any]) -> Any:
    """A command has an id of its own: an erasure may be done twice, and each time with another grant."""
    return await deps.remote.call(
        name,
        arguments,
        principal=request.context.caller.principal,
        correlation_id=request.context.correlation_id,
        command_id=new_id(COMMAND) if rpc.BY_NAME[name].kind == "command" else None,
    )


def _check(schema: type[Schema], sent: dict[str, Any]) -> None:
    """Raises Problem 422 with an entry for each field that is wrong or unknown."""
    known = schema().fields
    errors = unknown_fields(name for name in sent if name not in known)
    try:
        rpc.load_arguments(schema, {name: value for name, value in sent.items() if name in known})
    except Invalid as refusal:
        problem = from_refusal(refusal)
        problem.errors += errors
        raise problem from refusal
    if errors:
        raise Problem("invalid", "Some fields are not known here.", errors=errors)
