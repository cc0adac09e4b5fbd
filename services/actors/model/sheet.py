"""Reading a CSV file of organisations into rows. Pure text work: what the cells mean is the import's."""

import csv
import io
from collections.abc import Iterator, Mapping
from dataclasses import dataclass
from typing import Final

from services.contracts.errors import Invalid, TooMany
from services.contracts.vocabularies import IDENTIFIER_SCHEMES, LANGUAGES

MOST_ROWS: Final = 10_000
NAMES: Final = tuple(f"name_{language}" for language in LANGUAGES)
COLUMNS: Final = (*NAMES, "kind", "regions", "places", *IDENTIFIER_SCHEMES, "competences", "website")
FORMULA: Final = ("=", "+", "-", "@")
"""What a spreadsheet program takes for the beginning of a formula (OWASP, "CSV injection")."""


@dataclass(frozen=True, slots=True)
class Row:
    """A line of the file. line: where it begins, the header is line 1. cells: by column, trimmed, none of them empty.
    errors: what can be said of it without knowing what the cells mean."""

    line: int
    cells: Mapping[str, str]
    errors: tuple[Mapping[str, str], ...] = ()

    def values(self, column: str) -> list[str]:
        """The values of a cell, separated by |, each once."""
        return list(dict.fromkeys(_parts(self.cells.get(column, ""))))


def read_sheet(text: str) -> list[Row]:
    """The rows of a CSV file; lines without any content are passed over.

    Raises Invalid for an unknown or missing column, or bytes that are no CSV; TooMany above MOST_ROWS.
    """
    lines = _lines(text.removeprefix("\ufeff"))
    columns = _columns(next(lines, (1, []))[1])
    rows: list[Row] = []
    for line, cells in lines:
        if not any(cell.strip() for cell in cells):
            continue
        if len(rows) == MOST_ROWS:
            raise TooMany(f"At most {MOST_ROWS} organisations at once. Split the file.")
        rows.append(_row(line, columns, cells))
    return rows


def _lines(text: str) -> Iterator[tuple[int, list[str]]]:
    """(the line it begins on, its cells) of each line; a quoted cell may hold line breaks."""
    reader = csv.reader(io.StringIO(text, newline=""), delimiter=_separator(text))
    begins = 1
    try:
        for cells in reader:
            yield begins, cells
            begins = reader.line_num + 1
    except csv.Error as error:
        message = f"Line {begins} can't be read as CSV: {error}."
        raise Invalid(message, {"errors": [{"field": "csv", "message": message}]}) from error


def _separator(text: str) -> str:
    header = text.lstrip().partition("\n")[0]
    return ";" if header.count(";") > header.count(",") else ","


def _columns(header: list[str]) -> list[str]:
    names = [cell.strip().lower() for cell in header]
    while names and not names[-1]:  # spreadsheets leave separators behind the last column
        names.pop()
    problems = [f"Unknown column {name!r}." for name in names if name not in COLUMNS]
    problems += [f"Column {name!r} stands there twice." for name in dict.fromkeys(names) if names.count(name) > 1]
    if not problems and not set(names).intersection(NAMES):
        problems.append("There is no column with a name: name_fi, name_sv or name_en.")
    if not problems and "kind" not in names:
        problems.append("There is no column 'kind'.")
    if problems:
        message = f"{' '.join(problems)[:1_000]} The columns are: {', '.join(COLUMNS)}."
        raise Invalid(message, {"errors": [{"field": "csv", "message": problem[:200]} for problem in problems[:20]]})
    return names


def _row(line: int, columns: list[str], cells: list[str]) -> Row:
    errors = []
    if any(cell.strip() for cell in cells[len(columns) :]):
        errors.append({"field": "", "message": f"There are more cells than the {len(columns)} columns of the header."})
    named = {column: cell.strip() for column, cell in zip(columns, cells, strict=False) if cell.strip()}
    errors += [
        {
            "field": column,
            "message": f"A value may not begin with {value[0]}: spreadsheet programs take it for a formula.",
        }
        for column, cell in named.items()
        if (value := next((part for part in _parts(cell) if part.startswith(FORMULA)), None))
    ]
    return Row(line, named, tuple(errors))


def _parts(cell: str) -> list[str]:
    return [part.strip() for part in cell.split("|") if part.strip()]
