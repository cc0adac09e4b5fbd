"""One's own sign-up, by the link in the mail: its state, a seat taken or declined, changed, given back."""

from typing import Any, Final

import falcon.asgi

from gateway.api.commands import special
from gateway.dependencies import Dependencies, Route
from gateway.pages import forms
from gateway.pages.calls import by_link
from gateway.pages.languages import Words
from gateway.pages.links import LinkPage
from gateway.pages.rendering import show
from gateway.problems import Problem

Request = falcon.asgi.Request
Response = falcon.asgi.Response

_CALLS: Final = {
    "accept": "events.accept_seat",
    "decline": "events.decline_seat",
    "change": "events.change_sign_up",
    "cancel": "events.cancel_sign_up",
}
_DONE: Final = {"accept": "accepted", "decline": "declined", "change": "changed", "cancel": "cancelled"}


class OwnSignUp(LinkPage):
    """GET shows, POST acts: the button's `do` says what, and without one it is the button to cancel."""

    look = "events.own_sign_up"
    template = "sign_up.html"

    async def _act(self, request: Request, response: Response, text: Words, token: str) -> None:
        form = await forms.read(request)
        do = forms.one(form, "do") or "cancel"
        if do not in _CALLS:
            raise Problem("bad_request", "The form says nothing that can be done here.")
        arguments: dict[str, Any] = {"token": token}
        if do == "change":
            seen = await by_link(self._deps, request, self.look, {"token": token})
            arguments |= forms.admission_of(form, seen["event_record"].get("admission"), changes=True)
        done, wrong, status = _DONE[do], set[str](), 200
        try:
            await special.call(self._deps, request, _CALLS[do], arguments)
        except Problem as problem:
            if problem.type.code not in ("invalid", "conflict"):
                raise
            wrong = {entry["pointer"].strip("/") for entry in problem.errors}
            done, status = "wrong" if wrong else "late", problem.type.status
        seen = await by_link(self._deps, request, self.look, {"token": token})
        chosen = {"size": arguments["size"], "answers": arguments.get("answers", {})} if wrong else None
        self._write(request, response, text, seen, done=done, chosen=chosen, wrong=wrong, status=status)

    def _show(self, request: Request, response: Response, text: Words, seen: Any, done: str | None) -> None:
        self._write(request, response, text, seen, done=done)

    def _write(
        self,
        request: Request,
        response: Response,
        text: Words,
        seen: Any,
        *,
        done: str | None,
        chosen: dict[str, Any] | None = None,
        wrong: set[str] | None = None,
        status: int = 200,
    ) -> None:
        known = {"size": seen.get("size") or 1, "answers": seen.get("answers") or {}}
        values = {
            "seen": seen,
            "done": done,
            "admission": seen["event_record"].get("admission"),
            "chosen": known if chosen is None else {**known, **chosen},
            "wrong": wrong or set(),
        }
        show(self._deps, request, response, self.template, text, values, status=status)


def routes(deps: Dependencies) -> list[Route]:
    return [Route("/{language}/sign-up/{token}", OwnSignUp(deps))]
