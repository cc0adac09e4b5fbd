"""One's own data: ask for a link; see, download and erase what it leads to. No script is needed, and GET changes
nothing."""

from typing import Any

import falcon.asgi
import orjson

from gateway import auth
from gateway.api.commands import body, private_data, special
from gateway.api.commands.resource import take_from_limit
from gateway.dependencies import Dependencies, Resource, Route
from gateway.pages import forms
from gateway.pages.calls import LinkIsOver, by_link
from gateway.pages.languages import Words
from gateway.pages.rendering import show, words_of
from gateway.problems import Problem

Request = falcon.asgi.Request
Response = falcon.asgi.Response


class AskForMyData(Resource):
    """Has a link mailed; says the same whatever the node knows of the address."""

    async def on_get(self, request: Request, response: Response, language: str) -> None:
        text = words_of(self._deps, language)
        show(self._deps, request, response, "my_data_ask.html", text, {"email": "", "wrong": False, "sent": False})

    async def on_post(self, request: Request, response: Response, language: str) -> None:
        text = words_of(self._deps, language)
        take_from_limit(self._deps, request, response, "sign-in")
        email, wrong = forms.one(await forms.read(request), "email"), False
        try:
            await special.call(
                self._deps, request, "actors.ask_for_my_data", {"email": email, "language": text.language}
            )
        except Problem as problem:
            if problem.type.code != "invalid":
                raise
            wrong = True
        values = {"email": email if wrong else "", "wrong": wrong, "sent": not wrong}
        show(self._deps, request, response, "my_data_ask.html", text, values, status=422 if wrong else 200)


class MyData(Resource):
    """What the node knows of the address that the link was mailed to; POST erases it."""

    async def on_get(self, request: Request, response: Response, language: str, token: str) -> None:
        text = words_of(self._deps, language)
        export = await exported(self._deps, request, response, text, token)
        if export is not None:
            self._show(request, response, text, {"export": export, "proof": None, "token": token})

    async def on_post(self, request: Request, response: Response, language: str, token: str) -> None:
        text = words_of(self._deps, language)
        take_from_limit(self._deps, request, response, "token")
        await body.skip(request, body.PUBLIC_LIMIT)
        try:
            opened = await by_link(self._deps, request, "actors.open_erasure", {"token": token})
        except LinkIsOver:
            show(self._deps, request, response, "link_over.html", text, status=410)
            return
        proof = await private_data.erased(self._deps, request, opened)
        if opened["account"] is not None and opened["account"] == request.context.caller.principal.account:
            auth.clear_cookie(response, self._deps.settings.public_url)
        self._show(request, response, text, {"export": None, "proof": proof, "token": token})

    def _show(self, request: Request, response: Response, text: Words, values: dict[str, Any]) -> None:
        export, proof = values["export"], values["proof"]
        services = [] if export is None else list(export["services"].values())
        found = {kind: each for said in services for kind, each in said["records"].items()}
        seen = sorted((each for said in services for each in said["seen_by"]), key=lambda each: str(each["at"]))
        in_full = {
            kind: [orjson.dumps(record, option=orjson.OPT_INDENT_2).decode() for record in records]
            for kind, records in found.items()
        }
        erased = {} if proof is None else {kind: n for counts in proof["erased"].values() for kind, n in counts.items()}
        shown = {**values, "found": in_full, "seen": list(reversed(seen)), "erased": erased}
        show(self._deps, request, response, "my_data.html", text, shown)


class Download(Resource):
    """The export as a file."""

    async def on_get(self, request: Request, response: Response, language: str, token: str) -> None:
        export = await exported(self._deps, request, response, words_of(self._deps, language), token)
        if export is None:
            return
        response.content_type = "application/json"
        response.set_header("Cache-Control", "no-store")
        response.set_header("Content-Disposition", 'attachment; filename="malmi-my-data.json"')
        response.data = orjson.dumps(export, option=orjson.OPT_INDENT_2)


async def exported(
    deps: Dependencies, request: Request, response: Response, text: Words, token: str
) -> dict[str, Any] | None:
    """The export that the link leads to; None, and a page that says so, when it leads nowhere any more."""
    take_from_limit(deps, request, response, "token")
    try:
        await by_link(deps, request, "actors.open_personal_data", {"token": token})
    except LinkIsOver:
        show(deps, request, response, "link_over.html", text, status=410)
        return None
    return await private_data.exported(deps, request, {"token": token})


def routes(deps: Dependencies) -> list[Route]:
    return [
        Route("/{language}/my-data", AskForMyData(deps)),
        Route("/{language}/my-data/{token}", MyData(deps)),
        Route("/{language}/my-data/{token}/download", Download(deps)),
    ]
