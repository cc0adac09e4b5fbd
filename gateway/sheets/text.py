"""CSV as people's programs write it: UTF-8 or Windows-1252, separated by semicolons, commas or tabs."""

import csv
import io
from typing import Any, Final

from .limits import LONGEST_CELL, Measure, Refused
from .quoting import BEGINS_FORMULA, NOTHING, unquoted

_SEPARATORS: Final = ";,\t|"
_NAMES: Final = {";": "semicolon", ",": "comma", "\t": "tab", "|": "bar"}
_JUDGED_BY: Final = 20


def read_csv(data: bytes) -> dict[str, Any]:
    """{"read": {format, encoding, separator}, "sheets": [...]}. Raises Refused."""
    text, encoding = _decoded(data)
    if "\0" in text:
        raise Refused("bad_request", "This is no CSV file: it has zero bytes. Save it as CSV UTF-8, or as XLSX.")
    separator = _separator(text)
    measure, rows = Measure(), []
    csv.field_size_limit(LONGEST_CELL * 4)
    reader = csv.reader(io.StringIO(text, newline=""), delimiter=separator)
    begins = 1
    try:
        for cells in reader:
            if any(cell.strip() for cell in cells):
                found = [_cell(cell, begins, measure) for cell in cells]
                while found and found[-1] is None:
                    found.pop()
                measure.row(len(found))
                rows.append([begins, found])
            begins = reader.line_num + 1
    except csv.Error as error:
        raise Refused("bad_request", f"Line {begins} can't be read as CSV: {error}.") from error
    read = {"format": "csv", "encoding": encoding, "separator": _NAMES[separator]}
    return {"read": read, "sheets": [{"name": "CSV", "rows": rows}]}


def _decoded(data: bytes) -> tuple[str, str]:
    if data.startswith((b"\xff\xfe", b"\xfe\xff")):
        try:
            return data.decode("utf-16"), "utf-16"
        except UnicodeDecodeError as error:
            raise Refused("bad_request", "This is broken UTF-16. Save the file as CSV UTF-8, or as XLSX.") from error
    try:
        return data.decode("utf-8-sig"), "utf-8"
    except UnicodeDecodeError:
        pass
    try:
        return data.decode("windows-1252"), "windows-1252"
    except UnicodeDecodeError as error:
        message = (
            f"This is neither UTF-8 nor Windows-1252 (byte {error.start}). Save the file as CSV UTF-8, or as XLSX."
        )
        raise Refused("bad_request", message) from error


def _separator(text: str) -> str:
    """The one that cuts the first lines into the most cells, as evenly as can be."""

    def worth(separator: str) -> tuple[int, int]:
        reader = csv.reader(io.StringIO(text[:200_000], newline=""), delimiter=separator)
        widths: list[int] = []
        try:
            for cells in reader:
                if any(cells):
                    widths.append(len(cells))
                if len(widths) == _JUDGED_BY:
                    break
        except csv.Error:
            pass
        common = max(set(widths), key=widths.count, default=0)
        return (common > 1, widths.count(common) * common)

    return max(_SEPARATORS, key=worth)


def _cell(cell: str, line: int, measure: Measure) -> str | list[str] | None:
    text = cell.strip()
    measure.cell(text, line)
    if not text:
        return None
    plain = unquoted(text)
    if plain is not None:
        return ["t", plain]
    if text.startswith(BEGINS_FORMULA) and text.casefold() not in NOTHING:
        return ["f", text]
    return text
