"""Where a spreadsheet's header is, what its columns are, what a row says, and which names are one actor's."""

import pytest
from hypothesis import given
from hypothesis import strategies as st

from services.actors.model.columns import Cell, choose, field_of_header, missing, sheet_that_fits, understand
from services.actors.model.identifier import Identifier
from services.actors.model.spellings import Spelled, Spellings
from services.actors.use_cases.imports.rows import RowRead, read, split
from services.contracts.import_words import WORDS, say
from services.contracts.schemas.imports import FIELDS

pytestmark = pytest.mark.quick

TEXT = st.text(st.characters(codec="utf-8", exclude_categories=["Cs", "Cc"]), max_size=15)
CELL = st.none() | TEXT | st.builds(lambda kind, text: [kind, text], st.sampled_from("ndbeft"), TEXT)


@pytest.mark.parametrize(
    ("header", "field"),
    [
        ("Nimi", "name_fi"),
        ("Yrityksen nimi", "name_fi"),
        ("Nimi ruotsiksi", "name_sv"),
        ("Namn (fi)", "name_fi"),
        ("Organisation name", "name_en"),
        ("Nimi / sv", "name_sv"),
        ("Y-tunnus", "y-tunnus"),
        ("Business ID", "y-tunnus"),
        ("FO-nummer", "y-tunnus"),
        ("Tunnisteet / ALV-numero", "vat"),
        ("PIC-koodi", "pic"),
        ("Kotipaikka", "places"),
        ("Maakunta", "regions"),
        ("Landskap", "regions"),
        ("Organisaatiotyyppi", "kind"),
        ("www-sivut", "website"),
        ("Kuvaus", "summary_fi"),
        ("Beskrivning", "summary_sv"),
        ("name_en", "name_en"),
        ("competences", "competences"),
        ("Henkilöstömäärä", None),
        ("Liikevaihto 2025", None),
    ],
)
def test_a_header_names_its_field_in_three_languages(header: str, field: str | None) -> None:
    assert field_of_header(header) == field


@pytest.mark.parametrize("field", FIELDS)
def test_a_column_of_an_export_is_taken_for_what_it_is(field: str) -> None:
    assert field_of_header(field) == field


TITLE: list[Cell] = ["Toimijarekisteri 2026"] * 5
GROUPS: list[Cell] = ["Organisaatio", "Organisaatio", "Organisaatio", "Tunnisteet", "Muut"]
NAMES: list[Cell] = ["Nimi", "Nimi ruotsiksi", "Tyyppi", "Y-tunnus", "Liittynyt"]
ROW: list[Cell] = ["Esimerkki Oy", "Exempel Ab", "yritys", "2077474-0", ["n", "45292"]]


def test_two_header_rows_below_a_title_are_found_and_joined() -> None:
    reading = understand([(1, TITLE), (3, GROUPS), (4, NAMES), (5, ROW), (7, ["Lappi"] * 5), (8, ROW)])
    assert reading.header_rows == (3, 4)
    assert [column.header for column in reading.columns][:2] == ["Organisaatio / Nimi", "Organisaatio / Nimi ruotsiksi"]
    assert [column.field for column in reading.columns] == ["name_fi", "name_sv", "kind", "y-tunnus", None]
    assert [line for line, _ in reading.rows] == [5, 8], "empty rows and headings between are passed over"


def test_languages_below_one_name_are_joined_with_it() -> None:
    reading = understand([(1, ["Nimi", "Nimi", "Tyyppi"]), (2, ["fi", "sv", "Tyyppi"]), (3, ["a", "b", "yritys"])])
    assert (reading.header_rows, [column.field for column in reading.columns]) == (
        (1, 2),
        ["name_fi", "name_sv", "kind"],
    )


def test_the_first_row_of_data_is_no_header_though_its_words_are_known_ones() -> None:
    reading = understand([(1, ["name_fi", "kind", "name_en"]), (2, ["Nimi", "company", "Name"])])
    assert (reading.header_rows, len(reading.rows)) == ((1,), 1)


def test_dates_and_their_serial_numbers_are_shown_as_days_and_passed_over() -> None:
    reading = understand([(1, NAMES), (2, ROW), (3, [*ROW[:4], ["d", "2024-02-05"]])])
    (last,) = (column for column in reading.columns if column.field is None)
    assert (last.holds, last.samples, last.note) == ("dates", ("2024-01-01", "2024-02-05"), "dates_passed_over")


def test_a_column_without_a_name_is_known_by_its_contents() -> None:
    lines = [(1, ["Nimi", "Sarake1", "", "x"])]
    lines += [(2 + n, ["a", "2077474-0", "Lappi", "www.example.org"]) for n in range(3)]  # type: ignore[misc]
    found = {column.position: (column.field, column.by) for column in understand(lines).columns}
    assert [found[n] for n in (2, 3, 4)] == [
        ("y-tunnus", "contents"),
        ("regions", "contents"),
        ("website", "contents"),
    ]


def test_what_is_missing_is_told_and_a_choice_goes_before_a_guess() -> None:
    reading = understand([(1, ["Nimi", "Osasto", "Y-tunnus"]), (2, ["Esimerkki", "x", "y"])])
    assert missing(reading.columns, {}) == ["kind"]
    assert missing(reading.columns, {"kind": "yritys"}) == []
    chosen = choose(reading.columns, {2: "name_fi", 3: None})
    assert [column.field for column in chosen] == [None, "name_fi", None]


def test_the_sheet_that_fits_is_taken() -> None:
    sheets = [{"name": "Ohje", "rows": [[1, ["Lue tämä"]]]}, {"name": "Lista", "rows": [[1, NAMES], [2, ROW]]}]
    assert (sheet_that_fits(sheets, None) or ("", None))[0] == "Lista"
    assert (sheet_that_fits(sheets, "Ohje") or ("", None))[0] == "Ohje"
    assert sheet_that_fits(sheets, "Muu") is None


def row(header: list[Cell], cells: list[Cell]) -> RowRead:
    reading = understand([(1, header), (2, cells)])
    return read(2, cells, reading.columns, {"kind": "yritys"}, "FI1DC")


def codes(found: RowRead) -> list[tuple[str, str]]:
    return [(remark["field"], remark["code"]) for remark in found.errors]


@pytest.mark.parametrize(
    ("cell", "official", "noted"),
    [
        ("2077474-0", "2077474-0", []),
        (["n", "2446807"], "0244680-7", ["zero_lost"]),
        ("244680-7", "0244680-7", []),
        (["n", "20774740"], "2077474-0", []),
    ],
)
def test_a_y_tunnus_that_lost_its_zero_is_mended_when_its_check_digit_proves_it(
    cell: Cell, official: str, noted: list[str]
) -> None:
    found = row(["Nimi", "Y-tunnus"], ["Esimerkki", cell])
    assert found.values["identifiers"] == [{"scheme": "y-tunnus", "value": official}]
    assert [note["code"] for note in found.notes] == noted


@pytest.mark.parametrize(
    ("cell", "code", "says"),
    [
        ("2069746-9", "check_digit", "2069746 would end in 6"),
        ("1572866-1", "never_given", "given to nobody"),
        (["n", "2446808"], "not_y_tunnus", "7 digits"),
        ("ei tiedossa", "not_y_tunnus", "7 digits"),
    ],
)
def test_a_wrong_y_tunnus_is_told_with_its_reason(cell: Cell, code: str, says: str) -> None:
    found = row(["Nimi", "Y-tunnus"], ["Esimerkki", cell])
    assert codes(found) == [("y-tunnus", code)]
    assert says in say(code, found.errors[0]["params"])


def test_what_a_spreadsheet_made_of_a_cell_is_told() -> None:
    header: list[Cell] = ["Nimi", "Paikkakunta", "Maakunta", "www", "Kuvaus"]
    found = row(header, [["f", "=A1"], ["d", "2026-04-05"], ["e", "#REF!"], "www.example.org", "-"])
    assert codes(found) == [("name_fi", "formula"), ("places", "date"), ("regions", "program_error")]
    assert [note["code"] for note in found.notes] == ["scheme_added"]


def test_values_are_found_in_words_of_any_language_and_separated_as_people_do() -> None:
    found = row(["Nimi", "Maakunta", "Paikkakunta"], ["Esimerkki", "Pohjois-Karjala, Lappland", r"a\|b | c, d"])
    assert found.values["regions"] == ["FI1DC", "FI1D7"]
    assert found.values["places"] == ["a|b", "c, d"]
    assert found.given == {"name", "regions", "places"}


@given(st.lists(TEXT.map(str.strip).filter(bool), max_size=5, unique=True))
def test_values_joined_for_an_export_are_split_again(values: list[str]) -> None:
    assert split(" | ".join(value.replace("\\", "\\\\").replace("|", "\\|") for value in values)) == values


@given(st.lists(st.tuples(st.integers(1, 50), st.lists(CELL, max_size=6)), max_size=8))
def test_no_table_breaks_the_reader(lines: list[tuple[int, list[Cell]]]) -> None:
    reading = understand(lines)
    for line, cells in reading.rows:
        found = read(line, cells, reading.columns, {}, "FI1DC")
        assert bool(found.values) != bool(found.errors)
        for remark in (*found.errors, *found.notes):
            assert all(say(remark["code"], remark["params"], language) for language in ("fi", "sv", "en"))


def test_every_word_of_a_report_stands_in_three_languages_with_the_same_places() -> None:
    for code, labels in WORDS.items():
        assert set(labels) == {"fi", "sv", "en"}, code


def spelled(names: list[str], **more: object) -> Spellings:
    found = Spellings()
    for number, name in enumerate(names):
        found.add(Spelled(name, row=number, **more), {"fi": name})  # type: ignore[arg-type]
    return found


@pytest.mark.parametrize("name", ["Kaivosesimerkki OY", "Kaivos-esimerkki Oy", "Kaivosesimekki Oy", "kaivosesimerkki"])
def test_another_spelling_is_found(name: str) -> None:
    (like,) = spelled(["Kaivosesimerkki Oy", "Toinen yhtiö Oy"]).like(Spelled(name, row=9), {"fi": name})
    assert like.spelled.row == 0


@pytest.mark.parametrize("name", ["Kaivosesimerkki 2 Oy", "Kaivos Oy", "Louhintaesimerkki Oy"])
def test_another_name_is_not(name: str) -> None:
    assert spelled(["Kaivosesimerkki Oy"]).like(Spelled(name, row=9), {"fi": name}) == []


def test_two_that_are_known_apart_are_not_alike() -> None:
    name = "Kaivosesimerkki Oy"
    one, other = Identifier("y-tunnus", "2077474-0"), Identifier("y-tunnus", "1572860-0")
    assert spelled([name], identifiers=(one,)).like(Spelled(name, row=9, identifiers=(other,)), {"fi": name}) == []
    assert spelled([name], told="act_1").like(Spelled(name, row=9, told="act_2"), {"fi": name}) == []
    assert spelled([name], identifiers=(one,)).like(Spelled(name, row=9, identifiers=(one,)), {"fi": name}) != []


def test_names_beside_others_leave_those_as_they_were() -> None:
    under = spelled(["Kaivosesimerkki Oy"])
    beside = under.beside()
    beside.add(Spelled("Rikastusesimerkki Oy", row=5), {"fi": "Rikastusesimerkki Oy"})
    for name in ("Kaivosesimerki Oy", "Rikastusesimerki Oy"):
        assert len(beside.like(Spelled(name, row=9), {"fi": name})) == 1
    assert under.like(Spelled("Rikastusesimerki Oy", row=9), {"fi": "Rikastusesimerki Oy"}) == []
