"""Calls that a page makes: like a visitor, who shows the token of a link."""

from typing import Any

import falcon.asgi

from gateway.api.commands import special
from gateway.dependencies import Dependencies
from gateway.problems import Problem

_LINK_IS_OVER = frozenset({"not_found", "invalid", "unknown_reference", "conflict", "forbidden", "sign_in_needed"})


class LinkIsOver(Exception):
    """The link's token is not (or no longer) good for this."""

    def __init__(self, problem: Problem) -> None:
        self.problem = problem
        super().__init__(problem.detail)


async def by_link(deps: Dependencies, request: falcon.asgi.Request, name: str, arguments: dict[str, Any]) -> Any:
    """A call whose permission is the token of a link. Raises LinkIsOver, or Problem when a service is away."""
    try:
        return await special.call(deps, request, name, arguments)
    except Problem as problem:
        if problem.type.code in _LINK_IS_OVER:
            raise LinkIsOver(problem) from problem
        raise
