"""Reading a CSV file of organisations, and what its cells mean."""

import csv
import io

import pytest
from hypothesis import given
from hypothesis import strategies as st

from services.actors.model import COLUMNS, MOST_ROWS, Row, read_sheet
from services.actors.use_cases.reading import NotReadable, read_row
from services.contracts.errors import Invalid, Refusal, TooMany

pytestmark = pytest.mark.quick

CELLS = st.text(st.characters(codec="utf-8", exclude_categories=["Cs"]), max_size=30)


def only_row(text: str) -> Row:
    (row,) = read_sheet(text)
    return row


def refusal_of(text: str, region: str = "FI1DC") -> NotReadable:
    read = read_row(only_row(text), region)
    assert isinstance(read, NotReadable)
    return read


@pytest.mark.parametrize("separator", [",", ";"])
@pytest.mark.parametrize("begin", ["", "\ufeff"])
@pytest.mark.parametrize("line_end", ["\n", "\r\n", "\r"])
def test_separator_line_ends_and_byte_order_mark_do_not_matter(separator: str, begin: str, line_end: str) -> None:
    lines = [
        "Name_FI, KIND ,Y-tunnus".replace(",", separator),
        "Esimerkki Oy,company,2077474-0".replace(",", separator),
    ]
    assert only_row(begin + line_end.join(lines)).cells == {
        "name_fi": "Esimerkki Oy",
        "kind": "company",
        "y-tunnus": "2077474-0",
    }


def test_a_row_has_the_number_of_the_line_where_it_begins() -> None:
    text = 'name_fi,kind\n"Esimerkki\nOy",company\n\n,,\nToinen esimerkki,company\n'
    assert [row.line for row in read_sheet(text)] == [2, 6]


@pytest.mark.parametrize(
    ("header", "named"),
    [
        ("name_fi,kind,colour", "'colour'"),
        ("name_fi,kind,kind", "'kind' stands there twice"),
        ("kind,regions", "name_fi"),
        ("name_fi,regions", "'kind'"),
        ("", "name_fi"),
    ],
)
def test_a_header_that_is_not_right_is_refused_by_name(header: str, named: str) -> None:
    with pytest.raises(Invalid, match=named):
        read_sheet(f"{header}\nx,y,z\n")


def test_two_thousand_rows_are_read_and_one_more_is_too_many() -> None:
    rows = "".join(f"Esimerkki {number},company\n" for number in range(MOST_ROWS))
    assert len(read_sheet("name_fi,kind\n" + rows)) == MOST_ROWS
    with pytest.raises(TooMany):
        read_sheet("name_fi,kind\n" + rows + "Vielä yksi,company\n")


@pytest.mark.parametrize("cell", ["=1+1", "+358", "-2", "@SUM(A1)", " =1", "Outokumpu|=1+1"])
def test_a_formula_is_refused_in_its_row(cell: str) -> None:
    refused = refusal_of(f"name_fi,kind,places\nEsimerkki Oy,company,{cell}\n")
    assert [error["field"] for error in refused.errors] == ["places"]


def test_a_hyphen_inside_a_name_is_no_formula() -> None:
    assert not only_row("name_fi,kind\nPohjois-Karjalan esimerkki = hyvä,company\n").errors


def test_cells_beyond_the_header_are_refused() -> None:
    assert "more cells" in refusal_of("name_fi,kind\nEsimerkki Oy,company,Outokumpu\n").errors[0]["message"]


def test_a_row_becomes_what_the_wire_takes() -> None:
    text = (
        "name_fi;name_en;kind;regions;places;y-tunnus;ror;competences;website\n"
        "Esimerkki;Example;Yritys;Pohjois-Karjala|fi1d7;Outokumpu | Joensuu;20774740;https://ror.org/03yrm5c26;"
        "processing.equipment|Exploration: research;https://example.org\n"
    )
    assert read_row(only_row(text), "FI1D8") == {
        "name": {"fi": "Esimerkki", "en": "Example"},
        "kind": "company",
        "regions": ["FI1DC", "FI1D7"],
        "places": ["Outokumpu", "Joensuu"],
        "identifiers": [{"scheme": "y-tunnus", "value": "2077474-0"}, {"scheme": "ror", "value": "03yrm5c26"}],
        "competences": ["processing.equipment", "exploration.research"],
        "summary": {},
        "website": "https://example.org",
    }


def test_a_row_that_names_no_region_gets_the_imports() -> None:
    values = read_row(only_row("name_fi,kind\nEsimerkki,company\n"), "FI1D8")
    assert not isinstance(values, NotReadable)
    assert values["regions"] == ["FI1D8"]


def test_every_error_of_a_row_is_told_by_its_column() -> None:
    text = (
        "name_fi,name_sv,kind,regions,y-tunnus,pic,competences,website\n"
        ",,sports club,Narnia,2069746-9,12,juggling,not an address\n"
    )
    assert {error["field"] for error in refusal_of(text).errors} == {
        *("name_fi", "kind", "regions", "y-tunnus", "pic", "competences"),
    }
    rest = refusal_of(f"name_fi,name_sv,kind,website\nEsimerkki,{'x' * 300},company,not an address\n")
    assert {error["field"] for error in rest.errors} == {"name_sv", "website"}


@given(st.text(max_size=400))
def test_no_text_breaks_the_reader(text: str) -> None:
    try:
        rows = read_sheet(text)
    except Refusal:
        return
    for row in rows:
        read_row(row, "FI1DC")


@given(st.lists(st.lists(CELLS, min_size=len(COLUMNS), max_size=len(COLUMNS)), max_size=5), st.sampled_from(",;"))
def test_no_cell_breaks_the_reader_and_every_filled_line_is_a_row(lines: list[list[str]], separator: str) -> None:
    written = io.StringIO(newline="")
    csv.writer(written, delimiter=separator).writerows([list(COLUMNS), *lines])
    rows = read_sheet(written.getvalue())
    assert len(rows) == sum(any(cell.strip() for cell in line) for line in lines)
    for row in rows:
        read = read_row(row, "FI1DC")
        assert isinstance(read, NotReadable) == bool(row.errors) or isinstance(read, NotReadable)
        if isinstance(read, NotReadable):
            assert all(error["message"] for error in read.errors)
            assert read.errors
