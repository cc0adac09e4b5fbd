"""A membership's life: what leads where, and that each is counted once."""

from datetime import UTC, date, datetime, timedelta
from typing import Any

import pytest
from hypothesis import given
from hypothesis import strategies as st

from services.consortium import model
from services.consortium.model import Membership, RoleSpan
from services.consortium.model.versions import Moment
from services.contracts.errors import Conflict, Invalid, Refusal

pytestmark = pytest.mark.quick

TODAY = date(2026, 11, 22)
NOW = datetime(2026, 11, 22, 9, tzinfo=UTC)
AT = Moment(NOW, TODAY, 1)
DAY = timedelta(1)


def fields() -> dict[str, Any]:
    return {
        "id": "mem_1",
        "home": "pohjois-karjala",
        "incarnation": 1,
        "version": 1,
        "created": NOW,
        "changed": NOW,
        "consortium": "con_1",
        "organisation": "act_1",
    }


def invited(since: date | None = None, until: date | None = None, *, agreed: bool = False) -> Membership:
    return model.invited(fields(), "partner", since, until, agreed, TODAY)


def asked() -> Membership:
    return model.asked(fields(), "observer", TODAY)


def test_a_request_that_is_admitted_begins_on_the_day_given() -> None:
    membership = model.accept(asked(), date(2027, 1, 1), AT)
    assert (membership.state, membership.version) == ("active", 2)
    assert membership.roles == (RoleSpan("observer", date(2027, 1, 1)),)


def test_an_invitation_without_a_day_begins_when_it_is_accepted() -> None:
    later = Moment(NOW + 10 * DAY, TODAY + 10 * DAY, 1)
    assert model.accept(invited(), None, later).roles == (RoleSpan("partner", TODAY + 10 * DAY),)


def test_an_invitation_for_a_day_begins_then_and_on_no_other() -> None:
    invitation = invited(date(2023, 6, 1), date(2025, 5, 31))
    assert model.accept(invitation, None, AT).roles == (RoleSpan("partner", date(2023, 6, 1), date(2025, 5, 31)),)
    with pytest.raises(Invalid, match="2023-06-01"):
        model.accept(invitation, date(2020, 1, 1), AT)


def test_a_beginning_after_the_last_day_is_refused() -> None:
    with pytest.raises(Invalid):
        invited(date(2025, 6, 1), date(2025, 5, 31))
    with pytest.raises(Invalid, match="last until 2026-11-25"):
        model.accept(invited(until=TODAY + 3 * DAY), TODAY + 4 * DAY, AT)


def test_with_an_agreement_on_paper_it_is_active_at_once() -> None:
    assert invited(date(2023, 6, 1), agreed=True).state == "active"


def test_what_is_decided_is_not_decided_again() -> None:
    for decided in (model.accept(asked(), None, AT), model.decline(invited(), AT)):
        for decide in (lambda m: model.accept(m, None, AT), lambda m: model.decline(m, AT)):
            with pytest.raises(Conflict, match=decided.state):
                decide(decided)


def test_only_an_active_membership_changes_its_role_or_ends() -> None:
    ended = model.end(invited(agreed=True), None, AT)
    for other in (asked(), invited(), model.decline(asked(), AT), ended):
        with pytest.raises(Conflict):
            model.change_role(other, "lead", TODAY, AT)
        with pytest.raises(Conflict):
            model.end(other, None, AT)


def test_an_ended_membership_keeps_its_history_and_drops_what_was_planned() -> None:
    membership = invited(date(2023, 6, 1), agreed=True)
    membership = model.change_role(membership, "lead", date(2024, 1, 1), AT)
    membership = model.change_role(membership, "funder", date(2027, 1, 1), AT)
    ended = model.end(membership, date(2025, 5, 31), AT)
    assert ended.state == "ended"
    assert ended.roles == (
        RoleSpan("partner", date(2023, 6, 1), date(2023, 12, 31)),
        RoleSpan("lead", date(2024, 1, 1), date(2025, 5, 31)),
    )


def test_a_membership_that_has_not_begun_leaves_no_role_behind() -> None:
    assert model.end(invited(TODAY + DAY, agreed=True), None, AT).roles == ()


def test_an_end_ahead_or_before_the_beginning_is_refused() -> None:
    membership = invited(date(2023, 6, 1), agreed=True)
    with pytest.raises(Invalid, match="up to today"):
        model.end(membership, TODAY + DAY, AT)
    with pytest.raises(Invalid, match="began on 2023-06-01"):
        model.end(membership, date(2023, 5, 31), AT)


def test_the_last_lead_may_become_something_else() -> None:
    lead = model.invited(fields(), "lead", date(2024, 1, 1), None, True, TODAY)
    assert model.change_role(lead, "observer", TODAY, AT).roles[-1] == RoleSpan("observer", TODAY)


STEPS = {
    "accept": lambda m, day: model.accept(m, day, AT),
    "decline": lambda m, day: model.decline(m, AT),
    "change": lambda m, day: model.change_role(m, "lead" if day < TODAY else "partner", day, AT),
    "end": lambda m, day: model.end(m, day, AT),
}


@given(
    st.sampled_from([asked(), invited(), invited(date(2023, 6, 1)), invited(agreed=True)]),
    st.lists(st.tuples(st.sampled_from(sorted(STEPS)), st.dates(date(2020, 1, 1), date(2030, 1, 1))), max_size=12),
)
def test_it_holds_the_one_living_place_exactly_as_long_as_it_lives(
    membership: Membership, steps: list[tuple[str, date]]
) -> None:
    """The place is (consortium, organisation, closed_as), unique in the store: so nobody is counted twice."""
    for name, day in steps:
        before = membership
        try:
            membership = STEPS[name](membership, day)
        except Refusal:
            assert membership is before
            continue
        assert membership.version == before.version + 1
        assert before.lives, "nothing leads back from what is over"
        assert (membership.closed_as == "") == membership.lives
        assert membership.closed_as in ("", membership.id)
