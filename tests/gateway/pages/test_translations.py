"""The words of the pages are whole in every language that the pages promise, and a language is added as data."""

import json
import re
import string
from pathlib import Path

import pytest

from gateway.pages import dates, languages
from gateway.pages.languages import FOLDER, choose, translations, words

TEMPLATES = Path(languages.__file__).parent / "templates"
WHOLE = ("fi", "sv", "en")
pytestmark = pytest.mark.quick


def keys_in_templates() -> set[str]:
    found: set[str] = set()
    for path in TEMPLATES.glob("*.html"):
        found |= set(re.findall(r"""\bt\(["']([a-z_.]+)["']""", path.read_text()))
    kinds = ("not_found", "rate_limited", "away", "broke", "other")
    found |= {f"error.{kind}" for kind in kinds} | {f"error.{kind}_text" for kind in kinds}
    return {key for key in found if not key.endswith(".")}


def test_finnish_swedish_and_english_have_every_text() -> None:
    everything = set().union(*(translations()[language] for language in WHOLE))
    for language in WHOLE:
        assert set(translations()[language]) == everything, language
        assert all(text.strip() for text in translations()[language].values()), language


def test_every_text_that_a_template_asks_for_is_there_and_none_is_left_over() -> None:
    in_code = {"date.day", "date.clock", "date.same_day", "date.two_days", "date.moment", "language.name"}
    assert keys_in_templates() | in_code == set(translations()["fi"])


def test_a_text_has_the_same_gaps_in_every_language() -> None:
    for key, text in translations()["fi"].items():
        gaps = {name for _, name, _, _ in string.Formatter().parse(text) if name}
        for language in translations():
            other = translations()[language].get(key, text)
            assert {name for _, name, _, _ in string.Formatter().parse(other) if name} == gaps, (language, key)


def test_a_new_language_is_a_file_and_what_it_lacks_falls_back(monkeypatch: pytest.MonkeyPatch, tmp_path: Path) -> None:
    for path in FOLDER.glob("*.json"):
        (tmp_path / path.name).write_text(path.read_text())
    own = {"language.name": "Davvisámegiella", "front.events": "Boahttevaš dáhpáhusat"}
    (tmp_path / "se.json").write_text(json.dumps(own))
    monkeypatch.setattr(languages, "FOLDER", tmp_path)
    languages.translations.cache_clear()
    try:
        sami = words("se", ("fi", "sv", "en"))
        assert sami("front.events") == "Boahttevaš dáhpáhusat"
        assert sami("subscribe.button") == "Tilaa"
        assert dates.day("2027-03-28T09:00:00.000Z", "Europe/Helsinki", sami).endswith("28.3.2027")
    finally:
        languages.translations.cache_clear()


@pytest.mark.parametrize(
    ("begins", "ends", "language", "written"),
    [
        ("2027-01-12T07:00:00.000Z", "2027-01-12T13:30:00.000Z", "fi", "ti 12.1.2027 klo 9.00–15.30"),
        (
            "2027-01-12T07:00:00.000Z",
            "2027-01-13T10:00:00.000Z",
            "fi",
            "ti 12.1.2027 klo 9.00 – ke 13.1.2027 klo 12.00",
        ),
        ("2027-01-12T07:00:00.000Z", "2027-01-12T13:30:00.000Z", "sv", "tis 12.1.2027 kl. 9.00–15.30"),
        ("2027-01-12T07:00:00.000Z", "2027-01-12T13:30:00.000Z", "en", "Tue 12 January 2027, 09:00–15:30"),
        # the night in which clocks go back: 3.30 comes twice
        ("2027-10-31T00:30:00.000Z", "2027-10-31T01:30:00.000Z", "fi", "su 31.10.2027 klo 3.30–3.30"),
        ("2027-03-28T00:30:00.000Z", "2027-03-28T01:30:00.000Z", "fi", "su 28.3.2027 klo 2.30–4.30"),
    ],
)
def test_times_are_written_as_the_language_writes_them(begins: str, ends: str, language: str, written: str) -> None:
    assert dates.span(begins, ends, "Europe/Helsinki", words(language, WHOLE)) == written


def test_a_time_stands_in_the_zone_of_the_event() -> None:
    in_lisbon = dates.moment("2027-06-01T09:00:00.000Z", "Europe/Lisbon", words("fi", WHOLE))
    assert in_lisbon == "ti 1.6.2027 klo 10.00"


@pytest.mark.parametrize(
    ("accepted", "chosen"),
    [
        ("en;q=0.3, sv;q=0.8", "sv"),
        ("SV-fi", "sv"),
        ("en;q=0, de", "fi"),
        (None, "fi"),
        ("*;q=x, ,;;;", "fi"),
        ("en;q=nan", "fi"),
    ],
)
def test_a_language_is_chosen_by_what_the_browser_wants_most(accepted: str | None, chosen: str) -> None:
    assert choose(accepted, ["fi", "sv", "en"]) == chosen


def test_an_unknown_key_is_a_mistake_and_not_an_empty_text() -> None:
    with pytest.raises(KeyError):
        words("fi", WHOLE)("no.such.key")
