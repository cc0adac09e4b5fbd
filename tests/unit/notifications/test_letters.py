"""Words of mails are complete in each language; headers can't be forged; calendars come out right."""

import string
from datetime import UTC, datetime, timedelta
from email import message_from_bytes
from email.message import EmailMessage
from email.policy import SMTP
from pathlib import Path
from zoneinfo import ZoneInfo

import icalendar
import pytest
from hypothesis import given
from hypothesis import strategies as st

from services.notifications.courier.letters.calendar import calendar_of
from services.notifications.courier.letters.headers import POLICY
from services.notifications.courier.letters.words import LOCALES, TEXTS, Words, texts_of
from services.notifications.courier.letters.writer import address_of, one_line
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


ENCODED = (
    "=?utf-8?q?Esimerkki=0D=0ABcc:_x@example.org?=",
    "=?utf-8?b?RXNpbWVya2tpDQpCY2M6IHhAZXhhbXBsZS5vcmc=?=",
    "Esimerkki =?us-ascii?Q?=0ABcc:_x?=, ä",
    "==??utf-8?q?=0D=0ABcc:_x?==",
    "=\0?utf-8?q?=0D=0ABcc:_x?=",
)


@pytest.mark.parametrize("text", ENCODED)
@pytest.mark.parametrize("before", ["", "Vahvistettu: ", "x" * 190, "ö"])
def test_an_encoded_word_in_a_name_or_title_stays_text_on_the_wire(text: str, before: str) -> None:
    message = EmailMessage(policy=POLICY)
    message["To"] = address_of(before + text, "nimi@example.org")
    message["Subject"] = one_line(before + text)
    message.set_content("Esimerkki")
    head, _, _ = message.as_bytes(policy=POLICY).partition(b"\r\n\r\n")
    read = message_from_bytes(head, policy=SMTP)
    assert {"Bcc", "bcc"}.isdisjoint(read.keys())
    assert [one.addr_spec for one in read["To"].addresses] == ["nimi@example.org"]
    assert b"\nBcc" not in head
    assert len(read.keys()) == len(message.keys())


def test_an_encoded_word_is_no_address() -> None:
    with pytest.raises(ValueError, match="address"):
        address_of("Esimerkki", "=?utf-8?q?=0D=0ABcc=3A_x?=@example.org")


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
