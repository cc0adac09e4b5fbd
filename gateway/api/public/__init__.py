"""Public reads: organisations, events, consortia, news and the node itself, out of the read model alone.

They need no service, store or broker. The one exception is an event that is not public, asked for with credentials:
its owner decides who may read it.
"""

from gateway.dependencies import Dependencies, Route

from . import consortia, events, exports, news, node, offerings, organisations, series


def routes(deps: Dependencies) -> list[Route]:
    """The routes of all public reads but the feeds."""
    return [
        *organisations.routes(deps),
        *exports.routes(deps),
        *offerings.routes(deps),
        *events.routes(deps),
        *series.routes(deps),
        *consortia.routes(deps),
        *news.routes(deps),
        *node.routes(deps),
    ]
