"""What a filter wants, and that the index finds whatever it wants."""

import pytest
from hypothesis import given
from hypothesis import strategies as st

from services.contracts.permissions import Mandate
from services.notifications.model import NOBODY, Audience, Filter, Subject, matches

pytestmark = pytest.mark.quick

CODES = st.lists(st.sampled_from(["a", "b", "c", "d"]), unique=True, max_size=3).map(tuple)
FILTERS = st.builds(
    Filter, everything=st.booleans(), regions=CODES, themes=CODES, consortia=CODES, working_groups=CODES
)
SUBJECTS = st.builds(Subject, regions=CODES, themes=CODES, consortia=CODES, working_groups=CODES)


@given(FILTERS, SUBJECTS)
def test_whatever_a_filter_wants_is_found_by_its_index_keys(wanted: Filter, subject: Subject) -> None:
    if matches(wanted, subject):
        assert set(wanted.keys) & set(subject.keys)


@given(FILTERS)
def test_filters_that_mean_the_same_have_one_name(wanted: Filter) -> None:
    turned = Filter(
        wanted.everything, wanted.regions[::-1], wanted.themes[::-1], wanted.consortia, wanted.working_groups
    )
    assert turned.canonical == wanted.canonical


def test_within_a_list_any_and_between_lists_all() -> None:
    wanted = Filter(regions=("FI1DC", "FI1D7"), themes=("funding", "skills"))
    assert matches(wanted, Subject(regions=("FI1D7",), themes=("skills",)))
    assert not matches(wanted, Subject(regions=("FI1D7",), themes=("training",)))
    assert not matches(wanted, Subject(regions=("FI1D8",), themes=("skills",)))


def test_a_consortium_stands_for_itself() -> None:
    wanted = Filter(regions=("FI1DC",), consortia=("con_1",))
    assert matches(wanted, Subject(regions=("ES412",), consortia=("con_1",)))
    assert matches(wanted, Subject(regions=("FI1DC",)))
    assert not matches(Filter(consortia=("con_1",)), Subject(regions=("FI1DC",), consortia=("con_2",)))


def test_only_members_and_secretaries_are_admitted_to_what_is_for_members() -> None:
    audience = Audience(organisations=frozenset({"act_1"}), consortia=frozenset({"con_1"}))
    assert audience.admits([Mandate("partner", "act_1")])
    assert audience.admits([Mandate("secretary", "con_1")])
    assert not audience.admits([Mandate("partner", "act_2"), Mandate("coordinator", "FI1DC")])
    assert not audience.admits([])
    assert not audience.admits(None), "a visitor's subscription has no account"
    assert not NOBODY.admits([Mandate("partner", "act_1"), Mandate("secretary", "con_1")])
