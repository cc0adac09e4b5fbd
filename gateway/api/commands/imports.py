"""Importing organisations: the file comes in, and its report goes out as a table for people."""

from collections.abc import AsyncIterator, Mapping
from typing import Any, ClassVar, Final

import falcon.asgi
from marshmallow import Schema, fields, validate

from gateway.api.parameters import READABLE, load_query
from gateway.dependencies import Dependencies
from gateway.openapi import Operation
from gateway.problems import Problem
from gateway.sheets import Sheets, Unreadable
from gateway.sheets.answers import CSV, XLSX, send_csv, send_workbook
from services.contracts import identifiers
from services.contracts.import_words import say
from services.contracts.schemas import imports
from services.contracts.schemas.fields import nuts3, one_of

from . import body
from .resource import require_json, write
from .special import call

_FORMATS: Final = {"text/csv": "csv", XLSX: "xlsx", "application/json": "json"}
_PAGE: Final = 500
_PROBLEMS: Final = ("sign_in_needed", "forbidden", "not_found", "invalid_query", "service_away")


class OpenQuery(Schema):
    region = nuts3(required=True, metadata={"description": "The coordinator's region; for rows that name none."})
    sheet = fields.String(
        validate=validate.Length(min=1, max=100),
        metadata={"description": "Of a workbook; without it the one that fits.", "pattern": READABLE},
    )
    file = fields.String(
        load_default="",
        validate=validate.Length(max=200),
        metadata={"description": "The file's name, to tell it by.", "pattern": READABLE},
    )


class OfRegion(Schema):
    region = nuts3(required=True)


class RowsQuery(Schema):
    cursor = fields.String(validate=validate.Length(max=100))
    limit = fields.Integer(load_default=100, validate=validate.Range(min=1, max=1_000))
    outcome = fields.List(
        one_of(imports.OUTCOMES),
        validate=validate.Length(max=len(imports.OUTCOMES)),
        metadata={"description": "Any of these outcomes."},
    )


class ReportQuery(Schema):
    lang = one_of(("fi", "sv", "en"), load_default="fi", metadata={"description": "Language of what to do."})
    outcome = fields.List(
        one_of(imports.OUTCOMES),
        validate=validate.Length(max=len(imports.OUTCOMES)),
        metadata={"description": "Any of these outcomes."},
    )


class Imports:
    """A file of organisations is read; nothing is imported yet."""

    documentation: ClassVar = {
        "post": Operation(
            id="open_import",
            summary="Read a file of organisations: what is in it, what each column is taken for",
            tag="imports",
            answer=imports.ImportView,
            query=OpenQuery,
            status=201,
            body=imports.OpenImport,
            body_media_type="text/csv",
            open_to_visitors=False,
            is_command=True,
            has_location=True,
            description=(
                f"CSV (`text/csv`; UTF-8 or Windows-1252, separated by ; , or tab), a workbook (`{XLSX}`), or a JSON "
                "export (`application/json`), of at most 4 MB and 20,000 rows. Nothing is imported yet: see the "
                "columns, then try it (a dry run), then run it."
            ),
            problems=(
                "sign_in_needed", "forbidden", "invalid", "invalid_query", "bad_request", "unsupported_media_type",
                "too_large", "length_required", "too_many", "key_reused", "service_away", "outcome_unknown",
            ),
        )
    }  # fmt: skip

    def __init__(self, deps: Dependencies, sheets: Sheets) -> None:
        self._deps, self._sheets = deps, sheets

    async def on_post(self, request: falcon.asgi.Request, response: falcon.asgi.Response) -> None:
        require_json(request)
        query = load_query(request, OpenQuery)
        media_type = (request.content_type or "").partition(";")[0].strip().lower()
        if media_type not in _FORMATS:
            raise Problem("unsupported_media_type", f"Send the file as {', '.join(_FORMATS)}.")
        if request.get_header("Transfer-Encoding") is not None:
            raise Problem("length_required", "Send the file with Content-Length.", headers={"Connection": "close"})
        if request.context.caller.principal.kind != "account":
            raise Problem("sign_in_needed", "Sign in to import organisations.")
        data = await body.read_bytes(request, body.FILE_LIMIT, media_type)
        if not data:
            raise _unreadable(Unreadable("bad_request", "The file is empty."))
        try:
            table = await self._sheets.read(data, _FORMATS[media_type], query.get("sheet"))
        except Unreadable as error:
            raise _unreadable(error) from error
        arguments = {**query, "read": table["read"], "table": table["sheets"]}
        if media_type != XLSX:
            arguments.pop("sheet", None)
        answer = await call(self._deps, request, "actors.open_import", arguments)
        write(response, 201, answer, "/api/v1/imports/{id}")


def _unreadable(error: Unreadable) -> Problem:
    """The request is right; what is wrong is in the file."""
    if error.code == "bad_request":
        return Problem("invalid", error.message, errors=[{"pointer": "", "message": error.message}])
    return Problem(error.code, error.message)


class Report:
    """The report of an import as a file: each row as it stood there, with what to do about it."""

    def __init__(self, deps: Dependencies, sheets: Sheets, media_type: str) -> None:
        self._deps, self._sheets, self._media_type = deps, sheets, media_type
        suffix = "csv" if media_type == CSV else "xlsx"
        self.documentation: Mapping[str, Operation] = {
            "get": Operation(
                id=f"get_import_report_{suffix}",
                summary=f"The report of an import as {suffix.upper()}: the file's rows, and what to do about each",
                tag="imports",
                query=ReportQuery,
                media_types=(media_type,),
                open_to_visitors=False,
                problems=(*_PROBLEMS, "invalid", "too_many", "too_large"),
            )
        }

    async def on_get(self, request: falcon.asgi.Request, response: falcon.asgi.Response, id: str) -> None:
        query = load_query(request, ReportQuery)
        if not identifiers.is_id(id, identifiers.IMPORT):
            raise Problem("not_found", "There is nothing at this address.")
        if not request.client_accepts(self._media_type):
            raise Problem("not_acceptable", f"This is given as {self._media_type}.")
        view = await call(self._deps, request, "actors.import_", {"id": id})
        first = await self._page(request, view, query, None)  # what is refused is refused before the answer begins
        rows = self._rows(request, view, query, first)
        response.set_header("Cache-Control", "no-store")
        if self._media_type == CSV:
            send_csv(response, rows, f"{id}.csv")
        else:
            await send_workbook(response, self._sheets, rows, f"{id}.xlsx")

    async def _page(
        self, request: falcon.asgi.Request, view: Mapping[str, Any], query: Mapping[str, Any], after: str | None
    ) -> Any:
        outcomes = list(dict.fromkeys(query.get("outcome", [])))
        arguments = {"id": view["id"], "after": after, "limit": _PAGE, "outcome": outcomes}
        return await call(self._deps, request, "actors.import_rows_of", arguments)

    async def _rows(
        self, request: falcon.asgi.Request, view: Mapping[str, Any], query: Mapping[str, Any], page: Any
    ) -> AsyncIterator[list[str]]:
        language: str = query["lang"]
        own = [column["header"] or f"#{column['position']}" for column in view["columns"]]
        yield [*own, *(say(f"column_{name}", language=language) for name in ("row", "outcome", "id", "advice"))]
        while True:
            for row in page["items"]:
                yield [
                    *row["cells"],
                    str(row["row"]),
                    say(f"outcome_{row['outcome']}", language=language),
                    row["id"] or "",
                    _advice(row, language),
                ]
            if page["next"] is None:
                return
            page = await self._page(request, view, query, page["next"])


def _advice(row: Mapping[str, Any], language: str) -> str:
    """What is wrong where, what was mended, what to do."""
    remarks = [
        f"{remark['column'] or remark['field']}: {say(remark['code'], remark['params'], language)}"
        for remark in (*row["errors"], *row["notes"])
        if remark["column"] or remark["field"]
    ]
    others = [
        say(remark["code"], remark["params"], language)
        for remark in row["errors"]
        if not (remark["column"] or remark["field"])
    ]
    advice = row["advice"]
    return " ".join([*remarks, *others, say(advice["code"], advice["params"], language)])
