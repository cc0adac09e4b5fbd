"""Spreadsheets as people send them, and as nobody should: read in a process of its own, refused with what to do."""

import asyncio
import io
import json
import zipfile
from collections.abc import AsyncIterator
from datetime import date, datetime
from typing import Any

import openpyxl
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from gateway.sheets import Sheets, Unreadable
from gateway.sheets.answers import _lines
from gateway.sheets.limits import Refused
from gateway.sheets.quoting import plain_of_workbook, quoted, quoted_in_workbook, unquoted
from gateway.sheets.text import read_csv
from gateway.sheets.workbook import read_xlsx

TEXT = st.text(st.characters(codec="utf-8", exclude_categories=["Cs", "Cc"]), max_size=30)


def workbook(*sheets: tuple[str, list[list[Any]]], merged: tuple[str, ...] = ()) -> bytes:
    book = openpyxl.Workbook()
    book.remove(book.active)
    for name, rows in sheets:
        sheet = book.create_sheet(name)
        for row in rows:
            sheet.append(row)
        for cells in merged:
            sheet.merge_cells(cells)
    out = io.BytesIO()
    book.save(out)
    return out.getvalue()


def with_part(data: bytes, name: str, content: bytes) -> bytes:
    """The workbook with a part added, or in place of the one of that name."""
    out = io.BytesIO()
    with zipfile.ZipFile(io.BytesIO(data)) as old, zipfile.ZipFile(out, "w", zipfile.ZIP_DEFLATED) as new:
        for entry in old.namelist():
            if entry != name:
                new.writestr(entry, old.read(entry))
        new.writestr(name, content)
    return out.getvalue()


PLAIN = workbook(("Yritykset", [["Nimi", "Tyyppi"], ["Esimerkki Oy", "yritys"]]))
SHEET = "xl/worksheets/sheet1.xml"


def test_cells_say_what_they_are() -> None:
    rows = [["a", 2446807, 1.5, datetime(2024, 1, 5), date(2024, 2, 6), True, "=1+1", "#N/A", "'=x", " -", None]]  # noqa: DTZ001 - as a cell has it
    (sheet,) = read_xlsx(workbook(("A", rows)), None)["sheets"]
    (line,) = sheet["rows"]
    assert line == [
        1,
        [
            "a", ["n", "2446807"], ["n", "1.5"], ["d", "2024-01-05"], ["d", "2024-02-06"], ["b", "true"],
            ["f", "=1+1"], ["e", "#N/A"], ["t", "=x"], "-",
        ],
    ]  # fmt: skip


def test_a_formula_whose_value_was_saved_is_that_value() -> None:
    data = workbook(("A", [["=1+1", "x"]]))
    part = zipfile.ZipFile(io.BytesIO(data)).read(SHEET).replace(b"<v></v>", b"<v>2</v>").replace(b"<v />", b"<v>2</v>")
    (sheet,) = read_xlsx(with_part(data, SHEET, part), None)["sheets"]
    assert sheet["rows"] == [[1, [["n", "2"], "x"]]]


def test_merged_cells_are_filled_and_empty_rows_passed_over() -> None:
    rows: list[list[Any]] = [["Ryhmä", None, "Muu"], ["a", "b", "c"], [], ["d", "e", "Lappi"], ["f", "g", None]]
    (sheet,) = read_xlsx(workbook(("A", rows), merged=("A1:B1", "C4:C5")), None)["sheets"]
    assert sheet["rows"] == [
        [1, ["Ryhmä", "Ryhmä", "Muu"]],
        [2, ["a", "b", "c"]],
        [4, ["d", "e", "Lappi"]],
        [5, ["f", "g", "Lappi"]],
    ]


def test_a_sheet_is_taken_by_its_name_and_one_that_is_not_there_is_told() -> None:
    data = workbook(("Ohje", [["Lue tämä"]]), ("Yritykset", [["Nimi"], ["Esimerkki Oy"]]))
    assert [sheet["name"] for sheet in read_xlsx(data, None)["sheets"]] == ["Ohje", "Yritykset"]
    assert [sheet["name"] for sheet in read_xlsx(data, "Yritykset")["sheets"]] == ["Yritykset"]
    with pytest.raises(Refused, match="Ohje, Yritykset"):
        read_xlsx(data, "Toimijat")


def bomb() -> bytes:
    """300 MB in 300 kB."""
    out = io.BytesIO()
    with zipfile.ZipFile(io.BytesIO(PLAIN)) as old, zipfile.ZipFile(out, "w", zipfile.ZIP_DEFLATED) as new:
        for entry in old.namelist():
            if entry != SHEET:
                new.writestr(entry, old.read(entry))
        with new.open(SHEET, "w", force_zip64=True) as part:
            part.write(b"<worksheet>")
            for _ in range(300):
                part.write(b" " * 1_000_000)
    return out.getvalue()


def entity() -> bytes:
    part = zipfile.ZipFile(io.BytesIO(PLAIN)).read("xl/workbook.xml")
    begin = part.index(b"<workbook")
    declared = b'<!DOCTYPE x [<!ENTITY y SYSTEM "file:///etc/passwd">]>'
    return with_part(PLAIN, "xl/workbook.xml", part[:begin] + declared + part[begin:])


def one_cell() -> bytes:
    part = b'<worksheet xmlns="http://schemas.openxmlformats.org/spreadsheetml/2006/main"><sheetData><row r="1">'
    part += b'<c r="A1" t="inlineStr"><is><t>' + b"x" * 10_000_000 + b"</t></is></c></row></sheetData></worksheet>"
    return with_part(PLAIN, SHEET, part)


def in_utf_16() -> bytes:
    part = zipfile.ZipFile(io.BytesIO(PLAIN)).read(SHEET).decode()
    return with_part(
        PLAIN, SHEET, ('<?xml version="1.0" encoding="UTF-16"?>' + part.partition("?>")[2]).encode("utf-16")
    )


def damaged(method: int) -> bytes:
    """Its sheet packed in this way, and some bytes in the midst of that turned."""
    packed = io.BytesIO()
    with zipfile.ZipFile(io.BytesIO(PLAIN)) as before, zipfile.ZipFile(packed, "w", method) as after:
        for name in before.namelist():
            after.writestr(name, before.read(name))
    data = bytearray(packed.getvalue())
    with zipfile.ZipFile(io.BytesIO(data)) as whole:
        entry = whole.getinfo(SHEET)
    begins = entry.header_offset + 30 + len(SHEET)
    for place in range(begins + 12, begins + entry.compress_size - 4):
        data[place] ^= 0xFF
    return bytes(data)


def macros() -> bytes:
    types = zipfile.ZipFile(io.BytesIO(PLAIN)).read("[Content_Types].xml")
    other = types.replace(b"spreadsheetml.sheet.main+xml", b"sheet.macroEnabled.main+xml")
    assert b"macroEnabled" in with_macro_name(other)
    return with_part(PLAIN, "[Content_Types].xml", with_macro_name(other))


def with_macro_name(types: bytes) -> bytes:
    return types if b"macroEnabled" in types else types.replace(b"</Types>", b"<!-- macroEnabled --></Types>")


MALICIOUS = {
    "a zip bomb": (bomb, "too_large", "Unpacked"),
    "an entity of another place": (entity, "bad_request", "document type"),
    "ten megabytes in a cell": (one_cell, "too_many", "characters"),
    "UTF-16 hides the markup": (in_utf_16, "bad_request", "UTF-8"),
    "macros by name": (lambda: with_part(PLAIN, "xl/vbaProject.bin", b"x"), "unsupported_media_type", "macros"),
    "macros by type": (macros, "unsupported_media_type", "macros"),
    "cut off": (lambda: PLAIN[: len(PLAIN) // 2], "bad_request", "cut off"),
    "deflated, damaged": (lambda: damaged(zipfile.ZIP_DEFLATED), "bad_request", "damaged"),
    "bzip2, damaged": (lambda: damaged(zipfile.ZIP_BZIP2), "bad_request", "damaged"),
    "lzma, damaged": (lambda: damaged(zipfile.ZIP_LZMA), "bad_request", "damaged"),
    "a broken part": (lambda: with_part(PLAIN, SHEET, b"<worksheet><sheetData><row>"), "bad_request", "damaged"),
    "an old workbook": (lambda: b"\xd0\xcf\x11\xe0" + b"x" * 500, "unsupported_media_type", "xlsx"),
    "another zip": (lambda: with_part(workbook(("A", [])), "mimetype", b"x"), "unsupported_media_type", "OpenDocument"),
    "no zip": (lambda: b"%PDF-1.7", "bad_request", "xlsx"),
    "too many rows": (lambda: workbook(("A", [["x"]] * 20_200)), "too_many", "20,000 rows"),
    "too many columns": (lambda: workbook(("A", [["x"] * 201])), "too_many", "200 columns"),
}


@pytest.mark.parametrize("name", MALICIOUS)
def test_a_file_that_is_none_is_refused_with_what_to_do(name: str) -> None:
    made, code, says = MALICIOUS[name]
    with pytest.raises(Refused, match=says) as refused:
        read_xlsx(made(), None)
    assert refused.value.code == code


def test_a_file_that_takes_the_process_too_long_or_too_far_ends_alone() -> None:
    async def read(data: bytes, format: str) -> Any:
        return await Sheets().read(data, format)

    assert asyncio.run(read(PLAIN, "xlsx"))["sheets"][0]["rows"][1] == [2, ["Esimerkki Oy", "yritys"]]
    with pytest.raises(Unreadable, match="Unpacked"):
        asyncio.run(read(bomb(), "xlsx"))
    with pytest.raises(Unreadable, match="export of organisations"):
        asyncio.run(read(b'{"unknown": 1}', "json"))
    with pytest.raises(Unreadable):
        asyncio.run(read(b"[" * 100_000, "json"))


@pytest.mark.parametrize(
    ("encoding", "separator", "named"),
    [
        ("utf-8", ";", ("utf-8", "semicolon")),
        ("utf-8-sig", ",", ("utf-8", "comma")),
        ("windows-1252", "\t", ("windows-1252", "tab")),
        ("utf-16", ";", ("utf-16", "semicolon")),
    ],
)
def test_encoding_and_separator_are_recognised_and_said(encoding: str, separator: str, named: tuple[str, str]) -> None:
    lines = [["Nimi", "Paikat", "Kuvaus"], ["Mäki Öljy Oy", "Outokumpu", "a, b; c"], ["Esimerkki", "", "x"]]
    text = "\n".join(separator.join(f'"{cell}"' if "," in cell else cell for cell in line) for line in lines)
    found = read_csv(text.encode(encoding))
    assert (found["read"]["encoding"], found["read"]["separator"]) == named
    assert found["sheets"][0]["rows"] == [
        [1, ["Nimi", "Paikat", "Kuvaus"]],
        [2, ["Mäki Öljy Oy", "Outokumpu", "a, b; c"]],
        [3, ["Esimerkki", None, "x"]],
    ]


@pytest.mark.parametrize("data", [b"\0" * 50, bytes(range(128, 256)), b"a;b\n" * 20_200, b"x" * 40_000])
def test_a_csv_file_that_is_none_is_refused(data: bytes) -> None:
    with pytest.raises(Refused):
        read_csv(data)


@given(st.lists(st.lists(TEXT.map(str.strip), min_size=2, max_size=4), min_size=2, max_size=5))
def test_what_is_quoted_for_a_csv_file_reads_as_it_was(rows: list[list[str]]) -> None:
    async def written() -> bytes:
        async def all_rows() -> AsyncIterator[list[str]]:
            yield ["eka", "toka", "kolmas", "neljäs"]
            for row in rows:
                yield row

        return b"".join([piece async for piece in _lines(all_rows())])

    (sheet,) = read_csv(asyncio.run(written()))["sheets"]
    read = [
        [cell if isinstance(cell, str) else (cell or ["t", ""])[1] for cell in cells] for _, cells in sheet["rows"][1:]
    ]
    expected = [row for row in rows if any(row)]
    assert [row + [""] * (4 - len(row)) for row in read] == [row + [""] * (4 - len(row)) for row in expected]
    for _, cells in sheet["rows"]:
        assert not any(isinstance(cell, list) and cell[0] == "f" for cell in cells)


@settings(max_examples=300)
@given(st.text(max_size=20) | st.from_regex(r"_x[0-9A-F]{4}_", fullmatch=True))
def test_quoting_is_undone(text: str) -> None:
    assert (unquoted(quoted(text)) if quoted(text) != text else text) == text
    plain = plain_of_workbook(quoted_in_workbook(text))
    there = unquoted(plain)
    assert (plain if there is None else there) == text


def test_a_json_export_is_a_table_of_the_same_columns() -> None:
    record = {
        "id": "act_1",
        "name": {"fi": "=Esimerkki"},
        "places": ["a|b", "c\\d"],
        "identifiers": [],
        "kind": "company",
    }

    async def read() -> Any:
        return await Sheets().read(json.dumps({"items": [record]}).encode(), "json")

    table = asyncio.run(read())
    header, row = (cells for _, cells in table["sheets"][0]["rows"])
    by_name = dict(zip(header, row, strict=True))
    assert by_name["name_fi"] == ["t", "=Esimerkki"]
    assert by_name["places"] == r"a\|b | c\\d"
