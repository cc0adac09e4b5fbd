"""Commands that do not fit the table: sessions, subscribing in two ways, the CSV import, dead letters."""

from typing import Any, ClassVar

import falcon.asgi

from gateway import auth
from gateway.api.parameters import load_query
from gateway.dependencies import Dependencies, Resource
from gateway.openapi import Operation
from gateway.problems import Problem, from_refusal
from services.contracts import rpc
from services.contracts.errors import Invalid
from services.contracts.rpc import load_arguments
from services.contracts.schemas import actors, node, notifications

from . import answers, body, conditions, queries
from .resource import escaped, require_json, settle_session, take_from_limit, unknown_fields, write, write_list


async def call(deps: Dependencies, request: falcon.asgi.Request, name: str, arguments: dict[str, Any]) -> Any:
    """Checks the arguments by their schema and calls. Raises Problem."""
    method = rpc.BY_NAME[name]
    known = method.arguments().fields
    errors = unknown_fields(field for field in arguments if field not in known)
    try:
        load_arguments(method.arguments, {field: value for field, value in arguments.items() if field in known})
    except Invalid as refusal:
        problem = from_refusal(refusal)
        problem.errors += errors
        raise problem from refusal
    if errors:
        raise Problem("invalid", "Some fields are not known here.", errors=errors)
    caller: auth.Caller = request.context.caller
    return await deps.remote.call(
        name,
        arguments,
        principal=caller.principal,
        correlation_id=request.context.correlation_id,
        command_id=conditions.command_id_of(request, caller) if method.kind == "command" else None,
    )


class SignIn(Resource):
    """Asks for a sign-in link. The answer is the same whether or not there is an account."""

    documentation: ClassVar = {
        "post": Operation(
            id="request_sign_in",
            summary="Send a sign-in link to an address, if it has an account",
            tag="people",
            answer=answers.Accepted,
            status=202,
            body=actors.RequestSignIn,
            is_command=True,
            problems=("invalid", "bad_request", "unsupported_media_type", "too_large", "rate_limited", "service_away"),
        )
    }

    async def on_post(self, request: falcon.asgi.Request, response: falcon.asgi.Response) -> None:
        require_json(request)
        take_from_limit(self._deps, request, response, "sign-in")
        arguments = await body.read_json(request, body.PUBLIC_LIMIT)
        await call(self._deps, request, "actors.request_sign_in", arguments)
        write(response, 202, {"message": "If this address has an account, a sign-in link is on its way to it."})


class Sessions(Resource):
    """Opens a session with the token of a sign-in link; its secret goes into a cookie that no script can read."""

    documentation: ClassVar = {
        "post": Operation(
            id="open_session",
            summary="Open a session with the token of a sign-in link",
            tag="people",
            answer=answers.Session,
            status=201,
            body=actors.OpenSession,
            is_command=True,
            problems=(
                "not_found",
                "conflict",
                "invalid",
                "unsupported_media_type",
                "too_large",
                "rate_limited",
                "service_away",
            ),
        )
    }

    async def on_post(self, request: falcon.asgi.Request, response: falcon.asgi.Response) -> None:
        require_json(request)
        take_from_limit(self._deps, request, response, "token")
        arguments = await body.read_json(request, body.PUBLIC_LIMIT)
        session = await open_session(self._deps, request, response, arguments)
        write(response, 201, session)


async def open_session(
    deps: Dependencies, request: falcon.asgi.Request, response: falcon.asgi.Response, arguments: dict[str, Any]
) -> dict[str, Any]:
    """Opens a session, sets its cookie, waits until this gateway knows it. The session without its hash."""
    opened = await call(deps, request, "actors.open_session", arguments)
    await settle_session(deps, opened["secret"], is_open=True)
    auth.set_cookie(response, opened["secret"], opened["session"]["expires"], deps.settings.public_url)
    return {name: value for name, value in opened["session"].items() if name != "hash"}


class CurrentSession(Resource):
    """Ends the session of the cookie."""

    documentation: ClassVar = {
        "delete": Operation(
            id="close_session", summary="Sign out", tag="people", status=204, open_to_visitors=False, is_command=True,
            problems=("sign_in_needed", "other_origin", "service_away"),
        )
    }  # fmt: skip

    async def on_delete(self, request: falcon.asgi.Request, response: falcon.asgi.Response) -> None:
        await close_session(self._deps, request, response)
        response.status = 204


async def close_session(deps: Dependencies, request: falcon.asgi.Request, response: falcon.asgi.Response) -> None:
    """Ends the session of the cookie at its owner, and waits until this gateway knows. Raises Problem."""
    caller: auth.Caller = request.context.caller
    if caller.by != "session" or caller.credential is None:
        raise Problem("sign_in_needed", "There is no session to end here; an API key is revoked instead.")
    await call(deps, request, "actors.close_session", {"session": caller.credential})
    for secret in (request.get_cookie_values(auth.COOKIE) or [])[:2]:
        await settle_session(deps, secret, is_open=False)
    auth.clear_cookie(response, deps.settings.public_url)


class Subscriptions(Resource):
    """By e-mail for anybody (double opt-in); at once for a signed-in member who names no address."""

    documentation: ClassVar = {
        "post": Operation(
            id="subscribe",
            summary="Subscribe by e-mail (a mail asks to confirm), or signed in without an address (at once, 201)",
            tag="subscriptions",
            answer=answers.Accepted,
            status=202,
            body=notifications.Subscribe,
            is_command=True,
            more_answers={201: notifications.SubscriptionView},
            optional_in_body=("email",),
            problems=(
                "invalid", "bad_request", "unsupported_media_type", "too_large", "rate_limited", "sign_in_needed",
                "key_reused", "service_away", "outcome_unknown",
            ),
        )
    }  # fmt: skip

    async def on_post(self, request: falcon.asgi.Request, response: falcon.asgi.Response) -> None:
        require_json(request)
        take_from_limit(self._deps, request, response, "subscribe")
        arguments = await body.read_json(request, body.PUBLIC_LIMIT)
        if "email" not in arguments and request.context.caller.principal.kind == "account":
            view = await call(self._deps, request, "notifications.subscribe_account", arguments)
            write(response, 201, view)
            return
        await call(self._deps, request, "notifications.subscribe", arguments)
        write(response, 202, {"message": "A mail asks to confirm the subscription. Nothing is sent before that."})


class Import(Resource):
    """Organisations from a CSV file, row by row."""

    documentation: ClassVar = {
        "post": Operation(
            id="import_organisations",
            summary="Import organisations from CSV",
            tag="organisations",
            answer=actors.ImportReport,
            query=queries.Import,
            body=actors.ImportOrganisations,
            body_media_type="text/csv",
            open_to_visitors=False,
            is_command=True,
            description=actors.ImportOrganisations.__doc__ or "",
            problems=(
                "sign_in_needed", "forbidden", "invalid", "invalid_query", "bad_request", "unsupported_media_type",
                "too_large", "length_required", "too_many", "key_reused", "service_away", "outcome_unknown",
            ),
        )
    }  # fmt: skip

    async def on_post(self, request: falcon.asgi.Request, response: falcon.asgi.Response) -> None:
        require_json(request)
        query = load_query(request, queries.Import)
        data = await body.read_bytes(request, body.FILE_LIMIT, "text/csv")
        try:
            text = data.decode("utf-8-sig")
        except UnicodeDecodeError as error:
            raise Problem("bad_request", f"The file is not UTF-8 (byte {error.start}); save it as UTF-8.") from error
        write(response, 200, await call(self._deps, request, "actors.import_organisations", {"csv": text, **query}))


class DeadLetters(Resource):
    """What consumers could not apply, for the operator."""

    documentation: ClassVar = {
        "get": Operation(
            id="list_dead_letters", summary="Facts that a service could not apply", tag="node", many=True,
            answer=node.DeadLetterView, query=queries.OfService, open_to_visitors=False,
            problems=("sign_in_needed", "forbidden", "invalid_query", "service_away"),
        )
    }  # fmt: skip

    async def on_get(self, request: falcon.asgi.Request, response: falcon.asgi.Response) -> None:
        require_json(request)
        chosen = load_query(request, queries.OfService).get("service")
        items: list[dict[str, Any]] = []
        for service in [chosen] if chosen else rpc.SERVICES:
            letters = await call(self._deps, request, f"{service}.dead_letters", {})
            items.extend({**letter, "service": service} for letter in letters)
        write_list(request, response, items)


class ReplayDeadLetters(Resource):
    """Tries dead letters again, now."""

    documentation: ClassVar = {
        "post": Operation(
            id="replay_dead_letters", summary="Try dead letters of a service again", tag="node",
            answer=answers.Replayed, body=queries.Replay, open_to_visitors=False, is_command=True,
            problems=(
                "sign_in_needed", "forbidden", "not_found", "invalid", "unsupported_media_type", "too_large",
                "service_away",
            ),
        )
    }  # fmt: skip

    async def on_post(self, request: falcon.asgi.Request, response: falcon.asgi.Response) -> None:
        require_json(request)
        sent = await body.read_json(request, body.LIMIT)
        service = sent.get("service")
        rest = {name: value for name, value in sent.items() if name != "service"}
        if service in rpc.SERVICES:
            write(response, 200, await call(self._deps, request, f"{service}.replay", rest))
            return
        errors = [{"pointer": "/service", "message": f"One of {', '.join(rpc.SERVICES)}."}]
        wrong = queries.Replay(exclude=("service",)).validate(rest)
        errors += [{"pointer": f"/{escaped(name)}", "message": "This is not right."} for name in wrong]
        raise Problem("invalid", "Say whose dead letters.", errors=errors)
