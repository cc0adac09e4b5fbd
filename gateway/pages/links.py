"""Where the links of mails lead. GET shows and changes nothing (mail programs follow links themselves); POST acts."""

from typing import Any, ClassVar

import falcon.asgi

from gateway import auth
from gateway.api.commands import body, special
from gateway.api.commands.resource import take_from_limit
from gateway.dependencies import Dependencies, Resource, Route
from gateway.pages import forms
from gateway.pages.calls import LinkIsOver, by_link
from gateway.pages.choices import filter_choices
from gateway.pages.languages import Words
from gateway.pages.qr import qr_code
from gateway.pages.rendering import show, words_of
from gateway.problems import Problem

Request = falcon.asgi.Request
Response = falcon.asgi.Response


class LinkPage(Resource):
    """What the pages behind links share: limit, language, and the page for a link that is over."""

    look: ClassVar[str]
    """The call that shows what the link is about."""
    template: ClassVar[str]

    async def on_get(self, request: Request, response: Response, language: str, token: str) -> None:
        text = words_of(self._deps, language)
        take_from_limit(self._deps, request, response, "token")
        try:
            seen = await by_link(self._deps, request, self.look, {"token": token})
        except LinkIsOver as over:
            self._over(request, response, text, over)
            return
        self._show(request, response, text, seen, done=None)

    async def on_post(self, request: Request, response: Response, language: str, token: str) -> None:
        text = words_of(self._deps, language)
        take_from_limit(self._deps, request, response, "token")
        try:
            await self._act(request, response, text, token)
        except LinkIsOver as over:
            self._over(request, response, text, over)

    async def _act(self, request: Request, response: Response, text: Words, token: str) -> None:
        raise NotImplementedError

    def _show(self, request: Request, response: Response, text: Words, seen: Any, done: str | None) -> None:
        show(self._deps, request, response, self.template, text, {"seen": seen, "done": done})

    def _over(self, request: Request, response: Response, text: Words, over: LinkIsOver) -> None:
        show(self._deps, request, response, "link_over.html", text, status=410)


class Confirm(LinkPage):
    """The second half of the double opt-in."""

    look = "notifications.own_subscription"
    template = "confirm.html"

    async def _act(self, request: Request, response: Response, text: Words, token: str) -> None:
        seen = await by_link(self._deps, request, "notifications.confirm", {"token": token})
        self._show(request, response, text, seen, done="confirmed")


class Unsubscribe(LinkPage):
    """Ends a subscription. The same address takes the one click of RFC 8058: a POST by the reader's mail provider,
    which has no cookie, no session and no page open; whatever its body says, it means one thing."""

    look = "notifications.own_subscription"
    template = "unsubscribe.html"

    async def _act(self, request: Request, response: Response, text: Words, token: str) -> None:
        await body.skip(request, body.PUBLIC_LIMIT)
        seen = await by_link(self._deps, request, "notifications.unsubscribe", {"token": token})
        self._show(request, response, text, seen, done="ended")


class Manage(LinkPage):
    """What is sent, and in which language."""

    look = "notifications.own_subscription"
    template = "manage.html"

    async def _act(self, request: Request, response: Response, text: Words, token: str) -> None:
        form = await forms.read(request)
        wanted = {"token": token, "language": forms.one(form, "language"), "filter": forms.filter_of(form)}
        try:
            seen = await special.call(self._deps, request, "notifications.manage", wanted)
        except Problem as problem:
            if problem.type.code != "invalid":
                raise
            seen = await by_link(self._deps, request, self.look, {"token": token})
            self._show(request, response, text, {**seen, "filter": wanted["filter"]}, done="wrong")
            return
        self._show(request, response, text, seen, done="saved")

    def _show(self, request: Request, response: Response, text: Words, seen: Any, done: str | None) -> None:
        values = {
            "seen": seen,
            "done": done,
            "choices": filter_choices(self._deps, text, seen["filter"]),
            "token": request.path.rpartition("/")[2],
        }
        status = 422 if done == "wrong" else 200
        show(self._deps, request, response, self.template, text, values, status=status)


class Ticket(LinkPage):
    """The QR code that the door scans, to be shown or printed. Nothing can be done by it."""

    look = "events.ticket"
    template = "ticket.html"

    async def _act(self, request: Request, response: Response, text: Words, token: str) -> None:
        await body.skip(request, body.PUBLIC_LIMIT)
        self._show(request, response, text, await by_link(self._deps, request, self.look, {"token": token}), done=None)

    def _show(self, request: Request, response: Response, text: Words, seen: Any, done: str | None) -> None:
        values = {"seen": seen, "code": qr_code(f"{self._deps.settings.public_url}{request.path}")}
        show(self._deps, request, response, self.template, text, values)


class SignIn(LinkPage):
    """Opens a session. The button is pressed on this node's own page: else another site could sign people in as
    somebody else."""

    template = "sign_in_link.html"

    async def on_get(self, request: Request, response: Response, language: str, token: str) -> None:
        text = words_of(self._deps, language)
        show(self._deps, request, response, self.template, text)

    async def _act(self, request: Request, response: Response, text: Words, token: str) -> None:
        auth.require_same_origin(request)
        await body.skip(request, body.PUBLIC_LIMIT)
        try:
            await special.open_session(self._deps, request, response, {"token": token})
        except Problem as problem:
            if problem.type.status == 503:
                raise
            raise LinkIsOver(problem) from problem
        response.status = 303
        response.set_header("Location", f"/{text.language}/")
        response.set_header("Cache-Control", "no-store")


def routes(deps: Dependencies) -> list[Route]:
    return [
        Route("/{language}/confirm/{token}", Confirm(deps)),
        Route("/{language}/subscription/{token}", Manage(deps)),
        Route("/{language}/unsubscribe/{token}", Unsubscribe(deps)),
        Route("/{language}/ticket/{token}", Ticket(deps)),
        Route("/{language}/sign-in/{token}", SignIn(deps)),
    ]
