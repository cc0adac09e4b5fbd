"""The recruiting pipeline: stages, talks, next steps, and the numbers that a coordinator reports."""

from datetime import UTC, date, datetime, timedelta
from typing import Any

import pytest
from hypothesis import given
from hypothesis import strategies as st

from services.actors import model
from services.actors.model import Candidate, Entered, NextStep, Talk
from services.contracts.errors import Conflict, Invalid

pytestmark = pytest.mark.quick

NOW = datetime(2026, 11, 22, 8, tzinfo=UTC)
TODAY = date(2026, 11, 22)


def candidate(*stages: tuple[str, int], **rest: Any) -> Candidate:
    """stages: (stage, days ago)."""
    entered: Any = tuple(Entered(stage, NOW - timedelta(days=ago), None) for stage, ago in stages)  # type: ignore[arg-type]
    state: Any = stages[-1][0]
    return Candidate("cnd_1", "pk", 1, 1, state, NOW, NOW, region="FI1DC", name="Esimerkki Oy", stages=entered, **rest)


def test_the_numbers_say_how_many_how_long_and_how_many_go_on() -> None:
    found = model.numbers(
        [
            candidate(("mapped", 30), ("contacted", 20), ("negotiating", 10), ("agreed", 4)),
            candidate(("mapped", 30), ("contacted", 26), ("declined", 20)),
            candidate(("mapped", 6)),
            candidate(("contacted", 8), next_step=NextStep("Soitto (esimerkki)", date(2026, 11, 21))),
        ],
        TODAY,
        NOW,
    )
    by_stage = {each["stage"]: each for each in found["stages"]}
    assert (found["candidates"], found["overdue"], found["agreed_percent"]) == (4, 1, 25)
    assert {stage: each["now"] for stage, each in by_stage.items()} == {
        "mapped": 1,
        "contacted": 1,
        "negotiating": 0,
        "agreed": 1,
        "declined": 1,
    }
    assert {stage: each["entered"] for stage, each in by_stage.items()} == {
        "mapped": 4,
        "contacted": 3,
        "negotiating": 1,
        "agreed": 1,
        "declined": 1,
    }
    assert (by_stage["mapped"]["days"], by_stage["contacted"]["days"]) == (6, 8)
    assert (by_stage["mapped"]["conversion"], by_stage["contacted"]["conversion"]) == (75, 33)
    assert by_stage["agreed"]["conversion"] is None


def test_an_empty_pipeline_has_no_shares() -> None:
    found = model.numbers([], TODAY, NOW)
    assert found["agreed_percent"] is None
    assert {each["conversion"] for each in found["stages"]} == {None}


def test_a_talk_is_noted_when_it_was_held_and_stands_by_its_day() -> None:
    first = model.add_talk(candidate(("mapped", 1)), Talk(date(2026, 11, 20), "B", "acc_1"), TODAY, NOW, 1)
    both = model.add_talk(first, Talk(date(2026, 11, 2), "A", "acc_1"), TODAY, NOW, 1)
    assert [talk.summary for talk in both.talks] == ["A", "B"]
    with pytest.raises(Invalid):
        model.add_talk(both, Talk(date(2026, 11, 23), "C", "acc_1"), TODAY, NOW, 1)


def test_who_agreed_or_declined_has_no_next_step_until_moved_back() -> None:
    step = NextStep("Sopimusluonnos (esimerkki)", date(2026, 12, 1))
    planned = model.plan(candidate(("negotiating", 3)), step, NOW, 1)
    agreed = model.move(planned, "agreed", "acc_1", NOW, 1)
    assert agreed.next_step is None
    with pytest.raises(Conflict):
        model.plan(agreed, step, NOW, 1)
    back = model.move(agreed, "negotiating", "acc_1", NOW, 1)
    assert model.plan(back, step, NOW, 1).next_step == step
    with pytest.raises(Conflict):
        model.move(back, "negotiating", "acc_1", NOW, 1)


moves = st.lists(st.tuples(st.sampled_from(model.candidate.STAGES), st.integers(0, 9)), min_size=1, max_size=6)


@given(st.lists(moves, max_size=8))
def test_numbers_hold_together_whatever_the_moves(ways: list[Any]) -> None:
    found = []
    for way in ways:
        ago = sum(days for _, days in way)
        entered = []
        for stage, days in way:
            entered.append((stage, ago))
            ago -= days
        found.append(candidate(*entered))
    shown = model.numbers(found, TODAY, NOW)
    stages = {each["stage"]: each for each in shown["stages"]}
    assert sum(each["now"] for each in stages.values()) == len(found)
    reached = [stages[stage]["entered"] for stage in model.candidate.WAY]
    assert reached == sorted(reached, reverse=True)
    assert reached[0] == len(found)
    for each in stages.values():
        assert each["conversion"] is None or 0 <= each["conversion"] <= 100
        assert each["days"] is None or each["days"] >= 0
