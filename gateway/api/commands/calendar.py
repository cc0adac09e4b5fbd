"""The part of the table about what stands beside an event: postponing, series, co-hosts, clashes, free dates."""
# fmt: off

from typing import Final

from services.contracts.schemas import clashes, programme

from . import queries
from .endpoint import Endpoint

_EVENT: Final = {"id": "event"}

ENDPOINTS: Final[tuple[Endpoint, ...]] = (
    Endpoint(
        "POST", "/events/{id}/postpone", "events.postpone_event", "postpone_event", "events",
        "Move a published event to other dates",
        settles="event",
    ),
    # series
    Endpoint(
        "POST", "/series", "events.start_series", "start_series", "events", "Start a series of events",
        status=201, location="/api/v1/series/{id}", settles="series",
    ),
    Endpoint(
        "PATCH", "/series/{id}", "events.change_series", "change_series", "events", "Change a series",
        settles="series",
    ),
    Endpoint(
        "POST", "/series/{id}/close", "events.close_series", "close_series", "events",
        "Close a series: no event joins it any more",
        settles="series",
    ),
    # co-hosts
    Endpoint(
        "POST", "/events/{id}/co-hosts", "events.ask_co_hosts", "ask_co_hosts", "events",
        "Ask organisations to be co-hosts; each is named only once it consents",
        names=_EVENT, answer=programme.CoHostRecord, many=True,
    ),
    Endpoint(
        "GET", "/events/{id}/co-hosts", "events.co_hosts", "list_co_hosts", "events",
        "Who was asked to be co-host, and what they said, for the organiser",
        names=_EVENT, answer=programme.CoHostRecord, many=True,
    ),
    Endpoint(
        "GET", "/my/co-host-requests", "events.co_host_requests", "list_co_host_requests", "events",
        "Requests to own organisations to be co-host of an event",
        answer=programme.CoHostRequest, many=True,
    ),
    Endpoint(
        "POST", "/co-host-requests/{id}/answer", "events.answer_co_host", "answer_co_host", "events",
        "Consent to be co-host, decline, or take consent back",
    ),
    Endpoint(
        "DELETE", "/co-host-requests/{id}", "events.drop_co_host", "drop_co_host", "events",
        "Withdraw a request to a co-host, or do without the co-host",
    ),
    # clashes
    Endpoint(
        "GET", "/clashes", "events.clashes", "check_clashes_of_event", "events",
        "What stands in the way of a draft or an event, the worst first",
        query=queries.OfEvent, answer=clashes.ClashView, many=True,
    ),
    Endpoint(
        "POST", "/clashes", "events.clashes", "check_clashes", "events",
        "What would stand in the way of an event that is only thought of, or moved; the worst first",
        answer=clashes.ClashView, many=True,
    ),
    Endpoint(
        "POST", "/free-dates", "events.free_dates", "find_free_dates", "events",
        "Days without clashes, the best first, each with what speaks against it",
        answer=clashes.FreeDate, many=True,
    ),
)
