"""XLSX as people's programs write it. Foreign files: unpacked within a bound, no document types, no macros."""

import io
import lzma
import re
import zipfile
import zlib
from collections.abc import Iterator
from datetime import date, datetime, time, timedelta
from typing import Any, Final

import openpyxl
from openpyxl.utils.cell import range_boundaries

from .limits import MOST_COLUMNS, MOST_ROWS, MOST_SHEETS, MOST_UNPACKED, Measure, Refused
from .quoting import BEGINS_FORMULA, NOTHING, plain_of_workbook, unquoted

_MERGED: Final = re.compile(rb'<(?:\w+:)?mergeCell\b[^>]*?\bref="([A-Z]{1,3}[0-9]{1,7}:[A-Z]{1,3}[0-9]{1,7})"')
_FORMULA: Final = re.compile(rb"<(?:\w+:)?f[ >/]")
_PIECE: Final = 1 << 20
_MOST_MERGED: Final = 20_000
_MOST_FILLED: Final = 100_000


def read_xlsx(data: bytes, wanted: str | None) -> dict[str, Any]:
    """{"read": {format}, "sheets": [...]}; only the sheet `wanted`, if one is. Raises Refused."""
    archive = _opened(data)
    _check(archive)
    try:
        values: Any = openpyxl.load_workbook(io.BytesIO(data), read_only=True, data_only=True, keep_links=False)
        formulas: Any = openpyxl.load_workbook(io.BytesIO(data), read_only=True, data_only=False, keep_links=False)
        found, measure = [], Measure()
        for sheet in values.worksheets[:MOST_SHEETS]:
            if sheet.sheet_state != "visible" or wanted not in (None, sheet.title):
                continue
            part = sheet._worksheet_path  # openpyxl tells it nowhere else
            merged, has_formulas = _marks(archive, part)
            asked = formulas[sheet.title] if has_formulas else None
            rows = list(_rows(sheet, asked, measure))
            found.append({"name": sheet.title[:1_000], "rows": _filled(rows, merged)})
    except Refused:
        raise
    except MemoryError:
        raise
    except Exception as error:  # whatever openpyxl stumbles over in a foreign file
        raise Refused(
            "bad_request", f"This workbook is damaged ({type(error).__name__}). Open and save it anew."
        ) from error
    if not found:
        names = ", ".join(sheet.title for sheet in values.worksheets[:MOST_SHEETS])
        raise Refused("invalid_query", f"There is no such sheet to be seen. There are: {names}.")
    return {"read": {"format": "xlsx", "encoding": None, "separator": None}, "sheets": found}


def _opened(data: bytes) -> zipfile.ZipFile:
    if data.startswith(b"\xd0\xcf\x11\xe0"):
        message = "This is an .xls file of old, or one with a password. Save it as .xlsx without a password."
        raise Refused("unsupported_media_type", message)
    try:
        archive = zipfile.ZipFile(io.BytesIO(data))
    except (zipfile.BadZipFile, ValueError, OSError) as error:
        message = "This is no whole .xlsx file: it is another kind, or was cut off. Save it as .xlsx and send it anew."
        raise Refused("bad_request", message) from error
    return archive


def _check(archive: zipfile.ZipFile) -> None:
    names = [entry.filename for entry in archive.infolist()]
    if "mimetype" in names:
        raise Refused("unsupported_media_type", "This is an OpenDocument file. Save it as .xlsx or CSV.")
    if "[Content_Types].xml" not in names or not any(name.startswith("xl/") for name in names):
        raise Refused("bad_request", "This is a ZIP file, but no workbook. Save the workbook as .xlsx.")
    if len(names) != len(set(names)) or len(names) > 1_000:
        raise Refused("bad_request", "This workbook is damaged: it has parts twice. Open and save it anew.")
    unpacked, types = 0, b""
    for entry in archive.infolist():
        lowered = entry.filename.casefold()
        if "vbaproject" in lowered or "macrosheets" in lowered:
            raise Refused("unsupported_media_type", "This workbook has macros. Save it as .xlsx, without them.")
        is_markup, first, before = lowered.endswith((".xml", ".rels", ".vml")), True, b""
        for piece in _pieces(archive, entry.filename):
            unpacked += len(piece)
            if unpacked > MOST_UNPACKED:
                raise Refused("too_large", f"Unpacked, this file has more than {MOST_UNPACKED:,} bytes. Split it.")
            if lowered == "[content_types].xml":
                types += piece
            if is_markup:
                _check_piece(entry.filename, before + piece, first=first)
            first, before = False, piece[-16:]
    if b"macroEnabled" in types:
        raise Refused("unsupported_media_type", "This workbook has macros. Save it as .xlsx, without them.")


def _check_piece(name: str, seen: bytes, *, first: bool) -> None:
    """No document type, so no entities, none of another place either (XXE, "a billion laughs"). The part must be of an
    encoding in which the markup is ASCII, or a parser might read another text than is looked at here."""
    if first and not seen.removeprefix(b"\xef\xbb\xbf").lstrip().startswith(b"<"):
        raise Refused("bad_request", f"This workbook is damaged: {name[:80]} is no XML in UTF-8.")
    if b"<!DOCTYPE" in seen or b"<!ENTITY" in seen:
        raise Refused("bad_request", "This workbook has a document type in it, which no workbook needs.")


_UNREADABLE: Final = (
    *(zipfile.BadZipFile, zlib.error, lzma.LZMAError),
    *(OSError, EOFError, RuntimeError, NotImplementedError, ValueError),
)
"""What a part that is damaged, cut off or locked may raise while it is unpacked."""


def _pieces(archive: zipfile.ZipFile, name: str) -> Iterator[bytes]:
    try:
        with archive.open(name) as part:
            while piece := part.read(_PIECE):
                yield piece
    except _UNREADABLE as error:
        message = "This .xlsx file is damaged, cut off or has a password. Save it as .xlsx and send it anew."
        raise Refused("bad_request", message) from error


def _marks(archive: zipfile.ZipFile, part: str) -> tuple[list[tuple[int, int, int, int]], bool]:
    """(merged cells, whether there are formulas) of a sheet. openpyxl tells of merged cells only when it reads all."""
    merged: list[tuple[int, int, int, int]] = []
    formulas, before = False, b""
    for piece in _pieces(archive, part.removeprefix("/")):
        seen = before + piece
        formulas = formulas or _FORMULA.search(seen) is not None
        found = list(_MERGED.finditer(seen))
        merged += [_range(match[1].decode()) for match in found]
        if len(merged) > _MOST_MERGED:
            raise Refused("too_many", "There are too many merged cells.")
        before = seen[max(found[-1].end() if found else 0, len(seen) - 200) :]
    return merged, formulas


def _range(text: str) -> tuple[int, int, int, int]:
    first_column, first_row, last_column, last_row = range_boundaries(text)
    return int(first_column or 1), int(first_row or 1), int(last_column or 1), int(last_row or 1)


def _rows(sheet: Any, formulas: Any, measure: Measure) -> Iterator[list[Any]]:
    sheet.reset_dimensions()  # what a file says of its size may be anything
    beside: Iterator[Any] = iter(())
    if formulas is not None:
        formulas.reset_dimensions()
        beside = formulas.iter_rows()
    for line, cells in enumerate(sheet.iter_rows(), 1):
        theirs = next(beside, ())
        found = [_cell(cell, theirs[n] if n < len(theirs) else None, line, measure) for n, cell in enumerate(cells)]
        while found and found[-1] is None:
            found.pop()
        if found:
            measure.row(len(found))
            yield [line, found]


def _cell(cell: Any, formula: Any, line: int, measure: Measure) -> str | list[str] | None:
    value = cell.value
    if value is None:
        asked = None if formula is None else formula.value
        return ["f", str(asked)[:200]] if isinstance(asked, str) and asked.startswith("=") else None
    if isinstance(value, bool):
        return ["b", "true" if value else "false"]
    if isinstance(value, int | float):
        return ["n", _number(value)]
    if isinstance(value, datetime | date | time | timedelta):
        return ["d", _moment(value)]
    text = plain_of_workbook(str(value)).strip()
    measure.cell(text, line)
    if not text:
        return None
    if cell.data_type == "e":
        return ["e", text]
    plain = unquoted(text)
    if plain is not None:
        return ["t", plain]
    return ["t", text] if text.startswith(BEGINS_FORMULA) and text.casefold() not in NOTHING else text


def _number(value: float) -> str:
    return str(int(value)) if value == value and abs(value) < 1e15 and value == int(value) else repr(value)


def _moment(value: datetime | date | time | timedelta) -> str:
    if isinstance(value, datetime) and value.time() == time():
        return value.date().isoformat()
    return str(value) if isinstance(value, timedelta) else value.isoformat()


def _filled(rows: list[list[Any]], merged: list[tuple[int, int, int, int]]) -> list[list[Any]]:
    """Every cell of a merged range says what its first one says."""
    by_line: dict[int, list[Any]] = dict(rows)
    room = _MOST_FILLED
    for first_column, first_row, last_column, last_row in merged:
        cells = by_line.get(first_row, [])
        value = cells[first_column - 1] if first_column <= len(cells) else None
        if value is None:
            continue
        for line in range(first_row, min(last_row, first_row + MOST_ROWS) + 1):
            row = by_line.get(line)
            if row is None:
                continue
            width = min(last_column, MOST_COLUMNS)
            row += [None] * (width - len(row))
            for position in range(first_column - 1, width):
                row[position] = value
            room -= width - first_column + 1
            if room < 0:
                raise Refused("too_many", "Merged cells cover too much of the sheet.")
    return rows
