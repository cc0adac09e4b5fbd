"""GET /events, /events/{id} in its formats, /blocks."""

import falcon.asgi
import orjson

from gateway import jsonld
from gateway.api.parameters import load_query
from gateway.dependencies import Dependencies, Route
from gateway.feeds import icalendar
from gateway.feeds.languages import language_of
from gateway.openapi import Operation
from gateway.problems import Problem
from services.contracts.identifiers import EVENT, is_id
from services.contracts.schemas.events import BlockRecord

from .answers import JSON, JSON_LD, etag_of_bytes, require, send
from .lists import COUNTS, ListResource
from .parameters import BlockList, EventList, Spoken
from .records import find, send_restricted
from .schemas import EventItem, EventView

_LIST = Operation(
    id="list_events",
    summary="The calendar, in order of beginning",
    tag="events",
    answer=EventItem,
    many=True,
    query=EventList,
    beside_items=COUNTS,
    problems=("invalid_query",),
)
_ONE = Operation(
    id="get_event",
    summary="One event, as JSON, JSON-LD (schema.org) or iCalendar",
    tag="events",
    answer=EventView,
    media_types=(JSON, JSON_LD, icalendar.MEDIA_TYPE),
    problems=("not_found", "service_away"),
    description="A draft or an event that is not public is given to those who may read it.",
)
_LINKED = Operation(
    id="get_event_jsonld",
    summary="One event as JSON-LD (schema.org Event)",
    tag="events",
    media_types=(JSON_LD,),
    problems=("not_found",),
)
_CALENDAR = Operation(
    id="get_event_icalendar",
    summary="One event for a calendar program",
    tag="events",
    query=Spoken,
    media_types=(icalendar.MEDIA_TYPE,),
    problems=("not_found", "invalid_query"),
)
_BLOCKS = Operation(
    id="list_blocks",
    summary="Times that drafts hold and events take that are not public: no titles, to avoid clashes",
    tag="events",
    answer=BlockRecord,
    many=True,
    query=BlockList,
    problems=("invalid_query",),
)


class EventResource:
    """An event, in the format that Accept asks for. One that is not public is asked of its owner, who decides."""

    def __init__(self, deps: Dependencies) -> None:
        self._deps = deps
        self.documentation = {"get": _ONE}

    async def on_get(self, request: falcon.asgi.Request, response: falcon.asgi.Response, id: str) -> None:
        response.append_header("Vary", "Accept")
        wanted = require(request, JSON, JSON_LD, icalendar.MEDIA_TYPE)
        if wanted == JSON_LD:
            send_linked(self._deps, request, response, id)
        elif wanted == icalendar.MEDIA_TYPE:
            send_calendar(self._deps, request, response, id)
        else:
            await self._send_json(request, response, id)

    async def _send_json(self, request: falcon.asgi.Request, response: falcon.asgi.Response, id: str) -> None:
        settings = self._deps.settings
        found = self._deps.reader.one("event", id, settings.node) if is_id(id, EVENT) else None
        if found is not None:
            send(request, response, found.body, etag=found.etag, changed=found.changed)
            return
        await send_restricted(self._deps, request, response, "events.event", EVENT, id)


class LinkedEventResource:
    """An event as JSON-LD."""

    def __init__(self, deps: Dependencies) -> None:
        self._deps = deps
        self.documentation = {"get": _LINKED}

    async def on_get(self, request: falcon.asgi.Request, response: falcon.asgi.Response, id: str) -> None:
        send_linked(self._deps, request, response, id)


class EventCalendarResource:
    """An event as iCalendar."""

    def __init__(self, deps: Dependencies) -> None:
        self._deps = deps
        self.documentation = {"get": _CALENDAR}

    async def on_get(self, request: falcon.asgi.Request, response: falcon.asgi.Response, id: str) -> None:
        load_query(request, Spoken)
        send_calendar(self._deps, request, response, id)


def send_linked(deps: Dependencies, request: falcon.asgi.Request, response: falcon.asgi.Response, id: str) -> None:
    found = find(deps, "event", EVENT, id)
    values = jsonld.event(orjson.loads(found.body), deps.settings.languages, deps.settings.public_url)
    body = orjson.dumps(values)
    send(request, response, body, etag=etag_of_bytes(body), media_type=JSON_LD, changed=found.changed)


def send_calendar(deps: Dependencies, request: falcon.asgi.Request, response: falcon.asgi.Response, id: str) -> None:
    found = find(deps, "event", EVENT, id)
    language = language_of(request, deps.settings.languages)
    events = deps.reader.event_calendar(id, language, deps.settings.node)
    if events is None:
        raise Problem("not_found", "There is no public event with this id.")
    body = icalendar.join(events)
    response.append_header("Vary", "Accept-Language")
    response.set_header("Content-Language", language)
    response.set_header("Content-Disposition", f'attachment; filename="{id}.ics"')
    media_type = f"{icalendar.MEDIA_TYPE}; charset=utf-8"
    send(request, response, body, etag=etag_of_bytes(body), media_type=media_type, changed=found.changed)


def routes(deps: Dependencies) -> list[Route]:
    return [
        Route("/api/v1/events", ListResource(deps, "event", EventList, _LIST)),
        Route("/api/v1/events/{id}", EventResource(deps)),
        Route("/api/v1/events/{id}.jsonld", LinkedEventResource(deps)),
        Route("/api/v1/events/{id}.ics", EventCalendarResource(deps)),
        Route("/api/v1/blocks", ListResource(deps, "block", BlockList, _BLOCKS)),
    ]
