"""What the columns of a spreadsheet are: where its header is, and which field of an organisation each column holds."""

import re
import unicodedata
from collections.abc import Callable, Iterator, Mapping, Sequence
from dataclasses import dataclass, replace
from datetime import date, timedelta
from typing import Any, Final

from services.contracts.vocabularies import COMPETENCES, IDENTIFIER_SCHEMES, LANGUAGES, ORGANISATION_KINDS, REGIONS

from .identifier import NotAnIdentifier, normalised
from .organisation import fold_name

Cell = str | list[str] | None
"""As it came: nothing, text, or what it is and its text (n number, d day, b truth, e error, f formula, t text)."""
Line = tuple[int, list[Cell]]

_LOOKED_AT: Final = 30
"""Rows in which the header is looked for."""
_SAMPLES: Final = 3
_JUDGED_BY: Final = 200
_MOSTLY: Final = 0.6
_LONGEST_HEADER: Final = 200

_SYNONYMS: Final[Mapping[str, tuple[str, ...]]] = {
    "id": ("id", "malmi id", "tunniste rekisterissa"),
    "name_fi": ("nimi", "yritys", "organisaatio", "toimija", "yrityksen nimi", "organisaation nimi", "yhteiso"),
    "name_sv": ("namn", "foretag", "aktor", "organisationens namn", "foretagets namn"),
    "name_en": ("name", "company", "organisation", "organization", "organisation name", "company name", "actor"),
    "kind": (
        "tyyppi", "organisaatiotyyppi", "toimijatyyppi", "laji", "typ", "organisationstyp", "slag", "kind", "type",
        "organisation type", "yritysmuoto",
    ),
    "regions": (
        "maakunta", "maakunnat", "alue", "alueet", "landskap", "region", "regions", "regioner", "nuts", "nuts 3",
    ),
    "places": (
        "paikkakunta", "paikkakunnat", "kunta", "kaupunki", "kotipaikka", "sijainti", "toimipaikka", "ort", "orter",
        "kommun", "stad", "hemort", "place", "places", "city", "town", "municipality", "location", "locations",
    ),
    "y-tunnus": (
        "y tunnus", "ytunnus", "ly tunnus", "yritystunnus", "fo nummer", "business id", "business identity code",
    ),
    "vat": ("vat", "vat number", "vat id", "alv numero", "alv tunnus", "alv", "momsnummer", "moms nr"),
    "pic": ("pic", "pic code", "pic koodi", "participant identification code"),
    "ror": ("ror", "ror id"),
    "competences": ("osaaminen", "osaamiset", "osaamisalue", "kompetens", "kompetenser", "competence", "competences"),
    "summary_fi": ("kuvaus", "tiivistelma", "esittely"),
    "summary_sv": ("beskrivning", "sammanfattning", "presentation"),
    "summary_en": ("description", "summary", "about"),
    "website": (
        "www", "www sivut", "verkkosivu", "verkkosivut", "kotisivu", "kotisivut", "internet", "webbplats", "hemsida",
        "webb", "website", "web site", "homepage", "web", "url", "web address",
    ),
}  # fmt: skip
_IN_LANGUAGE: Final = {
    **dict.fromkeys(("fi", "suomi", "suomeksi", "finska", "finnish"), "fi"),
    **dict.fromkeys(("sv", "ruotsi", "ruotsiksi", "svenska", "swedish"), "sv"),
    **dict.fromkeys(("en", "englanti", "englanniksi", "engelska", "english"), "en"),
    **dict.fromkeys(("se", "saame", "saameksi", "pohjoissaame", "samiska", "sami", "northern sami"), "se"),
}


@dataclass(frozen=True, slots=True)
class Column:
    """position: from 1. header: as it stands there, two rows joined by " / ". field: what it is taken for. by: name,
    contents, choice. note: a code of import_words."""

    position: int
    header: str
    samples: tuple[str, ...] = ()
    holds: str = "nothing"
    field: str | None = None
    by: str | None = None
    note: str | None = None


@dataclass(frozen=True, slots=True)
class Reading:
    """A sheet understood. header_rows: line numbers. rows: those below, without empty ones and headings between."""

    header_rows: tuple[int, ...]
    columns: tuple[Column, ...]
    rows: tuple[Line, ...]

    @property
    def score(self) -> int:
        """How much of it is known for what it is, to tell which sheet fits."""
        fields = {column.field for column in self.columns if column.field is not None}
        return len(fields) + 3 * any(field.startswith("name_") for field in fields)


def text_of(cell: Cell) -> str:
    """The cell's text, trimmed; "" for an empty one."""
    return "" if cell is None else (cell if isinstance(cell, str) else cell[1]).strip()


def kind_of(cell: Cell) -> str:
    """t for text."""
    return cell[0] if isinstance(cell, list) else "t"


def understand(lines: Sequence[Line]) -> Reading:
    """Finds the header and says what each column is. Without a header that anybody knows, the first row is it."""
    filled = [(number, cells) for number, cells in lines if any(text_of(cell) for cell in cells)]
    if not filled:
        return Reading((), (), ())
    first, count = _header(filled)
    header = filled[first : first + count]
    rows = tuple((number, cells) for number, cells in filled[first + count :] if not _is_heading(cells))
    width = max((len(cells) for _, cells in [*header, *rows]), default=0)
    columns = _fields_of([_column(position, header, rows) for position in range(1, width + 1)], rows)
    return Reading(tuple(number for number, _ in header), columns, rows)


def choose(columns: Sequence[Column], choices: Mapping[int, str | None]) -> tuple[Column, ...]:
    """With the caller's choices by position; a field that is chosen leaves the column that it was guessed for."""
    chosen = {field for field in choices.values() if field is not None}
    found = []
    for column in columns:
        if column.position in choices:
            column = replace(column, field=choices[column.position], by="choice", note=None)
        elif column.field in chosen:
            column = replace(column, field=None, by=None, note="field_twice")
        found.append(column)
    return tuple(found)


def missing(columns: Sequence[Column], for_all: Mapping[str, str]) -> list[str]:
    """What a row can't do without: a name, and a kind."""
    fields = {column.field for column in columns if column.field} | {name for name, value in for_all.items() if value}
    lacks = [] if any(field.startswith("name_") for field in fields) else ["name_fi"]
    return lacks + ([] if "kind" in fields else ["kind"])


def field_of_header(header: str) -> str | None:
    """The field that a header names, in Finnish, Swedish or English; of joined headers the lower one goes first."""
    parts = [part for part in header.split(" / ") if part.strip()]
    language = next(
        (_IN_LANGUAGE[word] for part in reversed(parts) for word in _words(part) if word in _IN_LANGUAGE), None
    )
    for part in (*reversed(parts), header):
        field = _field(part)
        if field is not None:
            return _in_language(field, language)
    return None


def _field(text: str) -> str | None:
    code = text.strip().casefold()
    if code in _CODES:
        return code
    words = [word for word in _words(text) if word not in _IN_LANGUAGE]
    said = " ".join(words)
    for field, synonyms in _SYNONYMS.items():
        if said in synonyms:
            return field
    found = [
        (len(synonym), field)
        for field, synonyms in _SYNONYMS.items()
        for synonym in synonyms
        if len(synonym) > 2 and f" {synonym} " in f" {said} "
    ]
    return max(found)[1] if found and len(words) <= 5 else None


def _in_language(field: str, language: str | None) -> str:
    stem = field.rpartition("_")[0]
    return f"{stem}_{language}" if language is not None and stem in ("name", "summary") else field


_CODES: Final = frozenset(
    {
        "id", "kind", "regions", "places", "competences", "website", *IDENTIFIER_SCHEMES,
        *(f"{stem}_{language}" for stem in ("name", "summary") for language in LANGUAGES),
    }
)  # fmt: skip


def _words(text: str) -> list[str]:
    decomposed = unicodedata.normalize("NFKD", text.casefold())
    plain = "".join(character for character in decomposed if not unicodedata.combining(character))
    return re.findall(r"[a-z0-9]+", plain)


def _header(lines: Sequence[Line]) -> tuple[int, int]:
    """(index of its first row, how many rows it has)."""
    best, found = (0, 0), (0, 1)
    for index in range(min(len(lines), _LOOKED_AT)):
        for first, count in ((index, 1), (index - 1, 2)):
            if first < 0 or (count == 2 and not _may_be_two(lines[first][1], lines[first + 1][1])):
                continue
            known = _known(lines[first : first + count])
            # Two rows that say as much as the lower one alone have groups above; but what the upper one says alone is
            # the header, and the lower one a row of data.
            if (known, count) > best and (count == 1 or known > _known(lines[first : first + 1])):
                best, found = (known, count), (first, count)
    return found if best[0] else (_first_wide(lines), 1)


def _known(header: Sequence[Line]) -> int:
    """How many fields it names."""
    return len({field_of_header(text) for text in _joined(header)} - {None})


def _may_be_two(upper: Sequence[Cell], lower: Sequence[Cell]) -> bool:
    """A title over all columns is no header, and neither is a row of data."""
    above, below = ({text_of(cell) for cell in cells} - {""} for cells in (upper, lower))
    texts = all(kind_of(cell) == "t" for cells in (upper, lower) for cell in cells)
    known = [text for text in below if field_of_header(text) or set(_words(text)) & set(_IN_LANGUAGE) or text in above]
    return texts and len(above) > 1 and len(below) > 1 and len(known) * 2 >= len(below)


def _first_wide(lines: Sequence[Line]) -> int:
    wide = (index for index, (_, cells) in enumerate(lines) if len({text_of(cell) for cell in cells} - {""}) > 1)
    return next(wide, 0)


def _joined(header: Sequence[Line]) -> list[str]:
    width = max(len(cells) for _, cells in header)
    return [_title(header, position) for position in range(1, width + 1)]


def _title(header: Sequence[Line], position: int) -> str:
    texts = (text_of(cells[position - 1]) if position <= len(cells) else "" for _, cells in header)
    parts = dict.fromkeys(" ".join(text.split()) for text in texts)
    return " / ".join(part for part in parts if part)[:_LONGEST_HEADER]


def _is_heading(cells: Sequence[Cell]) -> bool:
    """One merged cell over the whole width: "Lappi" above the rows of Lapland."""
    texts = [text_of(cell) for cell in cells]
    return len(texts) > 2 and len(set(texts)) == 1


def _column(position: int, header: Sequence[Line], rows: Sequence[Line]) -> Column:
    found = [cells[position - 1] for _, cells in rows[:_JUDGED_BY] if position <= len(cells)]
    cells = [cell for cell in found if text_of(cell)]
    title = _title(header, position)
    holds, samples = _holds(title, cells), list(dict.fromkeys(map(text_of, cells)))[:_SAMPLES]
    if holds == "dates":
        samples = [_as_day(sample) for sample in samples]
    return Column(position, title, tuple(sample[:100] for sample in samples), holds)


_DATE_WORDS: Final = frozenset({"pvm", "paivamaara", "paiva", "alkaen", "datum", "date", "since", "liittynyt", "day"})
_FIRST_SERIAL, _LAST_SERIAL = 20_000, 80_000


def _holds(title: str, cells: Sequence[Cell]) -> str:
    if not cells:
        return "nothing"
    kinds = {"dates" if kind_of(cell) == "d" else "numbers" if kind_of(cell) == "n" else "text" for cell in cells}
    if kinds <= {"dates", "numbers"} and (_DATE_WORDS.intersection(_words(title)) or "dates" in kinds):
        return "dates" if all(kind_of(cell) == "d" or _is_serial(text_of(cell)) for cell in cells) else "mixed"
    return kinds.pop() if len(kinds) == 1 else "mixed"


def _is_serial(text: str) -> bool:
    return text.isdecimal() and _FIRST_SERIAL <= int(text) <= _LAST_SERIAL


def _as_day(text: str) -> str:
    """Days since 30.12.1899, as spreadsheet programs count them."""
    return (date(1899, 12, 30) + timedelta(days=int(text))).isoformat() if _is_serial(text) else text


def _fields_of(columns: Sequence[Column], rows: Sequence[Line]) -> tuple[Column, ...]:
    taken: set[str] = set()
    named = []
    for column in columns:
        field = field_of_header(column.header) if column.header else None
        if field is not None and field not in taken:
            column = replace(column, field=field, by="name")
            taken.add(field)
        elif field is not None:
            column = replace(column, note="field_twice")
        named.append(column)
    found = []
    for column in named:
        if column.field is None and column.note is None and column.holds != "nothing":
            field = _by_contents(column.position, rows)
            if field is not None and field not in taken:
                column = replace(column, field=field, by="contents")
                taken.add(field)
            else:
                column = replace(column, note="dates_passed_over" if column.holds == "dates" else "passed_over")
        found.append(column)
    return tuple(found)


def _by_contents(position: int, rows: Sequence[Line]) -> str | None:
    texts = [text_of(cells[position - 1]) for _, cells in rows[:_JUDGED_BY] if position <= len(cells)]
    values = [text for text in texts if text]
    for field, fits in _FITTING.items():
        if values and sum(map(fits, values)) >= _MOSTLY * len(values):
            return field
    return None


def _labels(vocabulary: Mapping[str, Mapping[str, str]]) -> frozenset[str]:
    return frozenset(
        {fold_name(code) for code in vocabulary}
        | {fold_name(label) for labels in vocabulary.values() for label in labels.values()}
    )


def _one_of(words: frozenset[str]) -> Callable[[str], bool]:
    return lambda value: all(fold_name(part) in words for part in value.split("|"))


def _is(scheme: str, shape: str) -> Callable[[str], bool]:
    def fits(value: str) -> bool:
        if re.fullmatch(shape, value) is None:
            return False
        try:
            normalised(scheme, value)
        except NotAnIdentifier:
            return False
        return True

    return fits


_FITTING: Final[Mapping[str, Callable[[str], bool]]] = {
    "y-tunnus": _is("y-tunnus", r"\d{7}-?\d"),
    "vat": _is("vat", r"[A-Z]{2}[0-9A-Z+*]{8,12}"),
    "ror": _is("ror", r"(https?://)?(ror\.org/)?0[0-9a-z]{8}"),
    "website": lambda value: re.match(r"(https?://|www\.)\S+\.\S+$", value, re.IGNORECASE) is not None,
    "regions": _one_of(_labels(REGIONS)),
    "kind": _one_of(_labels(ORGANISATION_KINDS)),
    "competences": _one_of(_labels(COMPETENCES)),
}


def fields_in(columns: Sequence[Column]) -> Iterator[tuple[int, str]]:
    """(position from 0, field) of those that are taken."""
    return ((column.position - 1, column.field) for column in columns if column.field is not None)


def sheet_that_fits(sheets: Sequence[Mapping[str, Any]], wanted: str | None) -> tuple[str, Reading] | None:
    """The sheet of this name, else the one whose columns say most, the first of several. None: there is no such."""
    found = [(str(sheet["name"]), understand(sheet["rows"])) for sheet in sheets if wanted in (None, sheet["name"])]
    return max(found, key=lambda each: each[1].score) if found else None
