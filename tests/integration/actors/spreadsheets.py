"""Spreadsheets with the usual dirt, made as people make them, and imports of them at the service itself."""

import asyncio
import io
import json
from collections.abc import AsyncIterator, Mapping, Sequence
from datetime import datetime
from typing import Any

import openpyxl

from gateway.sheets import Sheets
from gateway.sheets.answers import _lines
from gateway.sheets.records import ORGANISATION_COLUMNS, organisation_row, table_of_records
from gateway.sheets.text import read_csv
from gateway.sheets.workbook import read_xlsx
from tests.harness import until

from .conftest import World

WRONG, LOST = "2069746-9", 2446807
"""A Y-tunnus seen in print that is none, and GTK's 0244680-7 as a spreadsheet program takes it."""


def dirt(marker: str) -> bytes:
    """A workbook as it is found in an office: a sheet of instructions; a title over all columns; two header rows with
    merged groups; a heading between; a region that is merged over its rows; three spellings of a name; a wrong Y-tunnus
    and one that lost its zero; Excel's dates, one as a number, one made of "4.6."; a formula that was never reckoned;
    empty rows and a column of notes."""
    book = openpyxl.Workbook()
    guide, sheet = book.active, book.create_sheet("Toimijat")
    assert guide is not None
    guide.title = "Ohje"
    guide.append(["Täytä välilehti Toimijat"])
    rows: list[list[Any]] = [
        [f"Toimijarekisteri (esimerkki) {marker}"],
        [],
        ["Organisaatio", None, "Tunnisteet", "Sijainti", None, "Muut", None],
        ["Nimi", "Tyyppi", "Y-tunnus", "Maakunta", "Paikkakunta", "Liittynyt", "Huomautus"],
        [f"Kaivosesimerkki {marker} Oy", "Yritys", None, "Pohjois-Karjala", "Outokumpu", datetime(2024, 1, 5), None],  # noqa: DTZ001
        [f"KAIVOSESIMERKKI {marker} OY", "yritys", None, None, "Joensuu", 45_292, "tarkista: matti@example.org"],
        [f"Kaivos-esimerkki {marker}", "yritys", None, None, "Outokumpu", None, None],
        [],
        [f"Väärä tunnus {marker} Oy", "Yritys", WRONG, "Pohjois-Karjala", "Joensuu", None, None],
        [f"Kadonnut nolla {marker}", "Tutkimuslaitos", LOST, "Pohjois-Karjala", "Outokumpu", None, None],
        [f"Päivämäärä {marker} Oy", "Yritys", None, "Pohjois-Karjala", datetime(2026, 6, 4), None, None],  # noqa: DTZ001
        ["=CONCATENATE(A5;B5)", "Yritys", None, "Pohjois-Karjala", "Joensuu", None, None],
        [f"Urheiluseura {marker}", "seura", None, "Narnia", "Joensuu", None, None],
    ]
    for row in rows:
        sheet.append(row)
    for cells in ("A1:G1", "A3:B3", "D3:E3", "F3:G3", "D5:D7"):
        sheet.merge_cells(cells)
    return saved(book)


def saved(book: openpyxl.Workbook) -> bytes:
    out = io.BytesIO()
    book.save(out)
    return out.getvalue()


def exported(records: Sequence[Mapping[str, Any]], format: str) -> dict[str, Any]:
    """These organisations as an export of them, read again: {"read", "sheets"}."""
    if format == "json":
        return table_of_records(json.loads(json.dumps({"items": list(records)})))

    async def rows() -> AsyncIterator[Sequence[str]]:
        yield ORGANISATION_COLUMNS
        for record in records:
            yield organisation_row(record)

    async def written() -> bytes:
        if format == "csv":
            return b"".join([piece async for piece in _lines(rows())])
        return await Sheets().write("Malmi", rows())

    data = asyncio.run(written())
    return read_csv(data) if format == "csv" else read_xlsx(data, None)


class Importing:
    """Imports of one region's coordinator."""

    def __init__(self, world: World, region: str = "FI1DC") -> None:
        self.world, self.region = world, region

    def call(self, name: str, arguments: Mapping[str, Any], **rest: Any) -> Any:
        rest.setdefault("principal", self.world.coordinator)
        return self.world.rpc.call(f"actors.{name}", dict(arguments), **rest)

    def opened(self, table: Mapping[str, Any], **more: Any) -> dict[str, Any]:
        arguments = {"region": self.region, "read": table["read"], "table": table["sheets"], **more}
        view: dict[str, Any] = self.call("open_import", arguments, timeout=20.0)
        return view

    def ended(self, view: Mapping[str, Any], turn: str, **plan: Any) -> dict[str, Any]:
        """Tried or run to its end."""
        self.call(f"{turn}_import", {"id": view["id"], **plan})
        return self.until(view["id"], "tried", "done", "failed")

    def until(self, import_id: str, *states: str, limit: float = 60) -> dict[str, Any]:
        found: dict[str, Any] = {}

        def there() -> bool:
            found.update(self.call("import_", {"id": import_id}))
            return found["state"] in states

        until(there, limit=limit, says=f"the import is {' or '.join(states)}")
        return found

    def rows(self, view: Mapping[str, Any], **more: Any) -> list[dict[str, Any]]:
        found: list[dict[str, Any]] = []
        after = None
        while True:
            page = self.call("import_rows_of", {"id": view["id"], "after": after, "limit": 70, **more})
            found += page["items"]
            after = page["next"]
            if after is None:
                return found

    def dropped(self, view: Mapping[str, Any]) -> None:
        self.call("drop_import", {"id": view["id"]})


def csv_table(text: str) -> dict[str, Any]:
    return read_csv(text.encode())


__all__ = ["LOST", "WRONG", "Importing", "csv_table", "dirt", "exported", "read_xlsx", "saved"]
