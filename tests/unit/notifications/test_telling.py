"""Telling is a difference: what is told, given what was told before."""

from dataclasses import replace
from datetime import UTC, datetime, timedelta
from typing import Any

import pytest
from hypothesis import given
from hypothesis import strategies as st

from services.notifications.model import Age, Edition, Recipient, Subject, Telling, Told, decide, difference, merge

pytestmark = pytest.mark.quick

NOW = datetime(2026, 11, 22, 12, tzinfo=UTC)
BEGINS = NOW + timedelta(days=10)
EVENT = {
    "title": {"fi": "Esimerkki"},
    "begins": BEGINS,
    "ends": BEGINS + timedelta(hours=2),
    "time_zone": "Europe/Helsinki",
    "place": {"name": "Outokumpu"},
    "link": None,
}
READER = Recipient("sub_1", "mail", wants=True, wanted_before=True, admitted=True, since=NOW - timedelta(days=30))


def edition(version: int = 1, state: str = "published", **changes: Any) -> Edition:
    data = {**EVENT, **changes}
    age = Age(1, version)
    return Edition(f"pk/evt_1/1.{version}", "pk/evt_1", "event", age, state, True, Subject(), data, "{}", NOW)


def told(of: Edition, **changes: Any) -> Told:
    known = Told("sub_1/pk/evt_1", "pk/evt_1", "sub_1", of.id, of.age, of.state, NOW)
    return replace(known, **changes)


def what(now: Edition, before: Edition | None = None, recipient: Recipient = READER) -> Telling | None:
    known = None if before is None else told(before)
    return decide(now, NOW - timedelta(days=1), known, before, recipient, NOW)


def test_a_new_event_is_told_to_who_wants_it() -> None:
    assert what(edition()) == Telling("event.published", "pk/evt_1/1.1")
    assert what(edition(), recipient=replace(READER, wants=False)) is None
    assert what(edition(), recipient=replace(READER, admitted=False)) is None


def test_who_was_told_this_edition_or_a_newer_one_is_told_nothing() -> None:
    assert what(edition(2), edition(2)) is None
    assert what(edition(2, place=None), edition(3)) is None


def test_a_restored_home_is_newer_whatever_its_version() -> None:
    restored = replace(edition(1, link="https://example.org/a"), age=Age(2, 1))
    assert what(restored, edition(9)) == Telling("event.changed", restored.id, "pk/evt_1/1.9")


def test_only_what_matters_is_a_change() -> None:
    assert what(edition(2, place={"name": "Lieksa"}), edition(1)) is not None
    assert what(edition(2, capacity=9, description={"fi": "x"}), edition(1)) is None
    assert what(edition(2, title={"fi": "Esimerkki", "en": "Example"}), edition(1)) is None


def test_a_cancellation_is_told_to_all_who_were_told_once() -> None:
    gone = edition(2, state="cancelled")
    stranger = replace(READER, wants=False, since=NOW + timedelta(hours=1))
    assert what(gone, edition(1), stranger) == Telling("event.cancelled", gone.id, "pk/evt_1/1.1")
    assert what(edition(3, state="cancelled"), gone) is None
    assert what(gone) is None, "who never heard of it need not hear of its end"


def test_a_cancellation_shows_an_outsider_only_what_they_knew() -> None:
    gone, outsider = edition(2, state="cancelled", place={"name": "Secret"}), replace(READER, admitted=False)
    telling = what(gone, edition(1), outsider)
    assert telling is not None
    assert telling.edition == "pk/evt_1/1.1"


def test_a_change_is_not_told_to_who_is_no_longer_admitted_or_no_longer_wants_it() -> None:
    moved = edition(2, place={"name": "Lieksa"})
    assert what(moved, edition(1), replace(READER, admitted=False)) is None
    other_wishes = replace(READER, wants=False, since=NOW + timedelta(minutes=1))
    assert what(moved, edition(1), other_wishes) is None
    assert what(moved, edition(1), replace(READER, wants=False)) is not None, "the event moved, not the reader"


def test_what_stood_there_before_one_subscribed_is_told_only_when_it_comes_to_match() -> None:
    late = replace(READER, since=NOW)
    assert what(edition(2), recipient=late) is None
    assert what(edition(2), recipient=replace(late, wanted_before=False)) is not None


@given(st.timedeltas(timedelta(0), timedelta(days=400)))
def test_nothing_is_told_of_what_is_over(ago: timedelta) -> None:
    ends = NOW - ago
    assert what(edition(2, state="cancelled", ends=ends), edition(1)) is None
    assert what(edition(1, ends=ends)) is None


@given(st.dictionaries(st.sampled_from(["title", "place", "link", "begins"]), st.just(None)))
def test_there_is_no_difference_to_oneself(changes: dict[str, None]) -> None:
    data = {**EVENT, **changes}
    assert difference("event", data, dict(data)) == ()


def test_mails_that_wait_become_one() -> None:
    published, changed = Telling("event.published", "e1"), Telling("event.changed", "e2", "e1")
    cancelled = Telling("event.cancelled", "e3", "e2")
    assert merge(None, changed, True) == changed
    assert merge(published, changed, True) == Telling("event.published", "e2")
    assert merge(published, cancelled, True) is None
    assert merge(changed, Telling("event.changed", "e3", "e2"), True) == Telling("event.changed", "e3", "e1")
    assert merge(changed, Telling("event.changed", "e3", "e2"), False) is None, "it is again as it was"
    assert merge(changed, cancelled, True) == Telling("event.cancelled", "e3", "e1")
