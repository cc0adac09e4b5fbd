"""The list of attendees as a file for the organiser: CSV, XLSX or JSON. Each one is an entry of the audit trail."""

import asyncio
from typing import Any, ClassVar, Final

import falcon.asgi
from marshmallow import Schema, fields, validate

from gateway import spreadsheets
from gateway.api.parameters import load_query
from gateway.dependencies import Dependencies
from gateway.openapi import Operation
from gateway.problems import Problem
from services.contracts import identifiers
from services.contracts.schemas import door

from .resource import write
from .special import call

_MEDIA_TYPES: Final = {"json": "application/json", "csv": "text/csv", "xlsx": spreadsheets.XLSX}


class Wanted(Schema):
    """In which form, and whom."""

    format = fields.String(load_default="json", validate=validate.OneOf(("json", "csv", "xlsx")))
    state = fields.String(
        validate=validate.OneOf(("confirmed", "waiting", "cancelled", "walked_in")),
        metadata={"description": "Only those; without it everybody."},
    )


class Attendees:
    """A table as a file."""

    documentation: ClassVar = {
        "get": Operation(
            id="export_attendees", summary="Everybody who signed up or walked in, as CSV, XLSX or JSON", tag="door",
            answer=door.AttendeeTable, query=Wanted, open_to_visitors=False,
            media_types=tuple(_MEDIA_TYPES.values()),
            problems=("sign_in_needed", "forbidden", "not_found", "invalid_query", "service_away"),
        )
    }  # fmt: skip

    def __init__(self, deps: Dependencies) -> None:
        self._deps = deps

    async def on_get(self, request: falcon.asgi.Request, response: falcon.asgi.Response, id: str) -> None:
        wanted = load_query(request, Wanted)
        if not identifiers.is_id(id, identifiers.EVENT):
            raise Problem("not_found", "There is nothing at this address.")
        if not request.client_accepts(_MEDIA_TYPES[wanted["format"]]):
            raise Problem("not_acceptable", f"This is given as {_MEDIA_TYPES[wanted['format']]}.")
        states = [wanted["state"]] if "state" in wanted else []
        table = await call(self._deps, request, "events.attendees", {"event": id, "states": states})
        if wanted["format"] == "json":
            write(response, 200, table)
            return
        # in a thread: thousands of rows take a while, and other requests should not wait for it
        response.data, response.content_type = await asyncio.to_thread(_file, wanted["format"], table)
        response.set_header("Cache-Control", "no-store")
        response.downloadable_as = f"attendees-{id}.{wanted['format']}"


def _file(kind: str, table: dict[str, Any]) -> tuple[bytes, str]:
    columns, rows = table["columns"], table["rows"]
    if kind == "csv":
        return spreadsheets.to_csv(columns, rows), spreadsheets.CSV
    return spreadsheets.to_xlsx(columns, rows, "attendees"), spreadsheets.XLSX
