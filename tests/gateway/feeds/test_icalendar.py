"""Calendars as a calendar program reads them."""

from datetime import UTC, datetime, timedelta
from pathlib import Path
from zoneinfo import ZoneInfo

import pytest
from icalendar import Calendar

from gateway.feeds import icalendar, timezones
from gateway.read_model.filters import Filter
from gateway.read_model.projection import Projection
from gateway.read_model.reader import Reader
from services.contracts import identifiers
from services.contracts.envelope import Fact
from tests.gateway.read_model import samples

HELSINKI = ZoneInfo("Europe/Helsinki")
EVENT = identifiers.new_id(identifiers.EVENT)


def calendar_of(folder: Path, *facts: Fact, language: str = "fi") -> tuple[Calendar, bytes]:
    projection = Projection(folder, languages=("fi", "sv", "en"), public_url="https://malmi.example")
    projection.apply([samples.taken(fact) for fact in facts])
    reader = Reader(folder)
    body = icalendar.join(reader.calendar(Filter("event"), language, 100), "Pohjois-Karjala: Tapahtumat")
    reader.close()
    projection.close()
    parsed = Calendar.from_ical(body)
    assert isinstance(parsed, Calendar)
    return parsed, body


@pytest.mark.parametrize(
    ("begins", "ends", "wall"),
    [
        # 28.3.2027, 03:00 EET becomes 04:00 EEST
        (datetime(2027, 3, 28, 0, 30, tzinfo=UTC), datetime(2027, 3, 28, 1, 30, tzinfo=UTC), ("02:30", "04:30")),
        (datetime(2027, 3, 27, 10, tzinfo=UTC), datetime(2027, 3, 28, 10, tzinfo=UTC), ("12:00", "13:00")),
        # 31.10.2027, 04:00 EEST becomes 03:00 EET
        (datetime(2027, 10, 30, 9, tzinfo=UTC), datetime(2027, 10, 31, 10, tzinfo=UTC), ("12:00", "12:00")),
        (datetime(2027, 10, 31, 0, 30, tzinfo=UTC), datetime(2027, 10, 31, 2, 30, tzinfo=UTC), ("03:30", "04:30")),
    ],
    ids=["into summer, within the hour", "into summer, over the night", "out of it, over the night", "out of it"],
)
def test_times_are_right_over_both_clock_changes(
    tmp_path: Path, begins: datetime, ends: datetime, wall: tuple[str, str]
) -> None:
    calendar, _ = calendar_of(tmp_path, samples.event(EVENT, begins=begins, ends=ends))
    (event,) = calendar.walk("VEVENT")
    start, end = event["DTSTART"], event["DTEND"]
    assert start.params["TZID"] == end.params["TZID"] == "Europe/Helsinki"
    assert (start.dt.strftime("%H:%M"), end.dt.strftime("%H:%M")) == wall
    assert start.dt.astimezone(UTC) == begins
    assert end.dt.astimezone(UTC) == ends


@pytest.mark.parametrize("name", ["Europe/Helsinki", "Europe/Lisbon", "Europe/Athens", "Europe/Madrid"])
def test_the_time_zone_that_goes_along_has_the_offsets_of_the_zone_itself(name: str) -> None:
    """A program that knows no zone database has only the VTIMEZONE to go by: read as RFC 5545 3.6.5 says."""
    parsed = Calendar.from_ical(b"BEGIN:VCALENDAR\r\n" + timezones.render(name) + b"END:VCALENDAR\r\n")
    observances = [part for part in parsed.walk() if part.name in ("STANDARD", "DAYLIGHT")]
    assert len(observances) == 2
    moment = datetime(2027, 1, 1, tzinfo=UTC)
    while moment.year == 2027:
        assert offset_by(observances, moment) == moment.astimezone(ZoneInfo(name)).utcoffset(), moment
        moment += timedelta(minutes=30)


def offset_by(observances: list[object], moment: datetime) -> timedelta:
    """The offset of the observance whose last onset is the newest. An onset is a local time in TZOFFSETFROM."""
    onsets = []
    for part in observances:
        before, after = part["TZOFFSETFROM"].td, part["TZOFFSETTO"].td  # type: ignore[index]
        first, rule = part["DTSTART"].dt, part["RRULE"]  # type: ignore[index]
        (month,), (byday,) = rule["BYMONTH"], rule["BYDAY"]
        assert str(byday) == "-1SU"
        assert int(month) in (3, 10)
        for year in (2026, 2027):
            day = datetime(year, int(month), 31)  # noqa: DTZ001 - local time
            while day.weekday() != 6:
                day -= timedelta(days=1)
            onset = day.replace(hour=first.hour, minute=first.minute) - before
            onsets.append((onset, after))
    passed = [entry for entry in onsets if entry[0] <= moment.replace(tzinfo=None)]
    return max(passed)[1]


def test_zones_without_clock_changes_or_with_irregular_ones_are_there_too() -> None:
    kolkata, casablanca = timezones.render("Asia/Kolkata"), timezones.render("Africa/Casablanca")
    assert b"TZOFFSETTO:+0530" in kolkata
    assert b"RDATE:" in casablanca
    assert b"RRULE" not in casablanca
    assert timezones.render("UTC") == b""


def test_an_event_has_what_calendar_programs_need_to_keep_it_up_to_date(tmp_path: Path) -> None:
    calendar, body = calendar_of(tmp_path, samples.event(EVENT, version=3, state="cancelled"))
    (event,) = calendar.walk("VEVENT")
    assert event["UID"] == f"{EVENT}@pohjois-karjala"
    assert event["SEQUENCE"] == 3
    assert event["STATUS"] == "CANCELLED"
    assert event["URL"] == f"https://malmi.example/fi/events/{EVENT}"
    assert event["DTSTAMP"].dt == event["LAST-MODIFIED"].dt == samples.START + timedelta(minutes=3)
    assert [str(category) for category in event["CATEGORIES"].cats] == ["Vesi ja ympäristö"]
    assert event["LOCATION"] == "Tiedepuisto, Länsikatu 15, Joensuu"
    assert calendar["X-WR-CALNAME"] == "Pohjois-Karjala: Tapahtumat"
    assert b"REFRESH-INTERVAL;VALUE=DURATION:PT1H\r\n" in body
    assert "METHOD" not in calendar
    assert all(len(line) <= 75 for line in body.split(b"\r\n"))
    assert b"\n" not in body.replace(b"\r\n", b"")


def test_sequence_rises_when_a_home_was_restored_from_a_backup(tmp_path: Path) -> None:
    before, _ = calendar_of(tmp_path / "one", samples.event(EVENT, version=900))
    after, _ = calendar_of(tmp_path / "other", samples.event(EVENT, version=3, incarnation=2))
    (old,), (new,) = before.walk("VEVENT"), after.walk("VEVENT")
    assert new["SEQUENCE"] > old["SEQUENCE"]


@pytest.mark.parametrize(
    ("language", "title", "theme"),
    [
        ("fi", "Kaivosvesiseminaari (esimerkki)", "Vesi ja ympäristö"),
        ("sv", "Kaivosvesiseminaari (esimerkki)", "Vatten och miljö"),
        ("en", "Mine water seminar (example)", "Water and environment"),
        ("se", "Kaivosvesiseminaari (esimerkki)", "Vesi ja ympäristö"),
    ],
)
def test_texts_come_in_the_language_asked_for_or_the_next_there_is(
    tmp_path: Path, language: str, title: str, theme: str
) -> None:
    calendar, _ = calendar_of(tmp_path, samples.event(EVENT), language=language)
    (event,) = calendar.walk("VEVENT")
    assert event["SUMMARY"] == title
    assert [str(category) for category in event["CATEGORIES"].cats] == [theme]


def test_texts_cannot_break_out_of_their_line(tmp_path: Path) -> None:
    title = {"fi": "A; B, C\\D\nEND:VEVENT\r\nX-EVIL:1 (esimerkki) " + "ä" * 200}
    calendar, body = calendar_of(tmp_path, samples.event(EVENT, title=title))
    (event,) = calendar.walk("VEVENT")
    assert "X-EVIL" not in event
    assert event["SUMMARY"].replace("\r\n", "\n") == title["fi"].replace("\r\n", "\n")
    assert all(len(line) <= 75 for line in body.split(b"\r\n"))


def test_each_zone_goes_along_once(tmp_path: Path) -> None:
    ids = [identifiers.new_id(identifiers.EVENT) for _ in range(3)]
    calendar, _ = calendar_of(
        tmp_path,
        samples.event(ids[0]),
        samples.event(ids[1]),
        samples.event(ids[2], time_zone="Europe/Lisbon"),
    )
    assert sorted(str(zone["TZID"]) for zone in calendar.walk("VTIMEZONE")) == ["Europe/Helsinki", "Europe/Lisbon"]
    assert len(calendar.walk("VEVENT")) == 3
