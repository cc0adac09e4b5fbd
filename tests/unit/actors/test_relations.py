"""Relations between organisations: what can be said, and what contradicts what."""

from datetime import UTC, date, datetime
from typing import Any

import pytest
from hypothesis import given
from hypothesis import strategies as st

from services.actors.model import Relation, check_among, check_relation, is_sound
from services.contracts.errors import Conflict, Invalid
from services.contracts.relations import INVERSE_OF, INVERSES, RELATIONS

pytestmark = pytest.mark.quick

NOW = datetime(2026, 11, 22, 8, tzinfo=UTC)
TODAY = date(2026, 11, 22)


def relation(kind: str, organisation: str, other: str, **rest: Any) -> Relation:
    return Relation(
        id=rest.pop("id", f"{kind}:{organisation}:{other}:{rest.get('since')}"),
        home="pohjois-karjala",
        incarnation=1,
        version=1,
        state="stated",
        created=NOW,
        changed=NOW,
        kind=kind,
        organisation=organisation,
        other=other,
        **rest,
    )


def test_every_relation_has_a_word_from_either_side_in_three_languages() -> None:
    assert set(INVERSE_OF) == set(RELATIONS)
    assert set(INVERSE_OF.values()) == set(INVERSES)
    for labels in (*RELATIONS.values(), *INVERSES.values()):
        assert {"fi", "sv", "en"} <= labels.keys()


@pytest.mark.parametrize(
    ("said", "field"),
    [
        ({"kind": "unit_of", "organisation": "gtk", "other": "gtk"}, "other"),
        ({"kind": "unit_of", "since": date(2020, 2, 1), "until": date(2020, 1, 31)}, "until"),
        ({"kind": "merged_into"}, "since"),
        ({"kind": "renamed_to", "since": date(2026, 11, 23)}, "since"),
        ({"kind": "split_from", "since": date(2026, 1, 1), "until": date(2026, 2, 1)}, "until"),
        ({"kind": "owner_of", "ceased": True}, "ceased"),
    ],
)
def test_what_cannot_be_is_refused_by_field(said: dict[str, Any], field: str) -> None:
    wrong = relation(**{"organisation": "mintec", "other": "gtk", **said})
    with pytest.raises(Invalid) as refused:
        check_relation(wrong, TODAY)
    assert [error["field"] for error in refused.value.details["errors"]] == [field]


def test_a_unit_of_a_unit_is_fine_and_a_circle_is_not() -> None:
    living = [relation("unit_of", "mintec", "gtk"), relation("unit_of", "gtk", "ministry")]
    check_among(relation("unit_of", "laboratory", "mintec"), living)
    with pytest.raises(Conflict, match="a unit of itself"):
        check_among(relation("unit_of", "ministry", "mintec"), living)
    check_among(relation("owner_of", "ministry", "mintec"), living)  # of another kind


def test_a_circle_of_relations_that_never_held_on_the_same_day_is_none() -> None:
    then = [relation("owner_of", "a", "b", until=date(2009, 12, 31))]
    check_among(relation("owner_of", "b", "a", since=date(2010, 1, 1)), then)
    with pytest.raises(Conflict):
        check_among(relation("owner_of", "b", "a", since=date(2009, 12, 31)), then)


def test_an_organisation_ends_once() -> None:
    living = [relation("merged_into", "ely-pk", "evk", since=date(2026, 1, 1))]
    for kind in ("merged_into", "renamed_to"):
        with pytest.raises(Conflict, match="one end only"):
            check_among(relation(kind, "ely-pk", "other", since=date(2026, 2, 1)), living)
    check_among(relation("merged_into", "ely-es", "evk", since=date(2026, 1, 1)), living)


def test_nothing_is_its_own_successor() -> None:
    living = [
        relation("renamed_to", "a", "b", since=date(2000, 1, 1)),
        relation("split_from", "c", "b", since=date(2010, 1, 1)),
    ]
    with pytest.raises(Conflict, match="own successor"):
        check_among(relation("merged_into", "c", "a", since=date(2020, 1, 1)), living)


def test_the_same_twice_is_refused_unless_the_days_are_others() -> None:
    first = relation("member_of", "firm", "cluster", since=date(2016, 5, 1), until=date(2018, 11, 30))
    check_among(relation("member_of", "firm", "cluster", since=date(2023, 6, 1)), [first])
    with pytest.raises(Conflict, match="stated already"):
        check_among(relation("member_of", "firm", "cluster", since=date(2018, 11, 30)), [first])


days = st.none() | st.dates(date(2000, 1, 1), date(2003, 12, 31))
arbitrary = st.builds(
    lambda kind, one, two, since, until: relation(kind, one, two, since=since, until=until),
    st.sampled_from(["unit_of", "owner_of"]),
    st.sampled_from("abcd"),
    st.sampled_from("abcd"),
    days,
    days,
)


def _circle_on(day: date, relations: list[Relation], kind: str) -> bool:
    onward: dict[str, set[str]] = {}
    for each in relations:
        if each.kind == kind and (each.since or date.min) <= day <= (each.until or date.max):
            onward.setdefault(each.organisation, set()).add(each.other)
    for start in onward:
        seen, waiting = set(), set(onward[start])
        while waiting:
            here = waiting.pop()
            if here == start:
                return True
            seen.add(here)
            waiting |= onward.get(here, set()) - seen
    return False


@given(st.lists(arbitrary, max_size=12))
def test_whatever_is_stated_one_by_one_no_day_has_a_circle(wanted: list[Relation]) -> None:
    stated: list[Relation] = []
    for each in wanted:
        try:
            check_relation(each, TODAY)
            check_among(each, stated)
        except (Conflict, Invalid):
            continue
        stated.append(each)
    assert is_sound(stated)
    edges = {day for each in stated for day in (each.since, each.until) if day} | {date(1999, 1, 1)}
    for day in edges:
        assert not _circle_on(day, stated, "unit_of")
        assert not _circle_on(day, stated, "owner_of")
