"""Tables as files: nothing that a person typed is carried out by the program that opens them."""

import csv
from io import BytesIO, StringIO

import pytest
from hypothesis import given
from hypothesis import strategies as st
from openpyxl import load_workbook

from gateway.spreadsheets import to_csv, to_xlsx

DANGEROUS = ["=1+1", "+358 40", "-1", "@SUM(A1)", "\tx", "\rx", "\nx", '=HYPERLINK("https://example.org")']
READABLE = st.text(st.characters(codec="utf-8", exclude_categories=("Cc", "Cs")), max_size=20)


def rows_of(data: bytes) -> list[list[str]]:
    return list(csv.reader(StringIO(data.decode("utf-8-sig"), newline=""), delimiter=";"))


@pytest.mark.parametrize("text", DANGEROUS)
def test_a_text_that_a_spreadsheet_would_carry_out_is_quoted(text: str) -> None:
    assert rows_of(to_csv(["name"], [[text]]))[1][0] == f"'{text}"


@pytest.mark.parametrize("text", [text for text in DANGEROUS if not text.startswith(("\r", "\n", "\t"))])
def test_no_cell_of_a_workbook_is_a_formula(text: str) -> None:
    sheet = load_workbook(BytesIO(to_xlsx(["name"], [[text]], "esimerkki"))).active
    assert sheet is not None
    cell = sheet["A2"]
    assert (cell.value, cell.data_type) == (text, "s")


@given(st.lists(st.tuples(READABLE, READABLE), max_size=5))
def test_a_table_reads_back_as_it_was_but_for_the_quote(rows: list[tuple[str, str]]) -> None:
    found = rows_of(to_csv(["a", "b"], rows))
    assert [[text.removeprefix("'") for text in row] for row in found[1:]] == [
        [text.removeprefix("'") for text in row] for row in rows
    ]


def test_numbers_stay_numbers_and_nothing_is_an_empty_cell() -> None:
    data = to_xlsx(["size", "came", "door"], [[3, True, None]], "esimerkki")
    sheet = load_workbook(BytesIO(data)).active
    assert sheet is not None
    assert [[cell.value for cell in row] for row in sheet.rows] == [["size", "came", "door"], [3, "yes", None]]
    assert rows_of(to_csv(["size", "came", "door"], [[3, True, None]]))[1] == ["3", "yes", ""]
