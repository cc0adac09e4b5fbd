"""The feeds' addresses: iCalendar, Atom, live streams."""

import math
from dataclasses import dataclass
from datetime import timedelta
from typing import Final
from zoneinfo import ZoneInfo

import falcon.asgi
import orjson
from marshmallow import Schema, fields

from gateway.api.parameters import load_query
from gateway.api.public import parameters
from gateway.api.public.answers import etag_of_bytes, send
from gateway.dependencies import Dependencies, Route
from gateway.kept import turn_of
from gateway.openapi import Operation
from gateway.problems import Problem
from gateway.read_model import files
from gateway.read_model.filters import Filter
from gateway.read_model.records import PUBLIC_KINDS
from services.contracts.schemas.fields import one_of

from . import atom, icalendar, live
from .languages import language_of

_MOST_EVENTS: Final = 2_000
_MOST_ENTRIES: Final = 100
_BACK: Final = timedelta(days=30)
"""A calendar program drops what its feed no longer holds: what was last month stays for a while."""
_A_MINUTE: Final = 60.0
_MOST_STREAMS: Final = 1_000


class EventFeed(parameters.EventFilter, parameters.Spoken):
    """The filter of a list of events, and a language."""


class NewsFeed(parameters.NewsFilter, parameters.Spoken):
    """The filter of a list of news, and a language."""


class StreamQuery(parameters.EventFilter):
    """Which facts are told: the filter of a list of events, for records of any kind; without any parameter all public
    ones."""

    q = parameters.words(
        "Words of titles, names, summaries, places, organisers.",
        "All words are looked for as they are written, the last one also as a beginning of a word.",
    )
    from_ = parameters.MomentOrDay(
        data_key="from", metadata={"description": "Of events and blocks that end then or later. Without it: any."}
    )
    to = parameters.MomentOrDay(
        metadata={"description": "Of events and blocks that begin before this time; a day is meant with all of it."}
    )
    kind = fields.List(one_of(PUBLIC_KINDS), metadata={"description": "Kinds of records; without it all."})


_CALENDAR: Final = Operation(
    id="feed_events_icalendar",
    summary="The calendar for calendar programs, for any filter",
    tag="feeds",
    query=EventFeed,
    media_types=(icalendar.MEDIA_TYPE,),
    problems=("invalid_query",),
)
_EVENTS_ATOM: Final = Operation(
    id="feed_events_atom",
    summary="Events as an Atom feed, for any filter",
    tag="feeds",
    query=EventFeed,
    media_types=(atom.MEDIA_TYPE,),
    problems=("invalid_query",),
)
_NEWS_ATOM: Final = Operation(
    id="feed_news_atom",
    summary="News as an Atom feed, for any filter",
    tag="feeds",
    query=NewsFeed,
    media_types=(atom.MEDIA_TYPE,),
    problems=("invalid_query",),
)
_STREAM: Final = Operation(
    id="stream_facts",
    summary="Public facts as they happen (server-sent events)",
    tag="feeds",
    query=StreamQuery,
    media_types=("text/event-stream",),
    problems=("invalid_query", "service_away"),
    description="`event` is the fact's type, `data` the public record as JSON, `id` the place in this node's log. "
    "With Last-Event-ID all that came since is told first; an event `reset` says that the log does not reach back that "
    "far: read the lists anew. A comment every 15 seconds shows that the stream lives. The filter is the calendar's: a "
    "fact is told when its record matched before it, or matches since, so that a list can be kept by it. A record that "
    "has no such thing does not match (an organisation has no theme, news no time). What is told of places goes by "
    "their event; what is left of a withdrawn record by what it was.",
)


@dataclass(frozen=True, slots=True)
class Asked:
    """What a feed is asked for. until: when it may become another one though nothing changes (time.monotonic)."""

    filter: Filter
    language: str
    until: float


class Feed:
    """What calendar and Atom feeds have in common: the filter, the language, what a client has already."""

    def __init__(self, deps: Dependencies, kind: str, query: type[Schema], operation: Operation) -> None:
        self._deps, self._kind, self._query = deps, kind, query
        self._zone = ZoneInfo(deps.settings.time_zone)
        self.documentation = {"get": operation}

    def asked(self, request: falcon.asgi.Request) -> Asked:
        """What a request asks for. Raises Problem `invalid_query`."""
        given = load_query(request, self._query)
        now, until = turn_of(_A_MINUTE)
        if self._kind not in parameters.TIMED or "from_" in given:
            until = math.inf
        filter_ = parameters.filter_of(self._kind, given, self._zone, now=now, back=_BACK)
        return Asked(filter_, language_of(request, self._deps.settings.languages), until)

    def answer(
        self,
        request: falcon.asgi.Request,
        response: falcon.asgi.Response,
        body: bytes,
        media_type: str,
        asked: Asked,
    ) -> None:
        response.append_header("Vary", "Accept-Language")
        response.set_header("Content-Language", asked.language)
        changed = self._deps.reader.changed_at(self._kind)
        etag = etag_of_bytes(body)
        send(request, response, body, etag=etag, media_type=media_type, changed=changed, until=asked.until)


class CalendarFeed(Feed):
    """GET /events.ics"""

    async def on_get(self, request: falcon.asgi.Request, response: falcon.asgi.Response) -> None:
        asked, settings = self.asked(request), self._deps.settings
        events = self._deps.reader.calendar(asked.filter, asked.language, _MOST_EVENTS)
        body = icalendar.join(events, icalendar.name_of(settings.node_name, settings.node, asked.language))
        response.set_header("Content-Disposition", 'inline; filename="events.ics"')
        self.answer(request, response, body, f"{icalendar.MEDIA_TYPE}; charset=utf-8", asked)


class Alias:
    """The same feed under another address, which /openapi.json leaves out."""

    def __init__(self, feed: CalendarFeed) -> None:
        self.on_get = feed.on_get


class AtomFeed(Feed):
    """GET /events.atom, /news.atom"""

    async def on_get(self, request: falcon.asgi.Request, response: falcon.asgi.Response) -> None:
        asked, settings, reader = self.asked(request), self._deps.settings, self._deps.reader
        records = [orjson.loads(body) for body in reader.bodies(asked.filter, _MOST_ENTRIES)]
        about = atom.About(
            kind=self._kind,
            address=settings.public_url + request.relative_uri,
            public_url=settings.public_url,
            node=settings.node_name,
            slug=settings.node,
            languages=settings.languages,
            language=asked.language,
            updated=reader.changed_at(self._kind) or "1970-01-01T00:00:00.000Z",
        )
        self.answer(request, response, atom.render(about, records), f"{atom.MEDIA_TYPE}; charset=utf-8", asked)


class Stream:
    """GET /events/stream"""

    def __init__(self, deps: Dependencies, watch: live.Watch) -> None:
        self._deps, self._watch = deps, watch
        self._zone = ZoneInfo(deps.settings.time_zone)
        self.documentation = {"get": _STREAM}

    async def on_get(self, request: falcon.asgi.Request, response: falcon.asgi.Response) -> None:
        filter_ = parameters.stream_filter_of(load_query(request, StreamQuery), self._zone)
        if self._watch.streams >= _MOST_STREAMS:
            raise Problem("service_away", "Too many live streams are open here. Try again in a while.")
        try:
            self._watch.last()
        except live.LogAway as error:
            raise Problem("service_away", "The log of facts cannot be read now. Try again in a moment.") from error
        response.set_header("Cache-Control", "no-store")
        response.set_header("X-Accel-Buffering", "no")
        last = request.get_header("Last-Event-ID")
        response.sse = live.stream(self._watch, filter_, self._deps.stopping, last)


def routes(deps: Dependencies) -> list[Route]:
    """The routes of all feeds."""
    calendar = CalendarFeed(deps, "event", EventFeed, _CALENDAR)
    watch = live.Watch(files.link(deps.reader.folder, files.STREAM))
    return [
        Route("/api/v1/events.ics", calendar),
        Route("/api/v1/calendar.ics", Alias(calendar)),
        Route("/calendar.ics", Alias(calendar)),
        Route("/api/v1/events.atom", AtomFeed(deps, "event", EventFeed, _EVENTS_ATOM)),
        Route("/api/v1/news.atom", AtomFeed(deps, "news", NewsFeed, _NEWS_ATOM)),
        Route("/api/v1/events/stream", Stream(deps, watch)),
    ]
