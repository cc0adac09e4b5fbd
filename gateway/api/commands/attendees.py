"""The list of attendees as a file for the organiser: CSV, XLSX or JSON. Each one is an entry of the audit trail."""

from collections.abc import AsyncIterator, Sequence
from typing import Any, ClassVar, Final

import falcon.asgi
from marshmallow import Schema, fields, validate

from gateway.api.parameters import load_query
from gateway.dependencies import Dependencies
from gateway.openapi import Operation
from gateway.problems import Problem
from gateway.sheets import Sheets
from gateway.sheets.answers import CSV, XLSX, send_csv, send_workbook
from services.contracts import identifiers
from services.contracts.schemas import door

from .resource import write
from .special import call

_MEDIA_TYPES: Final = {"json": "application/json", "csv": CSV, "xlsx": XLSX}


class Wanted(Schema):
    """In which form, and whom."""

    format = fields.String(load_default="json", validate=validate.OneOf(("json", "csv", "xlsx")))
    state = fields.String(
        validate=validate.OneOf(("confirmed", "waiting", "cancelled", "walked_in")),
        metadata={"description": "Only those; without it everybody."},
    )


class Attendees:
    """A table as a file, in which nothing that a person typed is a formula (gateway/sheets/quoting.py)."""

    documentation: ClassVar = {
        "get": Operation(
            id="export_attendees", summary="Everybody who signed up or walked in, as CSV, XLSX or JSON", tag="door",
            answer=door.AttendeeTable, query=Wanted, open_to_visitors=False,
            media_types=tuple(_MEDIA_TYPES.values()),
            problems=(
                "sign_in_needed", "forbidden", "not_found", "invalid_query", "too_many", "too_large", "service_away",
            ),
        )
    }  # fmt: skip

    def __init__(self, deps: Dependencies, sheets: Sheets) -> None:
        self._deps, self._sheets = deps, sheets

    async def on_get(self, request: falcon.asgi.Request, response: falcon.asgi.Response, id: str) -> None:
        wanted = load_query(request, Wanted)
        if not identifiers.is_id(id, identifiers.EVENT):
            raise Problem("not_found", "There is nothing at this address.")
        media_type = _MEDIA_TYPES[wanted["format"]]
        if not request.client_accepts(media_type):
            raise Problem("not_acceptable", f"This is given as {media_type}.")
        states = [wanted["state"]] if "state" in wanted else []
        table = await call(self._deps, request, "events.attendees", {"event": id, "states": states})
        if media_type == CSV:
            send_csv(response, _written(table), f"attendees-{id}.csv")
        elif media_type == XLSX:
            await send_workbook(response, self._sheets, _written(table), f"attendees-{id}.xlsx")
        else:
            write(response, 200, table)
        response.set_header("Cache-Control", "no-store")


async def _written(table: dict[str, Any]) -> AsyncIterator[Sequence[str]]:
    """The table's rows as text, its columns first."""
    yield table["columns"]
    for row in table["rows"]:
        yield [_text(value) for value in row]


def _text(value: Any) -> str:
    if isinstance(value, bool):
        return "yes" if value else "no"
    return "" if value is None else str(value)
