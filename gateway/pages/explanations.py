"""/problems/<code>: what a problem means and what to do about it. The `type` of every problem leads here."""

import falcon.asgi

from gateway.dependencies import Dependencies, Resource, Route
from gateway.pages.languages import words
from gateway.pages.rendering import show, wished_language, words_of
from gateway.problems import TYPES, Problem


class Explanation(Resource):
    """In English, the language of the API."""

    async def on_get(self, request: falcon.asgi.Request, response: falcon.asgi.Response, code: str) -> None:
        if code not in TYPES:
            raise Problem("not_found", "There is no problem of that name.")
        values = {"problem": TYPES[code]}
        show(self._deps, request, response, "problem.html", words_of(self._deps, "en"), values, private=False)


def show_problem(
    deps: Dependencies, request: falcon.asgi.Request, response: falcon.asgi.Response, problem: Problem
) -> None:
    """A problem as a page in the reader's language. Pages speak of what readers can do, not of the API's words."""
    text = words(wished_language(deps, request), deps.settings.languages)
    kind = {404: "not_found", 429: "rate_limited", 503: "away"}.get(problem.type.status, "other")
    if problem.type.status == 500:
        kind = "broke"
    values = {"kind": kind, "correlation_id": request.context.correlation_id, "status": problem.type.status}
    show(deps, request, response, "error.html", text, values, status=problem.type.status)


def routes(deps: Dependencies) -> list[Route]:
    return [Route("/problems/{code}", Explanation(deps))]
