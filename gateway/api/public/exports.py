"""GET /organisations.csv, .xlsx, .json and the same of /events: the lists as files, by the same filters.

Read page by page from the read model as the file goes out, so that a file of any length takes little memory. What is
exported of the registry can be imported again (docs/registry.md).
"""

import asyncio
from collections.abc import AsyncIterator, Callable, Mapping, Sequence
from datetime import UTC, datetime
from typing import Any, Final
from zoneinfo import ZoneInfo

import falcon.asgi
import orjson
from marshmallow import Schema, fields, validate

from gateway import limits
from gateway.api.parameters import load_query
from gateway.dependencies import Dependencies, Route
from gateway.openapi import Operation
from gateway.read_model.filters import Filter
from gateway.sheets import Sheets
from gateway.sheets.answers import CSV, XLSX, send_csv, send_workbook
from gateway.sheets.records import EVENT_COLUMNS, ORGANISATION_COLUMNS, event_row, organisation_row

from .answers import JSON, require
from .parameters import EventFilter, OrganisationFilter, filter_of

_PAGE: Final = 100
_MOST_OFFERINGS: Final = 50
_TYPES: Final = {"csv": CSV, "xlsx": XLSX, "json": JSON}

Records = AsyncIterator[dict[str, Any]]


class OrganisationExport(OrganisationFilter):
    home = fields.String(
        validate=validate.OneOf(["own", "all"]),
        load_default="own",
        metadata={"description": "own: the organisations of this node; all: the whole network's."},
    )


class EventExport(EventFilter): ...


class Export:
    """A list as a file."""

    def __init__(
        self,
        deps: Dependencies,
        sheets: Sheets,
        kind: str,
        format: str,
        query: type[Schema],
        columns: Sequence[str],
        row: Callable[[dict[str, Any]], Sequence[str]],
    ) -> None:
        self._deps, self._sheets, self._kind, self._format = deps, sheets, kind, format
        self._query, self._columns, self._row = query, columns, row
        self._zone = ZoneInfo(deps.settings.time_zone)
        self.documentation = {
            "get": Operation(
                id=f"export_{kind}s_{format}",
                summary=f"The list of {kind}s as {format.upper()}, by the same filters",
                tag=f"{kind}s",
                query=query,
                media_types=(_TYPES[format],),
                problems=("invalid_query", "rate_limited", "too_many", "too_large", "service_away"),
            )
        }

    async def on_get(self, request: falcon.asgi.Request, response: falcon.asgi.Response) -> None:
        require(request, _TYPES[self._format])
        given = load_query(request, self._query)
        client = limits.client_of(request, request.context.caller, self._deps.settings.trusted_proxies)
        for header, value in self._deps.limits.take(limits.POLICIES["export"], client).headers().items():
            response.set_header(header, value)
        home = given.pop("home", "all")
        filter_ = filter_of(self._kind, given, self._zone, now=datetime.now(UTC))
        self._deps.reader.page(filter_, 1)  # says that there is nothing to read from before anything is sent
        records = self._records(filter_, self._deps.settings.node if home == "own" else None)
        name = f"{self._kind}s.{self._format}"
        response.set_header("Cache-Control", "no-store")
        if self._format == "csv":
            send_csv(response, self._rows(records), name)
        elif self._format == "xlsx":
            await send_workbook(response, self._sheets, self._rows(records), name)
        else:
            response.content_type = JSON
            response.downloadable_as = name
            response.stream = _as_json(records)

    async def _rows(self, records: Records) -> AsyncIterator[Sequence[str]]:
        yield self._columns
        async for record in records:
            yield self._row(record)

    async def _records(self, filter_: Filter, home: str | None) -> Records:
        """Each as the API gives it by itself; an organisation with what it offers."""
        after = None
        while True:
            page = self._deps.reader.page(filter_, _PAGE, after)
            for item in page.items:
                head = orjson.loads(item)
                if home is not None and head["home"] != home:
                    continue
                whole = self._deps.reader.one(self._kind, head["id"], head["home"])
                record: dict[str, Any] = head if whole is None else orjson.loads(whole.body)
                if self._kind == "organisation":
                    record["offerings"] = self._offerings(head["id"])
                yield record
            after = page.after
            if after is None:
                return
            await asyncio.sleep(0)  # other requests come in between

    def _offerings(self, organisation: str) -> list[dict[str, Any]]:
        filter_ = Filter("offering", facets=(("organisation", (organisation,)),))
        return [orjson.loads(item) for item in self._deps.reader.page(filter_, _MOST_OFFERINGS).items]


async def _as_json(records: Records) -> AsyncIterator[bytes]:
    begin, written = b'{"items":[', bytearray()
    async for record in records:
        written += begin + orjson.dumps(record)
        begin = b",\n"
        if len(written) > 100_000:
            yield bytes(written)
            written.clear()
    yield bytes(written) + (begin if begin != b",\n" else b"") + b"]}"


def _organisation_row(record: Mapping[str, Any]) -> list[str]:
    return organisation_row(record, record.get("relations") or (), record.get("offerings") or ())


def routes(deps: Dependencies) -> list[Route]:
    sheets = Sheets()
    of_organisations = ("organisation", OrganisationExport, ORGANISATION_COLUMNS, _organisation_row)
    of_events = ("event", EventExport, EVENT_COLUMNS, event_row)
    return [
        Route(f"/api/v1/{kind}s.{format}", Export(deps, sheets, kind, format, query, columns, row))
        for kind, query, columns, row in (of_organisations, of_events)
        for format in _TYPES
    ]
