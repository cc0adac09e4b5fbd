"""Whether people find what they look for: recall@10 and MRR over searches that were written before the search was made.

The floors are what is reached, rounded down. Run with -s to see every search.
"""

from collections.abc import Iterator
from pathlib import Path

import orjson
import pytest

from gateway.read_model.filters import Filter
from gateway.read_model.reader import Reader
from tests.gateway.read_model.conftest import open_projection
from tests.gateway.read_model.samples import taken

from . import judging
from .judging import Asked, Judged

FLOORS = {"fi": (1.0, 0.98), "sv": (1.0, 1.0), "en": (1.0, 1.0), "fi_later": (0.95, 0.96)}
"""recall@10 and MRR by language."""
MOST_WRONG = {"fi": 0, "sv": 0, "en": 0, "fi_later": 0}


@pytest.fixture(scope="module")
def judged(tmp_path_factory: pytest.TempPathFactory) -> Iterator[list[Judged]]:
    folder: Path = tmp_path_factory.mktemp("searched")
    projection, reader = open_projection(folder), Reader(folder)
    facts, names = judging.corpus()
    projection.apply([taken(fact) for fact in facts])

    def names_found(asked: Asked) -> list[str]:
        newest = asked.kind == "news"
        filter_ = Filter(asked.kind, words=asked.q, newest_first=newest, best_first=True)
        page = reader.page(filter_, judging.LOOKED_AT)
        if not page.items and (meant := reader.meant(filter_)) is not None:
            print(f"{asked.q}: {meant.words}")  # noqa: T201
            page = reader.page(meant, judging.LOOKED_AT)
        return [names[orjson.loads(item)["id"]] for item in page.items]

    yield [judging.judge(asked, names_found(asked)) for asked in judging.queries()]
    reader.close()
    projection.close()


@pytest.mark.parametrize("language", FLOORS)
def test_what_people_type_finds_what_they_mean(judged: list[Judged], language: str) -> None:
    mine = [each for each in judged if each.asked.language == language]
    for each in mine:
        note = f"recall {each.recall:.2f}, rank {each.rank}" + (f", wrong: {each.wrong}" if each.wrong else "")
        print(f"{language} {each.asked.kind}: {each.asked.q}: {note}")  # noqa: T201 - a judgement is read
    score = judging.score(mine)
    print(f"{language}: {len(mine)} searches: {score}")  # noqa: T201
    recall, mrr = FLOORS[language]
    assert score.recall >= recall
    assert score.mrr >= mrr
    assert score.wrong <= MOST_WRONG[language]


def test_the_searches_are_as_many_as_was_asked_for() -> None:
    languages = [asked.language for asked in judging.queries()]
    counts = {language: languages.count(language) for language in FLOORS}
    assert counts == {"fi": 50, "sv": 10, "en": 10, "fi_later": 30}
