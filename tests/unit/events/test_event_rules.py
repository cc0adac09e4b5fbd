"""What an event may become, and what of it the calendar shows."""

from dataclasses import replace
from datetime import timedelta
from typing import Any

import pytest
from hypothesis import given
from hypothesis import strategies as st

from services.contracts.errors import Conflict, Invalid
from services.events import model
from services.events.model import Audience, Event, Places
from tests.unit.events.drafts import NOW, draft_at

BEGINS = NOW + timedelta(days=30)


def event(**changes: Any) -> Event:
    return draft_at(BEGINS, **changes)


@pytest.mark.parametrize(
    ("field", "changes"),
    [
        ("ends", {"ends": BEGINS}),
        ("ends", {"ends": BEGINS + timedelta(days=400)}),
        ("sign_up_closes", {"sign_up_closes": BEGINS + timedelta(days=1)}),
        ("audience.ids", {"audience": Audience("consortia", ())}),
        ("audience.ids", {"audience": Audience("public", ("con_1",))}),
        ("audience.ids", {"audience": Audience("working_group", ("wgr_1", "wgr_2"))}),
    ],
)
def test_a_draft_that_breaks_a_rule_names_the_field(field: str, changes: dict[str, Any]) -> None:
    with pytest.raises(Invalid) as caught:
        model.draft(event(**changes))
    assert caught.value.details["errors"][0]["field"] == field


def test_nothing_without_a_place_or_a_link_is_published() -> None:
    with pytest.raises(Invalid, match="place or a link"):
        model.publish(event(place=None), NOW, 1)
    assert model.publish(event(place=None, link="https://example.org/"), NOW, 1).state == "published"


def test_only_a_draft_that_lies_ahead_is_published() -> None:
    with pytest.raises(Conflict):
        model.publish(event(state="published"), NOW, 1)
    with pytest.raises(Conflict, match="over"):
        model.publish(event(), BEGINS + timedelta(days=1), 1)


def test_nothing_leads_back_from_cancelled() -> None:
    cancelled = model.cancel(event(state="published"), {"fi": "Esimerkki"}, NOW, 1)
    for attempt in (
        lambda: model.change(cancelled, {"link": "https://example.org/"}, NOW, 1),
        lambda: model.publish(cancelled, NOW, 1),
        lambda: model.cancel(cancelled, {}, NOW, 1),
    ):
        with pytest.raises(Conflict):
            attempt()


def test_a_published_event_keeps_what_readers_need() -> None:
    with pytest.raises(Invalid):
        model.change(event(state="published"), {"place": None}, NOW, 1)


def test_every_change_is_a_version_of_the_incarnation_that_made_it() -> None:
    changed = model.change(event(), {"themes": ("funding",)}, NOW, 2)
    assert (changed.version, changed.incarnation) == (2, 2)


def test_sign_up_ends_when_it_begins_or_when_its_organiser_says() -> None:
    published = event(state="published")
    assert published.takes_sign_ups(BEGINS - timedelta(seconds=1))
    assert not published.takes_sign_ups(BEGINS)
    early = replace(published, sign_up_closes=BEGINS - timedelta(days=2))
    assert not early.takes_sign_ups(BEGINS - timedelta(days=1))


def test_who_waits_is_let_in_after_sign_up_closed_but_never_once_it_has_begun() -> None:
    closed = event(state="published", sign_up_closes=BEGINS - timedelta(days=2))
    assert closed.lets_in_who_waits(BEGINS - timedelta(days=1))
    assert not closed.lets_in_who_waits(BEGINS)


@pytest.mark.parametrize(
    ("state", "audience", "kind"),
    [
        ("draft", Audience(), "hold"),
        ("draft", Audience("invited"), "hold"),
        ("published", Audience(), None),
        ("published", Audience("consortia", ("con_1",)), "busy"),
        ("published", Audience("invited"), "busy"),
        ("cancelled", Audience("invited"), None),
    ],
)
def test_a_draft_holds_its_date_and_a_restricted_event_is_busy(
    state: Any, audience: Audience, kind: str | None
) -> None:
    block = model.block_of(event(state=state, audience=audience), None)
    assert (block and block.kind) == kind


def test_a_block_says_nothing_of_who_and_what() -> None:
    block = model.block_of(event(), None)
    assert block is not None
    assert "Esimerkkiseminaari" not in repr(block)
    assert "FI1DC" not in repr(replace(block, regions=()))


@given(st.integers(1, 1000), st.integers(0, 1000))
def test_there_is_room_exactly_while_fewer_are_confirmed_than_fit(capacity: int, confirmed: int) -> None:
    places = Places("evt_1", "home", 1, 1, "counted", NOW, NOW, capacity, confirmed=confirmed)
    assert model.has_room(places) == (confirmed < capacity)
    assert model.has_room(replace(places, capacity=None))
