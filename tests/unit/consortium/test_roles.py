"""Roles over time: whatever is written down, in whatever order, no day has two roles."""

from datetime import date, timedelta
from itertools import pairwise

import pytest
from hypothesis import given
from hypothesis import strategies as st

from services.consortium.model import RoleSpan, ended_on, with_role
from services.consortium.model.roles import EARLIEST, LATEST, MOST_SPANS
from services.contracts.errors import Conflict, Invalid, TooMany
from services.contracts.vocabularies import MEMBER_ROLES

pytestmark = pytest.mark.quick

BEGIN = date(2023, 6, 1)
DAYS = 40

days = st.integers(0, DAYS).map(lambda number: BEGIN + timedelta(number))
roles = st.sampled_from(["lead", "partner", "observer"])
beginnings = st.builds(
    lambda role, since, length: (RoleSpan(role, since, None if length is None else since + timedelta(length)),),
    roles,
    days,
    st.none() | st.integers(0, DAYS),
)
changes = st.lists(st.tuples(roles, days), max_size=25)


def role_on(spans: tuple[RoleSpan, ...], day: date) -> str | None:
    held = [span.role for span in spans if span.covers(day)]
    assert len(held) <= 1, f"{day} has {held}"
    return held[0] if held else None


def after(spans: tuple[RoleSpan, ...], made: list[tuple[str, date]]) -> tuple[RoleSpan, ...]:
    for role, since in made:
        if role_on(spans, since) != role:
            spans = with_role(spans, role, since)
    return spans


@given(beginnings, changes)
def test_any_sequence_of_changes_leaves_ordered_spans_that_share_no_day(
    spans: tuple[RoleSpan, ...], made: list[tuple[str, date]]
) -> None:
    result = after(spans, made)
    for span in result:
        assert span.until is None or span.since <= span.until
    for earlier, later in pairwise(result):
        assert earlier.until is not None
        assert earlier.until < later.since
        joinable = earlier.role == later.role and earlier.until + timedelta(1) == later.since
        assert not joinable, "one role without a gap stands as one span"


@given(beginnings, changes, roles, days)
def test_a_change_moves_no_day_before_it_and_none_after_the_span_that_it_made(
    spans: tuple[RoleSpan, ...], made: list[tuple[str, date]], role: str, since: date
) -> None:
    before = after(spans, made)
    if role_on(before, since) == role:
        return
    result = with_role(before, role, since)
    every = [BEGIN + timedelta(number) for number in range(-1, 3 * DAYS)]
    changed = [day for day in every if role_on(before, day) != role_on(result, day)]
    assert changed[0] == since
    assert {role_on(result, day) for day in changed} == {role}
    assert changed == [since + timedelta(number) for number in range(len(changed))], "one stretch of days"


@given(beginnings, changes, days)
def test_after_the_last_day_there_is_no_role_and_before_it_all_stays(
    spans: tuple[RoleSpan, ...], made: list[tuple[str, date]], last: date
) -> None:
    before = after(spans, made)
    result = ended_on(before, last)
    for number in range(-1, 3 * DAYS):
        day = BEGIN + timedelta(number)
        assert role_on(result, day) == (role_on(before, day) if day <= last else None)


def test_the_earlier_role_ends_the_day_before() -> None:
    spans = with_role((RoleSpan("partner", date(2023, 6, 1)),), "lead", date(2024, 3, 1))
    assert spans == (
        RoleSpan("partner", date(2023, 6, 1), date(2024, 2, 29)),
        RoleSpan("lead", date(2024, 3, 1)),
    )


def test_a_role_written_down_later_for_an_earlier_time_loses_nothing() -> None:
    spans = with_role((RoleSpan("lead", date(2024, 1, 1)),), "partner", date(2023, 6, 1))
    assert spans == (
        RoleSpan("partner", date(2023, 6, 1), date(2023, 12, 31)),
        RoleSpan("lead", date(2024, 1, 1)),
    )


def test_a_membership_with_a_last_day_keeps_it_when_the_role_changes() -> None:
    spans = with_role((RoleSpan("partner", date(2023, 6, 1), date(2025, 5, 31)),), "lead", date(2024, 1, 1))
    assert spans[-1] == RoleSpan("lead", date(2024, 1, 1), date(2025, 5, 31))


def test_a_role_planned_ahead_is_taken_back_by_giving_the_one_before_it() -> None:
    planned = (RoleSpan("partner", date(2023, 6, 1), date(2026, 12, 31)), RoleSpan("lead", date(2027, 1, 1)))
    assert with_role(planned, "partner", date(2027, 1, 1)) == (RoleSpan("partner", date(2023, 6, 1)),)


def test_the_same_role_again_is_refused() -> None:
    with pytest.raises(Conflict, match="since 2023-06-01"):
        with_role((RoleSpan("partner", BEGIN),), "partner", date(2024, 1, 1))


@pytest.mark.parametrize("day", [date.min, EARLIEST - timedelta(1), LATEST + timedelta(1), date.max])
def test_a_day_out_of_any_calendar_of_ours_is_refused(day: date) -> None:
    with pytest.raises(Invalid):
        with_role((RoleSpan("partner", BEGIN),), "lead", day)


def test_roles_over_time_have_a_bound() -> None:
    lead, partner = list(MEMBER_ROLES)[:2]
    spans: tuple[RoleSpan, ...] = (RoleSpan(partner, BEGIN),)
    for number in range(1, MOST_SPANS):
        spans = with_role(spans, lead if number % 2 else partner, BEGIN + timedelta(number))
    assert len(spans) == MOST_SPANS
    with pytest.raises(TooMany):
        with_role(spans, partner, BEGIN + timedelta(MOST_SPANS))
