"""Pages for people: what mails link to, a short front page, an event, news, errors. The portal proper comes later."""

from collections.abc import Callable
from functools import partial

import falcon.asgi

from gateway.dependencies import Dependencies, Route
from gateway.pages import explanations, feedback, front, invited, links, my_data, own_sign_up, records, static
from gateway.problems import Problem


def routes(deps: Dependencies) -> list[Route]:
    return [
        *feedback.routes(deps),
        *front.routes(deps),
        *links.routes(deps),
        *my_data.routes(deps),
        *own_sign_up.routes(deps),
        *invited.routes(deps),
        *records.routes(deps),
        *explanations.routes(deps),
        *static.routes(),
    ]


def show_problem(
    deps: Dependencies,
) -> Callable[[falcon.asgi.Request, falcon.asgi.Response, Problem], None]:
    """What writes a problem as a page."""
    return partial(explanations.show_problem, deps)
