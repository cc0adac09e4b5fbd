"""GET /news."""

from gateway.dependencies import Dependencies, Route
from gateway.openapi import Operation
from services.contracts.identifiers import NEWS
from services.contracts.schemas.consortium import NewsRecord

from .lists import ListResource
from .parameters import NewsList
from .records import RecordResource
from .schemas import NewsItem

_LIST = Operation(
    id="list_news",
    summary="News for everybody, newest first",
    tag="news",
    answer=NewsItem,
    many=True,
    query=NewsList,
    problems=("invalid_query",),
)
_ONE = Operation(id="get_news", summary="One piece of news", tag="news", answer=NewsRecord, problems=("not_found",))


def routes(deps: Dependencies) -> list[Route]:
    return [
        Route("/api/v1/news", ListResource(deps, "news", NewsList, _LIST)),
        Route("/api/v1/news/{id}", RecordResource(deps, "news", NEWS, _ONE)),
    ]
