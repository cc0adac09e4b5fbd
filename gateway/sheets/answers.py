"""Tables as answers: CSV line by line, as they are read; a workbook when it is whole."""

import csv
import io
from collections.abc import AsyncIterator, Sequence
from typing import Final

import falcon.asgi

from gateway.problems import Problem

from .process import Sheets, Unreadable
from .quoting import quoted

CSV: Final = "text/csv"
XLSX: Final = "application/vnd.openxmlformats-officedocument.spreadsheetml.sheet"
_TOGETHER: Final = 200

Rows = AsyncIterator[Sequence[str]]


def send_csv(response: falcon.asgi.Response, rows: Rows, name: str) -> None:
    """In UTF-8 with a byte order mark and semicolons, as spreadsheet programs here expect it."""
    response.content_type = f"{CSV}; charset=utf-8"
    response.downloadable_as = name
    response.stream = _lines(rows)


async def send_workbook(response: falcon.asgi.Response, sheets: Sheets, rows: Rows, name: str) -> None:
    """Raises Problem when it can't be written."""
    try:
        data = await sheets.write("Malmi", rows)
    except Unreadable as error:
        raise Problem(error.code, error.message) from error
    response.content_type = XLSX
    response.downloadable_as = name
    response.data = data


async def _lines(rows: Rows) -> AsyncIterator[bytes]:
    written = io.StringIO(newline="")
    writer = csv.writer(written, delimiter=";", lineterminator="\r\n")
    written.write("\ufeff")
    count = 0
    async for row in rows:
        writer.writerow([quoted(cell) for cell in row])
        count += 1
        if count % _TOGETHER == 0:
            yield _taken(written)
    rest = _taken(written)
    if rest:
        yield rest


def _taken(written: io.StringIO) -> bytes:
    text = written.getvalue()
    written.seek(0)
    written.truncate()
    return text.encode()
