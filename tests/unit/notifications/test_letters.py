"""Words of mails are complete in each language; headers can't be forged; calendars come out right."""

import string
from datetime import UTC, datetime, timedelta
from pathlib import Path
from zoneinfo import ZoneInfo

import icalendar
import pytest
from hypothesis import given
from hypothesis import strategies as st

from services.notifications.courier.letters.calendar import calendar_of
from services.notifications.courier.letters.words import LOCALES, TEXTS, Words, texts_of
from services.notifications.courier.letters.writer import one_line
from services.notifications.courier.post import MailServer
from services.notifications.model import Age, Edition, Subject

pytestmark = pytest.mark.quick


def _fields(text: str) -> set[str]:
    return {name for _, name, _, _ in string.Formatter().parse(text) if name}


def test_every_language_has_every_text_with_the_same_values() -> None:
    assert {path.stem for path in Path(TEXTS).glob("*.toml")} == set(LOCALES)
    first = texts_of("fi")
    for language in LOCALES:
        texts = texts_of(language)
        assert texts.keys() == first.keys(), language
        assert all(text.strip() for text in texts.values()), language
        assert {name: _fields(text) for name, text in texts.items()} == {
            name: _fields(text) for name, text in first.items()
        }, language


def test_a_language_without_texts_falls_back_in_the_nodes_order() -> None:
    assert Words("se", ("sv", "fi")).language == "sv"
    assert Words("se", ("se",)).language == "fi"
    assert Words("se", ("sv", "fi")).of({"se": "Davvi", "sv": "Nord"}) == "Davvi"
    assert Words("en", ("fi",)).of({"sv": "Nord"}) == "Nord"
    assert Words("en", ("fi",)).of(None) == ""


@given(st.text())
def test_no_text_breaks_out_of_a_header(text: str) -> None:
    line = one_line(text)
    assert len(line) <= 200
    assert len(line.splitlines()) <= 1
    assert not set("\r\n\0") & set(line)


def test_times_are_written_as_each_language_writes_them() -> None:
    begins = datetime(2027, 3, 29, 6, tzinfo=UTC)
    ends = begins + timedelta(hours=2)
    zone = "Europe/Helsinki"
    assert Words("fi", ()).period(begins, ends, zone).startswith("maanantai 29. maaliskuuta 2027 klo 9.00–11.00")
    assert Words("sv", ()).period(begins, ends, zone).startswith("måndag 29 mars 2027 kl. 09:00–11:00")
    assert "29 March 2027, 09:00–11:00" in Words("en", ()).period(begins, ends, zone)


@pytest.mark.parametrize(
    "begins",
    [
        datetime(2027, 3, 27, 20, tzinfo=UTC),
        datetime(2027, 3, 28, 3, tzinfo=UTC),
        datetime(2027, 10, 30, 22, tzinfo=UTC),
        datetime(2027, 10, 31, 2, tzinfo=UTC),
        datetime(2027, 7, 1, 9, tzinfo=UTC),
    ],
)
@pytest.mark.parametrize("zone", ["Europe/Helsinki", "Europe/Lisbon", "Africa/Lagos"])
def test_an_event_over_a_change_of_clocks_comes_out_right(begins: datetime, zone: str) -> None:
    ends = begins + timedelta(hours=10)
    data = {
        "id": "evt_1",
        "home": "pk",
        "title": {"fi": "Esimerkki"},
        "begins": begins,
        "ends": ends,
        "time_zone": zone,
    }
    edition = Edition("e", "pk/evt_1", "event", Age(1, 4), "published", True, Subject(), data, "{}", begins)
    calendar = icalendar.Calendar.from_ical(calendar_of(edition, Words("fi", ()), "PUBLISH", None))
    (entry,) = calendar.walk("VEVENT")
    assert entry.decoded("dtstart").astimezone(UTC) == begins
    assert entry.decoded("dtend").astimezone(UTC) == ends
    (timezone,) = calendar.walk("VTIMEZONE")
    for moment in (begins, ends):
        assert _offset_by(timezone, moment) == moment.astimezone(ZoneInfo(zone)).utcoffset()


def _offset_by(timezone: icalendar.Component, moment: datetime) -> timedelta:
    """The offset that a reader of the VTIMEZONE alone finds for a moment."""
    onsets = sorted(
        (
            (part.decoded("dtstart").replace(tzinfo=UTC) - part.decoded("tzoffsetfrom"), part.decoded("tzoffsetto"))
            for part in timezone.subcomponents
        ),
        key=lambda onset: onset[0],
    )
    found: timedelta = [offset for begins, offset in onsets if begins <= moment][-1]
    return found


def test_the_mail_servers_address_says_how_to_speak_to_it() -> None:
    assert MailServer.parse("smtp://127.0.0.1:2525") == MailServer("127.0.0.1", 2525, "none", None, None)
    secure = MailServer.parse("smtp+starttls://malmi:p%40ss@mail.example.org")
    assert secure == MailServer("mail.example.org", 587, "start", "malmi", "p@ss")
    assert MailServer.parse("smtps://mail.example.org").port == 465
    with pytest.raises(ValueError, match="SMTP_URI"):
        MailServer.parse("http://mail.example.org")
