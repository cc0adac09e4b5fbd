"""Searches give the very records that a plain look at all of them gives, in the order of the list, page by page."""

import random
from collections.abc import Iterator
from datetime import UTC, datetime, timedelta

import orjson
import pytest

from gateway.read_model import search
from gateway.read_model.filters import Filter
from services.contracts import identifiers
from services.contracts.envelope import format_time
from tests.gateway.read_model import samples

from .conftest import ReadModel

FIRST = datetime(2027, 5, 3, 6, tzinfo=UTC)
WORDS = ["kaivos", "Kaivospalvelut", "Oy", "3S", "Åland", "Äänekoski", "Öölanti", "malmi", "Ähtäri", "&", "(esimerkki)"]


def names(count: int, seed: int) -> Iterator[str]:
    """Names with the same beginnings, digits, letters after z, and some that are alike but for their end."""
    chosen = random.Random(seed)
    for number in range(count):
        yield " ".join([*chosen.choices(WORDS, k=chosen.randrange(1, 4)), *([str(number)] if number % 3 else [])])


def matches(text: str, asked: str) -> bool:
    *whole, last = search.words_of(asked)
    words = search.words_of(text)
    return all(word in words for word in whole) and any(word.startswith(last) for word in words)


def pages(model: ReadModel, filter_: Filter, limit: int) -> list[str]:
    """The ids of all pages, one after the other."""
    found: list[str] = []
    after = None
    while True:
        page = model.reader.page(filter_, limit, after)
        assert len(page.items) <= limit
        found += [orjson.loads(item)["id"] for item in page.items]
        after = page.after
        if after is None:
            return found


def test_organisations_are_found_in_the_order_of_their_names(read_model: ReadModel) -> None:
    entries = {identifiers.new_id(identifiers.ORGANISATION): name for name in names(300, seed=1)}
    regions = {identity: ["FI1DC", "FI1D7"][number % 2] for number, identity in enumerate(entries)}
    chosen = random.Random(2)
    kinds = {identity: chosen.choice(["company", "research", "education"]) for identity in entries}
    order = list(entries)
    chosen.shuffle(order)
    read_model.apply(
        *(
            samples.organisation(identity, entries[identity], regions=[regions[identity]], kind=kinds[identity])
            for identity in order
        )
    )
    in_order = sorted(entries, key=lambda identity: (search.sort_key(entries[identity]), f"{identity}@{samples.HOME}"))
    for asked in ("k", "kaivos", "kaivospalvelut oy", "oy", "3s", "a", "aanek", "ool", "malmi 1", "esimerkki", "x"):
        expected = [identity for identity in in_order if matches(f"{entries[identity]} Joensuu", asked)]
        for limit in (1, 7, 200):
            assert pages(read_model, Filter("organisation", words=asked), limit) == expected, (asked, limit)
        narrowed = Filter(
            "organisation", words=asked, facets=(("region", ("FI1DC",)), ("kind", ("company", "research")))
        )
        assert pages(read_model, narrowed, 7) == [
            identity
            for identity in expected
            if regions[identity] == "FI1DC" and kinds[identity] in ("company", "research")
        ]


def test_events_are_found_by_words_time_and_state_in_the_order_of_time(read_model: ReadModel) -> None:
    chosen = random.Random(3)
    begins = {
        identifiers.new_id(identifiers.EVENT): FIRST + timedelta(seconds=chosen.randrange(40), milliseconds=number % 3)
        for number in range(120)
    }
    states = {identity: chosen.choice(["published", "cancelled"]) for identity in begins}
    lasts = {identity: timedelta(seconds=chosen.randrange(1, 60)) for identity in begins}
    read_model.apply(
        *(
            samples.event(
                identity, begins=moment, ends=moment + lasts[identity], state=states[identity], title={"fi": "Kaivos"}
            )
            for identity, moment in begins.items()
        )
    )
    in_order = sorted(begins, key=lambda identity: (begins[identity], f"{identity}@{samples.HOME}"))
    since, before = FIRST + timedelta(seconds=11, milliseconds=1), FIRST + timedelta(seconds=30, milliseconds=2)
    for asked in ("kai", "kaivos", "joensuu kaivos", "nothing"):
        wanted = [] if asked == "nothing" else in_order
        for limit in (1, 10, 200):
            assert pages(read_model, Filter("event", words=asked), limit) == wanted
        filter_ = Filter(
            "event",
            words=asked,
            states=("published",),
            ends_after=format_time(since),
            begins_before=format_time(before),
        )
        assert pages(read_model, filter_, 3) == [
            identity
            for identity in wanted
            if begins[identity] + lasts[identity] >= since
            and begins[identity] < before
            and states[identity] == "published"
        ]


def test_news_are_found_newest_first(read_model: ReadModel) -> None:
    consortium = identifiers.new_id(identifiers.CONSORTIUM)
    ids = [identifiers.new_id(identifiers.NEWS) for _ in range(30)]
    read_model.apply(*(samples.news(identity, consortium) for identity in ids))
    for limit in (1, 4, 30):
        assert pages(read_model, Filter("news", words="kok", newest_first=True), limit) == sorted(ids, reverse=True)


def test_a_record_is_found_by_what_it_is_now_and_nothing_is_left_of_what_it_was(read_model: ReadModel) -> None:
    identity = identifiers.new_id(identifiers.ORGANISATION)
    for version, name in enumerate(("Alku Oy", "Älku Oy", "Alku Oy", "Zeta Oy"), 1):
        read_model.apply(samples.organisation(identity, name, version=version))
        for asked in ("alku", "zeta"):
            found = pages(read_model, Filter("organisation", words=asked), 10)
            assert found == ([identity] if matches(name, asked) else [])
    read_model.apply(samples.organisation(identity, "Zeta Oy", version=5, state="removed"))
    assert pages(read_model, Filter("organisation", words="oy"), 10) == []


def test_a_rank_that_is_used_up_gives_way_to_a_free_one(read_model: ReadModel) -> None:
    first, second, third = (identifiers.new_id(identifiers.ORGANISATION) for _ in range(3))
    read_model.apply(samples.organisation(first, "Sama nimi"))
    database = read_model.projection.live.public.database
    last = search.first_rank("organisation", search.sort_key("Sama nimi")) + search.SLOTS - 1
    with read_model.projection.live.public.transaction():
        database.execute("UPDATE shown SET rank = ? WHERE kind = 'organisation'", (last,))
        database.execute("DELETE FROM search_organisation")
        database.execute("INSERT INTO search_organisation (rowid, words, tags) VALUES (?, 'sama nimi', '')", (last,))
        database.execute("UPDATE shown SET rank = ? WHERE kind = 'organisation'", (last,))
    read_model.apply(samples.organisation(second, "Sama nimi"))
    read_model.apply(samples.organisation(third, "Sama nimi"))
    assert pages(read_model, Filter("organisation", words="sama"), 2) == sorted([first, second, third])


@pytest.mark.quick
def test_a_greater_sort_key_never_has_a_smaller_rank() -> None:
    keys = sorted(search.sort_key(name) for name in names(2_000, seed=4))
    ranks = [search.first_rank("organisation", key) for key in keys]
    assert ranks == sorted(ranks)
    times = sorted(format_time(FIRST + timedelta(milliseconds=number * 377)) for number in range(2_000))
    ranks = [search.first_rank("event", time) for time in ("", *times)]
    assert ranks == sorted(ranks)
    assert max(ranks) <= search.LAST_RANK < 2**63
