"""The JSON API under /api/v1: public reads from the read model, commands and private reads from their services."""

from collections.abc import Iterable

from gateway.api import commands
from gateway.dependencies import Dependencies, Route


def routes(deps: Dependencies) -> Iterable[Route]:
    """All of the JSON API."""
    yield from commands.routes(deps)
