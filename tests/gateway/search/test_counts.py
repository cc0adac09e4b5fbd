"""Facets are counted as a plain look at all records counts them, whatever the list is narrowed by."""

import random
from collections import Counter
from datetime import UTC, datetime, timedelta
from typing import Any

import pytest

from gateway.read_model import search
from gateway.read_model.counts import COUNTED
from gateway.read_model.filters import Filter
from services.contracts import identifiers
from services.contracts.envelope import format_time
from tests.gateway.read_model import samples
from tests.gateway.read_model.conftest import ReadModel, make_read_model, read_model  # noqa: F401 - fixtures

FIRST = datetime(2027, 5, 3, 6, tzinfo=UTC)
REGIONS = ["FI1DC", "FI1D7", "FI1D8"]
KINDS = ["company", "research", "education"]
COMPETENCES = ["training.advice", "training.service", "processing.service", "processing.equipment"]
THEMES = ["training", "funding", "skills"]


def organisations(count: int, chosen: random.Random) -> dict[str, dict[str, Any]]:
    return {
        identifiers.new_id(identifiers.ORGANISATION): {
            "name": f"{chosen.choice(['Kaivos', 'Malmi', 'Hiekka'])} {number} Oy (esimerkki)",
            "regions": sorted(chosen.sample(REGIONS, chosen.randrange(1, 3))),
            "kind": chosen.choice(KINDS),
            "competences": sorted(chosen.sample(COMPETENCES, chosen.randrange(3))),
            "state": chosen.choice(["admitted", "admitted", "succeeded"]),
        }
        for number in range(count)
    }


def values_of(entry: dict[str, Any]) -> dict[str, set[str]]:
    parts = {code.partition(".")[0] for code in entry["competences"]}
    return {"region": set(entry["regions"]), "kind": {entry["kind"]}, "competence": {*entry["competences"], *parts}}


def counted(entries: dict[str, dict[str, Any]], filter_: Filter, facet: str) -> dict[str, int]:
    """The plain look."""
    found: Counter[str] = Counter()
    for entry in entries.values():
        values = values_of(entry)
        words = search.words_of(entry["name"])
        if (
            entry["state"] in (filter_.states or (entry["state"],))
            and all(word in words for word in search.words_of(filter_.words))
            and all(values[name] & set(asked) for name, asked in filter_.facets if name != facet)
        ):
            found.update(values[facet])
    return dict(found)


FILTERS = [
    Filter("organisation"),
    Filter("organisation", states=("admitted",)),
    Filter("organisation", words="malmi"),
    Filter("organisation", words="nothing"),
    Filter("organisation", facets=(("region", ("FI1DC",)),)),
    Filter("organisation", facets=(("region", ("FI1DC", "FI1D7")), ("kind", ("company",))), states=("admitted",)),
    Filter("organisation", words="kaivos oy", facets=(("competence", ("training",)), ("region", ("FI1D8",)))),
    Filter("organisation", facets=(("region", ("FI1D5",)),)),
]


def test_organisations_are_counted_right_and_stay_so_while_they_change(
    read_model: ReadModel,  # noqa: F811
) -> None:
    chosen = random.Random(5)
    entries = organisations(200, chosen)
    read_model.apply(*(samples.organisation(identity, **entry) for identity, entry in entries.items()))
    for version in range(2, 6):
        for filter_ in FILTERS:
            found = read_model.reader.facet_counts(filter_, COUNTED["organisation"])
            assert found == {name: counted(entries, filter_, name) for name in COUNTED["organisation"]}, filter_
        for identity, entry in zip(chosen.sample(sorted(entries), 60), organisations(60, chosen).values(), strict=True):
            if chosen.random() < 0.2:
                entries.pop(identity)
                read_model.apply(samples.organisation(identity, version=version, state="removed"))
            else:
                entries[identity] = entry
                read_model.apply(samples.organisation(identity, version=version, **entry))
    values = read_model.reader.facet_counts(Filter("organisation"), ["kind"])["kind"]
    assert list(values.values()) == sorted(values.values(), reverse=True)


def test_events_are_counted_within_their_days(read_model: ReadModel) -> None:  # noqa: F811
    chosen = random.Random(6)
    events = {
        identifiers.new_id(identifiers.EVENT): {
            "begins": FIRST + timedelta(hours=chosen.randrange(400)),
            "themes": sorted(chosen.sample(THEMES, 2)),
            "regions": [chosen.choice(REGIONS)],
        }
        for _ in range(150)
    }
    read_model.apply(*(samples.event(identity, **entry) for identity, entry in events.items()))  # type: ignore[arg-type]
    since, before = FIRST + timedelta(hours=101), FIRST + timedelta(hours=301)
    for words in ("", "kaivosvesiseminaari"):
        filter_ = Filter(
            "event",
            words=words,
            facets=(("theme", ("skills",)), ("organiser", ("FI1DC",))),
            ends_after=format_time(since),
            begins_before=format_time(before),
        )
        within = [
            entry
            for entry in events.values()
            if entry["begins"] + timedelta(hours=3) >= since and entry["begins"] < before  # type: ignore[operator]
        ]
        skilled = [entry for entry in within if "skills" in entry["themes"]]  # type: ignore[operator]
        assert read_model.reader.facet_counts(filter_, ["region", "theme"]) == {
            "region": dict(Counter(region for entry in skilled for region in entry["regions"])),  # type: ignore[attr-defined]
            "theme": dict(Counter(theme for entry in within for theme in entry["themes"])),  # type: ignore[attr-defined]
        }


@pytest.mark.quick
def test_every_facet_that_is_counted_is_one_that_lists_are_narrowed_by() -> None:
    from gateway.api.public.parameters import _FACETS

    assert all(set(names) <= set(_FACETS[kind]) for kind, names in COUNTED.items())
