"""GET /series and /series/{id}; the events of one: GET /events?series={id}, and every feed with the same filter."""

from gateway.dependencies import Dependencies, Route
from gateway.openapi import Operation
from services.contracts.identifiers import SERIES

from .lists import SEARCHED_FOR, ListResource
from .parameters import SeriesList
from .records import RecordResource
from .schemas import SeriesView

_LIST = Operation(
    id="list_series",
    summary="Series of events, by title",
    tag="events",
    answer=SeriesView,
    many=True,
    query=SeriesList,
    beside_items=SEARCHED_FOR,
    problems=("invalid_query",),
)
_ONE = Operation(
    id="get_series", summary="One series of events", tag="events", answer=SeriesView, problems=("not_found",)
)


def routes(deps: Dependencies) -> list[Route]:
    return [
        Route("/api/v1/series", ListResource(deps, "series", SeriesList, _LIST)),
        Route("/api/v1/series/{id}", RecordResource(deps, "series", SERIES, _ONE)),
    ]
