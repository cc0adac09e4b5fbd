"""/{language}/invited/{code}: an event seen by an invitation code. Its owner shows it; nothing of it is kept here."""

from typing import Any

import falcon.asgi

from gateway.api.commands.resource import take_from_limit
from gateway.dependencies import Dependencies, Resource, Route
from gateway.pages.calls import LinkIsOver, by_link
from gateway.pages.languages import Words
from gateway.pages.records import show_event, sign_up
from gateway.pages.rendering import show, words_of

Request = falcon.asgi.Request
Response = falcon.asgi.Response


class Invited(Resource):
    """GET shows the event, POST signs up. A code that is not good is answered like one that never was."""

    async def on_get(self, request: Request, response: Response, language: str, code: str) -> None:
        text = words_of(self._deps, language)
        event = await self._event(request, response, text, code)
        if event is not None:
            show_event(self._deps, request, response, text, event, invited=True)

    async def on_post(self, request: Request, response: Response, language: str, code: str) -> None:
        text = words_of(self._deps, language)
        event = await self._event(request, response, text, code)
        if event is not None:
            await sign_up(self._deps, request, response, text, event, code)

    async def _event(self, request: Request, response: Response, text: Words, code: str) -> dict[str, Any] | None:
        """The event as its page takes it; None when the page says that the code is not good."""
        take_from_limit(self._deps, request, response, "token")
        try:
            event: dict[str, Any] = await by_link(self._deps, request, "events.invited_event", {"code": code})
        except LinkIsOver:
            show(self._deps, request, response, "link_over.html", text, status=410)
            return None
        # what only the read model knows of a public event
        return {**event, "organiser_name": {}, "places": None}


def routes(deps: Dependencies) -> list[Route]:
    return [Route("/{language}/invited/{code}", Invited(deps))]
