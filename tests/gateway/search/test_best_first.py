"""What fits words best stands first, each step in the order of the list, page by page; and nothing is left out."""

import random
from datetime import UTC, datetime, timedelta
from typing import Any

import orjson
import pytest

from gateway.read_model import cursors
from gateway.read_model.filters import Filter, Position
from services.contracts import identifiers
from tests.gateway.read_model import samples
from tests.gateway.read_model.conftest import ReadModel, make_read_model, read_model  # noqa: F401 - fixtures

FIRST = datetime(2027, 5, 3, 6, tzinfo=UTC)


def test_a_page_of_pages_goes_on_where_the_best_ended(read_model: ReadModel) -> None:  # noqa: F811
    chosen = random.Random(8)
    titles = ["Kaivos", "Kaivoksen päivä", "Kaivosala", "Malmi", "Muu"]
    summaries = ["kaivos", "kaivoksen", "kaivosala", "malmi"]
    ids = [identifiers.new_id(identifiers.EVENT) for _ in range(80)]
    read_model.apply(
        *(
            samples.event(
                identity,
                begins=FIRST + timedelta(hours=chosen.randrange(40)),
                title={"fi": f"{chosen.choice(titles)} (esimerkki)"},
                summary={"fi": chosen.choice(summaries)},
            )
            for identity in ids
        )
    )
    filter_ = Filter("event", words="kaivos", best_first=True)
    whole = [orjson.loads(item) for item in read_model.reader.page(filter_, 200).items]
    fits = [tier(entry) for entry in whole]
    assert fits == sorted(fits)
    assert set(fits) == {1, 2, 3, 4, 5, 6}
    assert [(tier(entry), entry["begins"]) for entry in whole] == sorted((tier(e), e["begins"]) for e in whole)
    in_list_order = [orjson.loads(item) for item in read_model.reader.page(Filter("event", words="kaivos"), 200).items]
    assert sorted(entry["id"] for entry in whole) == sorted(entry["id"] for entry in in_list_order)
    for limit in (1, 3, 10, 60):
        found: list[str] = []
        after = None
        while True:
            page = read_model.reader.page(filter_, limit, after)
            found += [orjson.loads(item)["id"] for item in page.items]
            after = page.after
            if after is None:
                break
        assert found == [entry["id"] for entry in whole]


def tier(event: dict[str, Any]) -> int:
    title, summary = event["title"]["fi"].removesuffix(" (esimerkki)"), event["summary"]["fi"]
    if title in ("Kaivos", "Kaivoksen päivä"):
        return {"Kaivos": 1}.get(title, 2)
    if summary in ("kaivos", "kaivoksen"):
        return {"kaivos": 3}.get(summary, 4)
    return 5 if title == "Kaivosala" else 6


def titles_found(model: ReadModel, words: str) -> list[str]:
    found = model.reader.page(Filter("event", words=words, best_first=True), 20).items
    return [orjson.loads(item)["title"]["fi"].removesuffix(" (esimerkki)") for item in found]


def test_a_long_word_that_is_in_use_still_finds_compounds_that_begin_with_it(
    read_model: ReadModel,  # noqa: F811
) -> None:
    titles = ["Rikastushiekkapato", "Rikastushiekka", "Rikastushiekan laatu", "Muu"]
    read_model.apply(
        *(
            samples.event(identifiers.new_id(identifiers.EVENT), title={"fi": f"{title} (esimerkki)"}, summary={})
            for title in titles
        )
    )
    assert titles_found(read_model, "rikastushiekka") == [
        "Rikastushiekka",
        "Rikastushiekan laatu",
        "Rikastushiekkapato",
    ]
    assert titles_found(read_model, "rikastushiekkap") == ["Rikastushiekkapato"]
    assert titles_found(read_model, "rikastushie") == ["Rikastushiekkapato", "Rikastushiekka", "Rikastushiekan laatu"]


def test_words_without_letters_or_too_many_of_them_find_nothing_and_break_nothing(
    read_model: ReadModel,  # noqa: F811
) -> None:
    read_model.apply(samples.event(identifiers.new_id(identifiers.EVENT)))
    many = " ".join(["kaivosvesiseminaari", "rikastushiekka", "ympäristölupa"] * 4)
    for words in ("_", '" OR "', "=kaivos", "~fqwxz", "*", many, "x" * 200, "'; DROP TABLE shown"):
        filter_ = Filter("event", words=words, best_first=True)
        if words != "=kaivos":  # a sign parts words
            assert read_model.reader.page(filter_, 5).items == ()
            assert read_model.reader.meant(filter_) is None
        assert set(read_model.reader.facet_counts(filter_, ["region"])) == {"region"}


@pytest.mark.quick
@pytest.mark.parametrize("tier", range(7))
def test_a_cursor_names_the_step(tier: int) -> None:
    position = Position("2027", "evt@home", tier)
    assert cursors.read(cursors.write(position)) == position
    with pytest.raises(ValueError, match="no cursor"):
        cursors.read(cursors.write(Position("2027", "evt@home", 7)))
