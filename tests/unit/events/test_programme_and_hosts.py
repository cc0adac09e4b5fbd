"""The programme, how one attends, postponing, and who is named as co-host."""

from dataclasses import replace
from datetime import UTC, date, datetime, time, timedelta
from typing import Any
from zoneinfo import ZoneInfo

import pytest
from hypothesis import given
from hypothesis import strategies as st

from services.contracts.errors import Conflict, Invalid
from services.events import model
from services.events.model import CoHost, Event, Organiser, Place, Session, Speaker
from tests.unit.events.drafts import NOW, draft_at

HELSINKI = ZoneInfo("Europe/Helsinki")
BEGINS = datetime(2027, 3, 20, 7, tzinfo=UTC)  # 9.00 in Helsinki
SPEAKER = Speaker("p1", "Esimerkki Puhuja")
KEYNOTE = Session("s1", {"fi": "Esimerkki"}, BEGINS, BEGINS + timedelta(hours=1), "Sali A", ("p1",))


def event(**changes: Any) -> Event:
    published = {"state": "published", "organiser": Organiser("organisation", "act_1"), "regions": ("FI1DC",)}
    programme = {"sessions": (KEYNOTE,), "speakers": (SPEAKER,)}
    return draft_at(BEGINS, **{**published, **programme, **changes})


@pytest.mark.parametrize(
    ("field", "changes"),
    [
        ("sessions.0.begins", {"sessions": (replace(KEYNOTE, begins=BEGINS - timedelta(minutes=1)),)}),
        ("sessions.0.ends", {"sessions": (replace(KEYNOTE, ends=BEGINS + timedelta(hours=4)),)}),
        ("sessions.0.ends", {"sessions": (replace(KEYNOTE, ends=BEGINS),)}),
        ("sessions.0.speakers", {"speakers": ()}),
        ("sessions.1.id", {"sessions": (KEYNOTE, KEYNOTE)}),
        ("speakers.1.id", {"speakers": (SPEAKER, SPEAKER)}),
    ],
)
def test_a_programme_that_breaks_a_rule_names_the_field(field: str, changes: dict[str, Any]) -> None:
    with pytest.raises(Invalid) as caught:
        model.draft(event(**changes))
    assert caught.value.details["errors"][0]["field"] == field


@pytest.mark.parametrize(
    ("place", "link", "expected"),
    [
        (Place("Outokumpu"), None, "on_site"),
        (None, "https://example.org/", "online"),
        (Place("Outokumpu"), "https://example.org/", "hybrid"),
        (None, None, "on_site"),
    ],
)
def test_how_one_attends_is_derived_from_place_and_link(place: Any, link: Any, expected: str) -> None:
    assert event(place=place, link=link).attendance == expected


@pytest.mark.parametrize(
    ("attendance", "place", "link", "field"),
    [
        ("on_site", None, "https://example.org/", "place"),
        ("online", Place("Outokumpu"), None, "link"),
        ("hybrid", Place("Outokumpu"), None, "link"),
        ("hybrid", None, "https://example.org/", "place"),
    ],
)
def test_what_the_way_of_attending_needs_is_there_before_publishing(
    attendance: str, place: Any, link: Any, field: str
) -> None:
    with pytest.raises(Invalid) as caught:
        model.publish(event(state="draft", attendance=attendance, place=place, link=link), NOW, 1)
    assert caught.value.details["errors"][0]["field"] == field


def test_a_link_added_makes_it_hybrid_unless_the_organiser_says_otherwise() -> None:
    link = {"link": "https://example.org/"}
    assert model.change(event(), link, NOW, 1).attendance == "hybrid"
    assert model.change(event(), {**link, "attendance": "on_site"}, NOW, 1).attendance == "on_site"
    chosen = event(attendance="on_site", **link)
    assert model.change(chosen, {"link": "https://example.org/2"}, NOW, 1).attendance == "on_site"


# Postponing


def test_a_postponed_event_stays_published_and_says_what_was_announced() -> None:
    begins = datetime(2027, 3, 30, 6, tzinfo=UTC)  # 9.00 in Helsinki, after the clocks changed
    moved = model.postpone(event(), {"begins": begins, "ends": begins + timedelta(hours=3)}, NOW, 1)
    assert (moved.state, moved.version) == ("published", 2)
    assert moved.postponed is not None
    assert (moved.postponed.since, moved.postponed.begins) == (NOW, BEGINS)
    assert moved.sessions[0].begins == begins


@given(st.integers(1, 300), st.integers(0, 7 * 60), st.sampled_from([date(2027, 3, 20), date(2027, 10, 25)]))
def test_sessions_keep_their_time_on_the_wall_whatever_the_clocks_do(days: int, minutes: int, day: date) -> None:
    begins = datetime.combine(day, time(9), HELSINKI).astimezone(UTC)
    session = replace(KEYNOTE, begins=begins + timedelta(minutes=minutes), ends=begins + timedelta(hours=8))
    later = datetime.combine(day + timedelta(days=days), time(9), HELSINKI).astimezone(UTC)
    before = event(begins=begins, ends=begins + timedelta(hours=8), sessions=(session,))
    after = model.postpone(before, {"begins": later, "ends": later + timedelta(hours=8)}, NOW, 1)
    assert [one.begins.astimezone(HELSINKI).time() for one in after.sessions] == [
        one.begins.astimezone(HELSINKI).time() for one in before.sessions
    ]


@pytest.mark.parametrize(
    ("changes", "refusal"),
    [
        ({"state": "draft"}, Conflict),
        ({"state": "cancelled"}, Conflict),
        ({"begins": NOW - timedelta(days=2), "ends": NOW - timedelta(days=1), "sessions": ()}, Conflict),
    ],
)
def test_only_a_published_event_that_is_not_over_is_postponed(changes: dict[str, Any], refusal: Any) -> None:
    later = BEGINS + timedelta(days=30)
    with pytest.raises(refusal):
        model.postpone(event(**changes), {"begins": later, "ends": later + timedelta(hours=3)}, NOW, 1)


@pytest.mark.parametrize("begins", [BEGINS, NOW - timedelta(days=1)])
def test_new_dates_are_other_ones_and_lie_ahead(begins: datetime) -> None:
    with pytest.raises(Invalid) as caught:
        model.postpone(event(), {"begins": begins, "ends": begins + timedelta(hours=3)}, NOW, 1)
    assert caught.value.details["errors"][0]["field"] == "begins"


def test_sessions_that_no_longer_fit_are_named() -> None:
    later = BEGINS + timedelta(days=7)
    with pytest.raises(Invalid) as caught:
        model.postpone(event(), {"begins": later, "ends": later + timedelta(minutes=30)}, NOW, 1)
    assert caught.value.details["errors"][0]["field"] == "sessions.0.ends"


# Co-hosts


def co_host(state: Any = "asked") -> CoHost:
    return CoHost("coh_1", "pohjois-karjala", 1, 1, state, NOW, NOW, "evt_1", "act_2")


def test_only_who_consents_is_named_and_no_longer_who_takes_it_back() -> None:
    consented = model.answer(co_host(), event(), True, NOW, 1)
    named = model.with_answer(event(), consented)
    assert named.co_hosts == ("act_2",)
    taken_back = model.answer(consented, named, False, NOW, 1)
    assert taken_back.state == "taken_back"
    assert model.with_answer(named, taken_back).co_hosts == ()


def test_regions_of_co_hosts_are_concerned_while_they_are_that_and_own_ones_always() -> None:
    both = model.with_regions(event(), ("FI1DC",), ("FI1D7", "FI1DC"))
    assert (both.regions, both.own_regions) == (("FI1D7", "FI1DC"), ("FI1DC",))
    alone = model.with_regions(both, both.own_regions, ())
    assert (alone.regions, alone.own_regions) == (("FI1DC",), ("FI1DC",))


def test_consent_can_be_taken_back_when_the_event_is_over_but_not_given() -> None:
    over = BEGINS + timedelta(days=2)
    assert model.answer(co_host("consented"), event(), False, over, 1).state == "taken_back"
    with pytest.raises(Conflict):
        model.answer(co_host(), event(), True, over, 1)


def test_a_request_that_was_withdrawn_is_not_answered_and_can_be_made_again() -> None:
    dropped = model.drop(co_host(), NOW, 1)
    for consent in (True, False):
        with pytest.raises(Conflict):
            model.answer(dropped, event(), consent, NOW, 1)
    assert model.ask_again(dropped, {}, NOW, 1).state == "asked"
    with pytest.raises(Conflict):
        model.ask_again(co_host(), {}, NOW, 1)


@given(st.lists(st.sampled_from(["ask", "yes", "no", "drop"]), max_size=12))
def test_an_event_names_its_co_host_exactly_while_it_consents(steps: list[str]) -> None:
    now, asked = event(), co_host()
    for step in steps:
        try:
            if step == "ask":
                asked = model.ask_again(asked, {}, NOW, 1)
            elif step == "drop":
                asked = model.drop(asked, NOW, 1)
            else:
                asked = model.answer(asked, now, step == "yes", NOW, 1)
        except Conflict:
            continue
        now = model.with_answer(now, asked)
        assert now.co_hosts == (("act_2",) if asked.state == "consented" else ())
