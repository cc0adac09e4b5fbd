"""The page behind the link in the mail after an event: questions, without a name."""

from typing import Any

from gateway.api.commands import special
from gateway.dependencies import Dependencies, Route
from gateway.pages import forms
from gateway.pages.calls import LinkIsOver, by_link
from gateway.pages.languages import Words
from gateway.pages.links import LinkPage, Request, Response
from gateway.pages.rendering import show
from gateway.problems import Problem


class Feedback(LinkPage):
    """Shows the questions; takes the answers once."""

    look = "events.feedback_form"
    template = "feedback.html"

    async def _act(self, request: Request, response: Response, text: Words, token: str) -> None:
        seen = await by_link(self._deps, request, self.look, {"token": token})
        form = await forms.read(request)
        given = {
            question["id"]: forms.one(form, f"answer-{question['id']}").replace("\r\n", "\n")
            for question in seen["questions"]
        }
        answers = {one: answer for one, answer in given.items() if answer.strip()}
        try:
            await special.call(self._deps, request, "events.give_feedback", {"token": token, "answers": answers})
        except Problem as problem:
            if problem.type.code == "invalid":
                self._form(request, response, text, seen, given, done="wrong")
                return
            if problem.type.code in ("conflict", "not_found"):
                raise LinkIsOver(problem) from problem
            raise
        self._form(request, response, text, {**seen, "answered": True}, {}, done="thanks")

    def _show(self, request: Request, response: Response, text: Words, seen: Any, done: str | None) -> None:
        self._form(request, response, text, seen, {}, done)

    def _form(
        self, request: Request, response: Response, text: Words, seen: Any, given: dict[str, str], done: str | None
    ) -> None:
        values = {"seen": seen, "given": given, "done": done, "ratings": ("1", "2", "3", "4", "5")}
        show(self._deps, request, response, self.template, text, values, status=422 if done == "wrong" else 200)


def routes(deps: Dependencies) -> list[Route]:
    return [Route("/{language}/feedback/{token}", Feedback(deps))]
