"""Plain public pages for what mails name: an event, a piece of news."""

import math
from typing import Any

import falcon.asgi
import orjson

from gateway.api.commands import special
from gateway.api.commands.resource import take_from_limit
from gateway.dependencies import Dependencies, Resource, Route
from gateway.pages import forms
from gateway.pages.languages import Words
from gateway.pages.rendering import show, words_of
from gateway.problems import Problem

Request = falcon.asgi.Request
Response = falcon.asgi.Response


def _read(deps: Dependencies, kind: str, record_id: str) -> dict[str, Any]:
    found = deps.reader.one(kind, record_id, deps.settings.node)
    if found is None:
        raise Problem("not_found", "It was withdrawn, or there is nothing at this address.")
    record: dict[str, Any] = orjson.loads(found.body)
    return record


class Event(Resource):
    """An event, and the form to sign up for it."""

    async def on_get(self, request: Request, response: Response, language: str, id: str) -> None:
        text = words_of(self._deps, language)
        show_event(self._deps, request, response, text, _read(self._deps, "event", id))

    async def on_post(self, request: Request, response: Response, language: str, id: str) -> None:
        text = words_of(self._deps, language)
        take_from_limit(self._deps, request, response, "sign-up")
        event = _read(self._deps, "event", id)
        await sign_up(self._deps, request, response, text, event)


async def sign_up(
    deps: Dependencies,
    request: Request,
    response: Response,
    text: Words,
    event: dict[str, Any],
    invitation: str | None = None,
) -> None:
    """Signs up by the form of the event's page. invitation: the code by which it is seen."""
    form = await forms.read(request)
    person = {"name": forms.one(form, "name"), "email": forms.one(form, "email")}
    person |= forms.admission_of(form, event.get("admission"))
    if invitation is not None:
        person["code"] = invitation
    try:
        arguments = {"event": event["id"], "language": text.language, **person}
        answer = await special.call(deps, request, "events.sign_up", arguments)
    except Problem as problem:
        if problem.type.code not in ("invalid", "conflict", "not_found"):
            raise
        wrong = {entry["pointer"].strip("/") for entry in problem.errors} or {"closed"}
        status = problem.type.status
        is_invited = invitation is not None
        show_event(deps, request, response, text, event, person, wrong, status=status, invited=is_invited)
        return
    show(deps, request, response, "signed_up.html", text, {"event": event, "state": answer["state"]})


def show_event(
    deps: Dependencies,
    request: Request,
    response: Response,
    text: Words,
    event: dict[str, Any],
    person: dict[str, Any] | None = None,
    wrong: set[str] | None = None,
    *,
    status: int = 200,
    invited: bool = False,
) -> None:
    """An event's page. person, wrong: what was filled in, and which of it is not right. invited: seen by a code."""
    values = {
        "event": event,
        "here": event["home"] == deps.settings.node,
        "person": {"name": "", "email": "", "code": "", "size": 1, "answers": {}, **(person or {})},
        "wrong": wrong or set(),
        "invited": invited,
    }
    private = person is not None or invited
    until = None if private else math.inf
    show(deps, request, response, "event.html", text, values, status=status, private=private, until=until)


class News(Resource):
    async def on_get(self, request: Request, response: Response, language: str, id: str) -> None:
        text = words_of(self._deps, language)
        values = {"news": _read(self._deps, "news", id)}
        show(self._deps, request, response, "news.html", text, values, private=False, until=math.inf)


def routes(deps: Dependencies) -> list[Route]:
    return [Route("/{language}/events/{id}", Event(deps)), Route("/{language}/news/{id}", News(deps))]
