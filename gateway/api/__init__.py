"""The JSON API under /api/v1: public reads from the read model, commands and private reads from their services."""

from collections.abc import Iterable

from gateway.api import commands, public
from gateway.dependencies import Dependencies, Route
from gateway.feeds import routes as feeds


def routes(deps: Dependencies) -> Iterable[Route]:
    """All of the JSON API."""
    yield from public.routes(deps)
    yield from feeds.routes(deps)
    yield from commands.routes(deps)
