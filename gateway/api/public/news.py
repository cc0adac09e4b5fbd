"""GET /news, /news/{id}."""

import falcon.asgi

from gateway.dependencies import Dependencies, Route
from gateway.openapi import Operation
from services.contracts.identifiers import NEWS, is_id
from services.contracts.schemas.consortium import NewsRecord

from .answers import JSON, require, send
from .lists import SEARCHED_FOR, ListResource
from .parameters import NewsList
from .records import send_restricted
from .schemas import NewsItem

_LIST = Operation(
    id="list_news",
    summary="News for everybody, newest first",
    tag="news",
    answer=NewsItem,
    many=True,
    query=NewsList,
    beside_items=SEARCHED_FOR,
    problems=("invalid_query",),
)
_ONE = Operation(
    id="get_news",
    summary="One piece of news",
    tag="news",
    answer=NewsRecord,
    problems=("not_found", "service_away"),
    description="News for members are given to those who may read them.",
)


class NewsResource:
    """News by their id. Those for members are asked of their owner, who decides."""

    def __init__(self, deps: Dependencies) -> None:
        self._deps = deps
        self.documentation = {"get": _ONE}

    async def on_get(self, request: falcon.asgi.Request, response: falcon.asgi.Response, id: str) -> None:
        require(request, JSON)
        found = self._deps.reader.one("news", id, self._deps.settings.node) if is_id(id, NEWS) else None
        if found is not None:
            send(request, response, found.body, etag=found.etag, changed=found.changed)
        else:
            await send_restricted(self._deps, request, response, "consortium.news_item", NEWS, id)


def routes(deps: Dependencies) -> list[Route]:
    return [
        Route("/api/v1/news", ListResource(deps, "news", NewsList, _LIST)),
        Route("/api/v1/news/{id}", NewsResource(deps)),
    ]
