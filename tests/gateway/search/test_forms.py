"""Forms of a word are known for what they are, and words that are not alike are kept apart."""

import pytest

from gateway.read_model import search
from gateway.read_model.language import spelling, stems
from gateway.read_model.schema import create, open_for_writing

pytestmark = pytest.mark.quick

FINNISH = [
    "kaivos kaivoksen kaivosta kaivoksessa kaivokset kaivosten kaivoksilla kaivoksiin",
    "rikastushiekka rikastushiekan rikastushiekkaa rikastushiekassa rikastushiekat rikastushiekoista",
    "sivukivi sivukiven sivukiveä sivukivet sivukivien sivukivistä",
    "malmi malmin malmia malmissa malmit malmien malmeja malmeista",
    "louhinta louhinnan louhintaa louhinnassa louhinnat",
    "koulutus koulutuksen koulutusta koulutukset koulutusten koulutuksissa",
    "turvallisuus turvallisuuden turvallisuutta turvallisuuteen turvallisuudesta",
    "ympäristölupa ympäristöluvan ympäristölupaa ympäristöluvat ympäristöluvissa",
    "tehdas tehtaan tehdasta tehtaalla tehtaita",
    "vesi veden vettä vedessä vedet vesien vesissä",
    "yhteinen yhteisen yhteistä yhteiset",
    "Outokumpu Outokummun Outokummussa Outokumpuun",
    "Kemi Kemin Kemissä Kemiin",
    "Joensuu Joensuun Joensuussa Joensuuhun",
    "Lappi Lapin Lapissa Lappiin",
    "Kajaani Kajaanin Kajaanissa Kajaaniin",
    "Sodankylä Sodankylän Sodankylässä Sodankylään",
]
SWEDISH = ["gruva gruvan gruvor gruvorna gruvornas", "malm malmen malmer malmerna", "tillstånd tillståndet tillstånden"]
ENGLISH = ["mine mines mining", "exploration explorations", "permit permits permitting"]
FORMS = [(language, forms) for language, all_ in (("fi", FINNISH), ("sv", SWEDISH), ("en", ENGLISH)) for forms in all_]


def keys(word: str, language: str) -> set[str]:
    (folded,) = search.words_of(word)
    return set(stems.keys_of(folded, language))


@pytest.mark.parametrize(("language", "forms"), FORMS)
def test_all_forms_of_a_word_share_a_key(language: str, forms: str) -> None:
    word, *others = forms.split()
    apart = [other for other in others if not keys(word, language) & keys(other, language)]
    assert apart == []


@pytest.mark.parametrize("forms", FINNISH)
def test_forms_share_it_as_well_when_they_are_typed_without_dots(forms: str) -> None:
    word, *others = forms.replace("ä", "a").replace("ö", "o").split()
    assert all(keys(word, "fi") & keys(other, "fi") for other in others)


@pytest.mark.parametrize(
    ("one", "other"),
    [("kaivos", "koulutus"), ("malmi", "malli"), ("rikastus", "rahoitus"), ("hiekka", "haku")],
)
def test_words_that_are_not_alike_share_none(one: str, other: str) -> None:
    assert not keys(one, "fi") & keys(other, "fi")


@pytest.mark.parametrize(
    ("compound", "parts"),
    [
        ("rikastushiekoista", ["rikastus", "hiekka"]),
        ("kaivosvesien", ["kaivos", "vesi"]),
        ("malminetsinnän", ["malmi", "etsintä"]),
        ("ympäristöluvasta", ["ympäristö", "lupa"]),
        ("kaivos", []),
        ("kaivoksilla", []),
    ],
)
def test_a_compound_is_known_by_its_parts(compound: str, parts: list[str]) -> None:
    (folded,) = search.words_of(compound)
    found = {key for part in stems.keys_of_parts(folded, "fi") for key in part}
    assert found == {key for part in parts for key in keys(part, "fi")}


def test_the_ending_of_an_abbreviation_is_no_word() -> None:
    assert search.words_of("GTK:n ja EU:ssa klo 12:30, 0244680-7") == [
        "gtk", "ja", "eu", "klo", "12", "30", "0244680", "7",
    ]  # fmt: skip


@pytest.mark.parametrize(
    ("typed", "meant"),
    [
        ("kaivso", "kaivos"),  # neighbours that changed places
        ("kavos", "kaivos"),
        ("kaiivos", "kaivos"),
        ("kaibos", "kaivos"),
        ("geologain", "geologian"),
        ("rikastushikka", "rikastushiekka"),
        ("rikastushekan", "rikastushiekan"),
    ],
)
def test_a_mistyped_word_is_taken_for_the_nearest_in_use(tmp_path: object, typed: str, meant: str) -> None:
    noted = spelling.Noted()
    database = open_for_writing(tmp_path / "public.db")  # type: ignore[operator]
    create(database)
    noted.came("event", "kaivos kaivosalan geologian rikastushiekka rikastushiekan hiekka koulutus")
    noted.write(database)
    assert spelling.meant(database, "event", typed)[0] == meant
    assert "geologian" not in spelling.meant(database, "news", "geologain")
    database.close()


def test_a_word_is_forgotten_with_the_last_record_that_has_it(tmp_path: object) -> None:
    noted = spelling.Noted()
    database = open_for_writing(tmp_path / "public.db")  # type: ignore[operator]
    create(database)

    def held() -> list[tuple[str, int]]:
        noted.write(database)
        return database.execute("SELECT word, uses FROM spelling ORDER BY word").fetchall()

    noted.came("event", "esimerkkinen nimi nimi")
    noted.came("event", "nimi")
    assert held() == [("esimerkkinen", 1), ("nimi", 2)]
    noted.went("event", "esimerkkinen nimi")
    noted.came("event", "toinen nimi")
    assert held() == [("nimi", 2), ("toinen", 1)]
    noted.went("event", "toinen nimi")
    noted.went("event", "nimi")
    assert held() == []
    assert database.execute("SELECT count(*) FROM gram").fetchone() == (0,)
    database.close()


@pytest.mark.parametrize("typed", ["kai", "xyzzyx", "12345", "kaivertamalla"])
def test_what_is_near_nothing_is_taken_for_nothing(tmp_path: object, typed: str) -> None:
    noted = spelling.Noted()
    database = open_for_writing(tmp_path / "public.db")  # type: ignore[operator]
    create(database)
    noted.came("event", "kaivos kaivosalan geologian")
    noted.write(database)
    assert spelling.meant(database, "event", typed) == []
    database.close()
