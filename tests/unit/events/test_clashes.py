"""The rule of clashes, days as people count them, days off, and dates that are proposed."""

from dataclasses import replace
from datetime import UTC, date, datetime, time, timedelta
from typing import Any
from zoneinfo import ZoneInfo

import pytest
from hypothesis import assume, given
from hypothesis import strategies as st

from services.contracts.vocabularies import HOLIDAY_PERIODS
from services.events.days_off import days_off
from services.events.model import name_key, venue_key
from services.events.model.clash import (
    FARTHEST,
    Clash,
    Occupied,
    candidates,
    clash,
    day_span,
    local_day,
    off_on,
    rank,
)

HELSINKI = ZoneInfo("Europe/Helsinki")
SPRING, AUTUMN = date(2027, 3, 28), date(2027, 10, 31)
"""The days on which clocks change in 2027."""


def at(text: str, zone: str = "Europe/Helsinki") -> datetime:
    """A local time in UTC."""
    return datetime.fromisoformat(text).replace(tzinfo=ZoneInfo(zone)).astimezone(UTC)


def occupied(begins: str, ends: str, zone: str = "Europe/Helsinki", **rest: Any) -> Occupied:
    first, last = day_span(at(begins, zone), at(ends, zone), zone)
    return Occupied("pohjois-karjala", "evt_a", at(begins, zone), at(ends, zone), first, last, **rest)


MORNING = occupied("2027-05-10T09:00", "2027-05-10T12:00")
AFTERNOON = occupied("2027-05-10T13:00", "2027-05-10T16:00")
LATE_MORNING = occupied("2027-05-10T11:00", "2027-05-10T14:00")
TWO_DAYS_ON = occupied("2027-05-12T09:00", "2027-05-12T12:00")


def said(found: Clash | None) -> tuple[str, list[str]] | None:
    return None if found is None else (found.severity, [reason.what for reason in found.reasons])


@pytest.mark.parametrize(
    ("shared", "what"),
    [
        ({"venue": "esimerkkitalo|"}, "venue"),
        ({"speakers": (("esimerkki puhuja", None),)}, "speaker"),
        ({"hosts": ("organisation:act_1",)}, "host"),
        ({"audience": "working_group", "groups": ("wgr_1",)}, "working_group"),
    ],
)
def test_what_can_be_at_one_place_only_clashes_hard_while_times_overlap(shared: dict[str, Any], what: str) -> None:
    found = said(clash(replace(MORNING, **shared), replace(LATE_MORNING, **shared)))
    assert found is not None
    assert found[0] == "hard"
    assert what in found[1]
    later = said(clash(replace(MORNING, **shared), replace(AFTERNOON, **shared)))
    assert later is None or later[0] != "hard"


def test_what_ends_as_another_begins_does_not_overlap() -> None:
    next_one = occupied("2027-05-10T12:00", "2027-05-10T15:00", venue="esimerkkitalo|")
    assert clash(replace(MORNING, venue="esimerkkitalo|"), next_one) is None


ALIKE: dict[str, Any] = {"themes": ("funding",), "audience": "public", "regions": ("FI1DC",)}


def test_theme_and_audience_on_one_day_clash_strongly_and_two_days_later_weakly() -> None:
    assert said(clash(replace(MORNING, **ALIKE), replace(AFTERNOON, **ALIKE))) == ("strong", ["theme", "audience"])
    assert said(clash(replace(MORNING, **ALIKE), replace(TWO_DAYS_ON, **ALIKE))) == ("weak", ["theme", "audience"])


def test_theme_alone_clashes_weakly_even_at_the_same_time() -> None:
    elsewhere = replace(MORNING, themes=("funding",), audience="public", regions=("FI1D7",))
    assert said(clash(replace(MORNING, **ALIKE), elsewhere)) == ("weak", ["theme"])


def test_a_block_has_the_audience_of_its_regions_for_who_cannot_know_better() -> None:
    block = replace(AFTERNOON, themes=("funding",), regions=("FI1DC",))
    assert said(clash(replace(MORNING, **ALIKE), block)) == ("strong", ["theme", "audience"])


@pytest.mark.parametrize(
    ("one", "other", "shared"),
    [
        ({"audience": "consortia", "consortia": ("con_1",)}, {"audience": "consortia", "consortia": ("con_1",)}, True),
        ({"audience": "consortia", "consortia": ("con_1",)}, {"audience": "consortia", "consortia": ("con_2",)}, False),
        (
            {"audience": "consortia", "consortia": ("con_1",)},
            {"audience": "working_group", "groups": ("wgr_1",), "within": "con_1"},
            True,
        ),
        (
            {"audience": "working_group", "groups": ("wgr_1",), "within": "con_1"},
            {"audience": "working_group", "groups": ("wgr_2",), "within": "con_1"},
            False,
        ),
        ({"audience": "invited"}, {"audience": "invited"}, False),
        ({"audience": "invited"}, {"audience": "public"}, True),
    ],
)
def test_who_shares_an_audience(one: dict[str, Any], other: dict[str, Any], shared: bool) -> None:
    mine, yours = (replace(MORNING, regions=("FI1DC",), **audience) for audience in (one, other))
    assert (clash(mine, yours) is not None) is shared


def test_one_name_of_two_organisations_is_two_speakers() -> None:
    one, other, unknown = (replace(MORNING, speakers=(("esimerkki", of),)) for of in ("act_1", "act_2", None))
    assert clash(one, other) is None
    assert said(clash(one, unknown)) == ("hard", ["speaker"])


def test_spellings_of_one_venue_and_of_one_name_are_the_same() -> None:
    assert venue_key("Esimerkkitalo, sali A", "Kauppakatu 1,  Joensuu") == venue_key(
        "ESIMERKKITALO sali A", "kauppakatu 1 joensuu"
    )
    assert venue_key("", "Kauppakatu 1") == ""
    assert name_key("Maija  ESIMERKKI-Malli") == name_key("maija esimerkki malli")


# For whatever two events

ZONES = ("Europe/Helsinki", "Europe/Lisbon", "Europe/Athens", "Europe/Madrid")
hours = st.integers(-24 * 6, 24 * 6)


@st.composite
def anything(draw: st.DrawFn, around: date = SPRING) -> Occupied:
    """Something around a clock change, with few values, so that two of them share often."""
    zone = draw(st.sampled_from(ZONES))
    noon = datetime(around.year, around.month, around.day, 12, tzinfo=UTC)
    begins = noon + timedelta(hours=draw(hours), minutes=draw(st.sampled_from((0, 30))))
    ends = begins + timedelta(minutes=draw(st.sampled_from((30, 180, 1_440, 3_000))))
    first, last = day_span(begins, ends, zone)
    some = st.lists(st.sampled_from("ab"), unique=True, max_size=2).map(tuple)
    audience: Any = draw(st.sampled_from(("public", "unknown", "consortia", "working_group", "invited")))
    return Occupied(
        home="h",
        id=draw(st.sampled_from("123")),
        begins=begins,
        ends=ends,
        first=first,
        last=last,
        hosts=draw(some),
        venue=draw(st.sampled_from(("", "a", "b"))),
        speakers=tuple((name, draw(st.sampled_from((None, "x", "y")))) for name in draw(some)),
        themes=draw(some),
        regions=draw(some),
        audience=audience,
        groups=draw(some) if audience == "working_group" else (),
        consortia=draw(some) if audience == "consortia" else (),
        within=draw(st.sampled_from((None, "a"))) if audience == "working_group" else None,
    )


@given(st.sampled_from((SPRING, AUTUMN)).flatmap(lambda day: st.tuples(anything(day), anything(day))))
def test_a_clash_is_the_same_from_either_side(pair: tuple[Occupied, Occupied]) -> None:
    assert clash(*pair) == clash(*reversed(pair))


@given(st.sampled_from((SPRING, AUTUMN)).flatmap(lambda day: st.tuples(anything(day), anything(day))))
def test_nothing_clashes_over_more_than_three_days_and_only_what_overlaps_clashes_hard(
    pair: tuple[Occupied, Occupied],
) -> None:
    one, other = pair
    found = clash(one, other)
    assume(found is not None)
    assert found is not None
    assert found.days <= FARTHEST
    assert max(other.first - one.last, one.first - other.last) <= FARTHEST
    assert found.severity != "hard" or (one.begins < other.ends and other.begins < one.ends)
    if found.severity == "strong":
        assert found.days == 0 or found.overlaps


@given(anything(), st.integers(FARTHEST + 1, 300))
def test_what_lies_farther_apart_never_clashes(one: Occupied, days: int) -> None:
    away = one.last - one.first + days
    moved = replace(
        one,
        first=one.first + away,
        last=one.last + away,
        begins=one.begins + timedelta(days=away),
        ends=one.ends + timedelta(days=away),
    )
    assert clash(one, moved) is None


# Days


@pytest.mark.parametrize("day", [SPRING, AUTUMN])
def test_days_are_those_of_the_zone_on_the_day_of_a_clock_change(day: date) -> None:
    midnight = datetime.combine(day, time(), HELSINKI).astimezone(UTC)
    next_midnight = datetime.combine(day + timedelta(days=1), time(), HELSINKI).astimezone(UTC)
    assert next_midnight - midnight == timedelta(hours=23 if day == SPRING else 25)
    assert day_span(midnight, next_midnight, "Europe/Helsinki") == (day.toordinal(), day.toordinal())
    assert local_day(midnight - timedelta(microseconds=1), "Europe/Helsinki") == day.toordinal() - 1
    assert local_day(next_midnight, "Europe/Helsinki") == day.toordinal() + 1


def test_an_evening_in_helsinki_is_the_same_day_in_lisbon_though_it_is_late() -> None:
    late = occupied("2027-05-10T23:30", "2027-05-11T00:30")
    assert (late.first, late.last) == (date(2027, 5, 10).toordinal(), date(2027, 5, 11).toordinal())
    lisbon = occupied("2027-05-10T21:30", "2027-05-10T22:30", "Europe/Lisbon")
    assert lisbon.begins == late.begins
    assert lisbon.first == lisbon.last == late.first


@pytest.mark.parametrize("day", [SPRING, AUTUMN])
def test_proposed_dates_keep_the_clock_on_the_wall_over_a_clock_change(day: date) -> None:
    around = list(
        candidates(
            day - timedelta(days=1),
            day + timedelta(days=1),
            time(9),
            timedelta(hours=7),
            range(1, 8),
            "Europe/Helsinki",
        )
    )
    assert len(around) == 3
    for found in around:
        assert found.begins.astimezone(HELSINKI).time() == time(9)
        assert found.ends.astimezone(HELSINKI).time() == time(16)
        assert found.first == found.last == found.begins.astimezone(HELSINKI).toordinal()


def test_dates_are_proposed_on_allowed_weekdays_alone() -> None:
    monday = date(2027, 5, 10)
    two_days = timedelta(hours=32)
    found = list(candidates(monday, monday + timedelta(days=13), time(9), two_days, (1, 2, 3), "Europe/Helsinki"))
    assert [date.fromordinal(one.first).isoweekday() for one in found] == [1, 2, 1, 2]
    assert all(one.last == one.first + 1 for one in found)


def test_one_hard_clash_weighs_more_than_any_number_of_others() -> None:
    assert rank(["weak"] * 50) < rank(["strong"]) < rank(["hard"])


# Days off


def names(region: str, first: date, last: date) -> list[str]:
    found = days_off([region], first.toordinal(), last.toordinal())
    return [off.name["fi"] for off in off_on(first.toordinal(), last.toordinal(), found)]


def test_finnish_holidays_are_those_of_finnish_regions() -> None:
    independence = date(2027, 12, 6)
    assert names("FI1DC", independence, independence) == ["Itsenäisyyspäivä"]
    assert names("ES120", independence, independence) != ["Itsenäisyyspäivä"]
    assert names("ZZ999", independence, independence) == []


def test_a_holiday_says_its_name_in_three_languages() -> None:
    midsummer = date(2027, 6, 26)
    found = days_off(["FI1DC", "FI1D7"], midsummer.toordinal(), midsummer.toordinal())
    assert [(off.kind, off.regions) for off in found] == [("holiday", ("FI1D7", "FI1DC"))]
    assert found[0].name == {"fi": "Juhannuspäivä", "sv": "Midsommardagen", "en": "Midsummer Day"}


@pytest.mark.parametrize(
    ("region", "day", "expected"),
    [
        ("FI1DC", date(2027, 3, 8), ["Koulujen talviloma"]),  # week 10
        ("FI1D5", date(2027, 3, 8), []),
        ("FI1D5", date(2027, 3, 1), ["Koulujen talviloma"]),  # week 9
        ("FI1D7", date(2027, 7, 15), ["Heinäkuun lomakausi"]),
        ("ES120", date(2027, 7, 15), []),
        ("FI1D8", date(2027, 1, 5), ["Joulun aika"]),
        ("FI1D8", date(2027, 1, 7), []),
    ],
)
def test_holiday_periods_hold_in_their_regions_and_weeks(region: str, day: date, expected: list[str]) -> None:
    assert names(region, day, day) == expected


def test_every_holiday_period_has_its_words() -> None:
    assert all(set(period.names) == {"fi", "sv", "en"} for period in HOLIDAY_PERIODS.values())


@given(anything())
def test_a_day_off_counts_on_the_days_of_the_event_alone(one: Occupied) -> None:
    for off in off_on(one.first, one.last, days_off(["FI1DC"], one.first - 20, one.last + 20)):
        assert off.first <= one.last
        assert one.first <= off.last
