"""The short front page: what comes next, and the form to subscribe by mail. And the way to sign in."""

from datetime import datetime
from typing import Any, Final

import falcon.asgi
import orjson

from gateway import auth
from gateway.api.commands import body, special
from gateway.api.commands.resource import take_from_limit
from gateway.dependencies import Dependencies, Resource, Route
from gateway.kept import turn_of
from gateway.pages import forms
from gateway.pages.choices import filter_choices
from gateway.pages.languages import Words
from gateway.pages.rendering import show, wished_language, words_of
from gateway.problems import Problem
from gateway.read_model.filters import Filter
from gateway.read_model.reader import ReadModelAway
from services.contracts.envelope import format_time

Request = falcon.asgi.Request
Response = falcon.asgi.Response
_SHOWN: Final = 20
_A_MINUTE: Final = 60.0


class Root(Resource):
    """To the front page in the reader's language."""

    async def on_get(self, request: Request, response: Response) -> None:
        response.status = 302
        response.set_header("Location", f"/{wished_language(self._deps, request)}/")
        response.set_header("Vary", "Accept-Language")
        response.set_header("Cache-Control", "no-store")


class Front(Resource):
    """Upcoming events, newest news, and the form; POST subscribes."""

    async def on_get(self, request: Request, response: Response, language: str) -> None:
        text = words_of(self._deps, language)
        self._show(request, response, text)

    async def on_post(self, request: Request, response: Response, language: str) -> None:
        text = words_of(self._deps, language)
        take_from_limit(self._deps, request, response, "subscribe")
        form = await forms.read(request)
        wanted = {
            "email": forms.one(form, "email"),
            "language": forms.one(form, "language"),
            "filter": forms.filter_of(form),
        }
        try:
            await special.call(self._deps, request, "notifications.subscribe", wanted)
        except Problem as problem:
            if problem.type.code != "invalid":
                raise
            wrong = {entry["pointer"].split("/")[1] if entry["pointer"] else "" for entry in problem.errors}
            self._show(request, response, text, wanted, wrong, status=422)
            return
        show(self._deps, request, response, "subscribed.html", text)

    def _show(
        self,
        request: Request,
        response: Response,
        text: Words,
        sent: dict[str, Any] | None = None,
        wrong: set[str] | None = None,
        status: int = 200,
    ) -> None:
        now, turn = turn_of(_A_MINUTE)
        events, news, away = _upcoming(self._deps, now)
        values = {
            "events": events,
            "news": news,
            "away": away,
            "sent": sent or {"email": "", "language": text.language, "filter": {}},
            "wrong": wrong or set(),
            "choices": filter_choices(self._deps, text, (sent or {}).get("filter")),
        }
        until = None if away or sent is not None else turn
        show(self._deps, request, response, "front.html", text, values, status=status, until=until)


def _upcoming(deps: Dependencies, now: datetime) -> tuple[list[dict[str, Any]], list[dict[str, Any]], bool]:
    try:
        events = deps.reader.page(Filter("event", states=("published",), ends_after=format_time(now)), _SHOWN)
        news = deps.reader.page(Filter("news", newest_first=True), 5)
    except ReadModelAway:
        return [], [], True
    return [orjson.loads(item) for item in events.items], [orjson.loads(item) for item in news.items], False


class AskToSignIn(Resource):
    """Sends a sign-in link, and says the same whether or not there is an account."""

    async def on_get(self, request: Request, response: Response, language: str) -> None:
        text = words_of(self._deps, language)
        show(self._deps, request, response, "sign_in.html", text, {"email": "", "wrong": False, "sent": False})

    async def on_post(self, request: Request, response: Response, language: str) -> None:
        text = words_of(self._deps, language)
        take_from_limit(self._deps, request, response, "sign-in")
        email = forms.one(await forms.read(request), "email")
        wrong = False
        try:
            await special.call(self._deps, request, "actors.request_sign_in", {"email": email})
        except Problem as problem:
            if problem.type.code != "invalid":
                raise
            wrong = True
        values = {"email": email if wrong else "", "wrong": wrong, "sent": not wrong}
        show(self._deps, request, response, "sign_in.html", text, values, status=422 if wrong else 200)


class SignOut(Resource):
    async def on_post(self, request: Request, response: Response, language: str) -> None:
        text = words_of(self._deps, language)
        await body.skip(request, body.PUBLIC_LIMIT)
        if request.context.caller.by == "session":
            await special.close_session(self._deps, request, response)
        else:
            auth.clear_cookie(response, self._deps.settings.public_url)
        response.status = 303
        response.set_header("Location", f"/{text.language}/")
        response.set_header("Cache-Control", "no-store")


def routes(deps: Dependencies) -> list[Route]:
    return [
        Route("/", Root(deps)),
        Route("/{language}/", Front(deps)),
        Route("/{language}/sign-in", AskToSignIn(deps)),
        Route("/{language}/sign-out", SignOut(deps)),
    ]
