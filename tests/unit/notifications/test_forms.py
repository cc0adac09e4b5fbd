"""A mail is set once for all who get the same; each reader's own is filled in, and nothing of another's."""

import json
import re
from dataclasses import replace
from datetime import UTC, datetime, timedelta
from email import message_from_bytes, policy
from email.headerregistry import Address
from email.message import EmailMessage
from html import unescape
from typing import Any

import icalendar
import pytest
from hypothesis import given
from hypothesis import strategies as st

from services.contracts import identifiers
from services.notifications.courier.letters import Writer
from services.notifications.courier.letters.form import to_line
from services.notifications.courier.letters.writer import one_line
from services.notifications.courier.recipients import Addressee
from services.notifications.model import Age, Delivery, Edition, Subject
from services.runtime.settings import Settings
from tests.harness.mailserver import calendar_of, html_of, text_of

pytestmark = pytest.mark.quick

NOW = datetime(2026, 11, 22, 9, tzinfo=UTC)
DATA = {
    "id": "evt_1",
    "home": "pohjois-karjala",
    "title": {"fi": "Esimerkkiseminaari särmistä = öljystä", "en": "Example"},
    "summary": {"fi": "Esimerkki.\n\n.piste rivin alussa\n\n" + "pitkä rivi jatkuu " * 20},
    "begins": NOW + timedelta(days=9),
    "ends": NOW + timedelta(days=9, hours=3),
    "time_zone": "Europe/Helsinki",
    "place": {"name": "Outokumpu", "address": ""},
}
EVENT = Edition("pk/evt_1/1.1", "pk/evt_1", "event", Age(1, 1), "published", True, Subject(), DATA, "{}", NOW)
WRITER = Writer(
    Settings.from_environment(
        {
            "MALMI_PART": "courier",
            "MALMI_NODE": "pohjois-karjala",
            "MALMI_NODE_NAME": json.dumps({"fi": "Pohjois-Karjalan äärimmäinen verkosto"}),
            "MALMI_REGIONS": "FI1DC",
            "MALMI_SECRET": "ab" * 32,
            "MAIL_FROM": "malmi@example.org",
            "AMQP_URI": "amqp://127.0.0.1",
        }
    )
)


def _delivery(purpose: str = "event.published", reference: str = "sub_1", **changes: Any) -> Delivery:
    made = identifiers.new_id(identifiers.DELIVERY)
    first = Delivery(made, "mail", "bulk", reference, purpose, "waiting", NOW, NOW, "c", EVENT.record, EVENT.id)
    return replace(first, **changes)


def _written(delivery: Delivery, addressee: Addressee, edition: Edition = EVENT) -> tuple[bytes, EmailMessage]:
    raw = WRITER.write(delivery, addressee, edition, None).content
    message = message_from_bytes(raw, policy=policy.default)
    assert isinstance(message, EmailMessage)
    return raw, message


def _longest_of_body(raw: bytes) -> int:
    """The contents of a quoted-printable part have at most 76 to a line (RFC 2045, 6.7)."""
    return max(map(len, raw.partition(b"\r\n\r\n")[2].split(b"\r\n")))


def _token(number: int) -> str:
    return f"sub_{number:026d}.{'Ab-_' * 8}"


def test_each_subscriber_has_their_own_links_address_and_id_and_nobody_elses() -> None:
    for number in range(3):
        delivery = _delivery()
        raw, mail = _written(delivery, Addressee(f"tilaaja-{number}@example.org", "", "fi", token=_token(number)))
        assert mail["to"] == f"tilaaja-{number}@example.org"
        assert mail["message-id"] == f"<{delivery.id}@example.org>"
        assert mail["list-unsubscribe"] == f"<http://127.0.0.1:8080/fi/unsubscribe/{_token(number)}>"
        for shown in (text_of(mail), html_of(mail)):
            assert set(re.findall(r"sub_\d+\.[\w-]+", shown)) == {_token(number)}
        assert b"invalid" not in raw
        assert _longest_of_body(raw) <= 76
        assert b"\n" not in raw.replace(b"\r\n", b"")
        raw.decode("ascii")


@given(st.text(max_size=300), st.sampled_from(["fi", "sv", "en"]))
def test_any_name_is_read_as_it_is_and_is_never_markup_or_a_header(name: str, language: str) -> None:
    reader = Addressee("osallistuja@example.org", name, language, link="/fi/sign-up/sgn_1.x", says={})
    raw, mail = _written(_delivery("event.cancelled", "sgn_1"), reader)
    shown = one_line(name)
    assert [str(address.addr_spec) for address in mail["to"].addresses] == ["osallistuja@example.org"]
    assert shown in text_of(mail)
    assert shown in unescape(html_of(mail))
    assert "<script" not in html_of(mail)
    assert _longest_of_body(raw) <= 76
    assert len(mail.keys()) == len(set(mail.keys()))


def test_a_name_that_is_markup_is_shown_and_does_nothing() -> None:
    reader = Addressee("osallistuja@example.org", '<script>alert(1)</script> & "Oy"', "fi", link="/x")
    _, mail = _written(_delivery("event.changed", "sgn_1"), reader)
    assert "&lt;script&gt;alert(1)&lt;/script&gt; &amp; &quot;Oy&quot;" in html_of(mail)


def test_what_says_something_else_is_set_anew() -> None:
    base = _delivery("sign_up.waitlisted", "sgn_1")
    reader = Addressee("o@example.org", "Esimerkki", "fi", link="/l", says={"sign_up": {"state": "waiting"}})
    third = replace(reader, says={"sign_up": {"state": "waiting", "position": 3}})
    other = replace(EVENT, id="pk/evt_1/1.2", data={**DATA, "title": {"fi": "Toinen esimerkki"}})
    subjects = {
        str(_written(base, reader)[1]["subject"]),
        str(_written(replace(base, purpose="sign_up.confirmed"), reader)[1]["subject"]),
        str(_written(base, replace(reader, language="sv"))[1]["subject"]),
        str(_written(replace(base, edition=other.id), reader, other)[1]["subject"]),
    }
    assert len(subjects) == 4
    assert text_of(_written(base, third)[1]) != text_of(_written(base, reader)[1])


def test_the_calendar_file_of_a_sign_up_is_stamped_by_its_own_message() -> None:
    reader = Addressee("o@example.org", "Esimerkki", "fi", link="/l", says={"sign_up": {"state": "confirmed"}})
    for minutes in (5, 9):
        created = NOW + timedelta(minutes=minutes)
        _, mail = _written(_delivery("sign_up.confirmed", "sgn_1", created=created), reader)
        (entry,) = icalendar.Calendar.from_ical(calendar_of(mail)[1]).walk("VEVENT")
        assert entry.decoded("dtstamp") == created
    _, mail = _written(_delivery(), Addressee("t@example.org", "", "fi", token=_token(1)))
    (entry,) = icalendar.Calendar.from_ical(calendar_of(mail)[1]).walk("VEVENT")
    assert entry.decoded("dtstamp") == NOW


def test_a_mail_to_an_address_outside_ascii_has_it_as_it_is_and_all_else_in_ascii() -> None:
    raw, _ = _written(_delivery(), Addressee("päivi@esimerkki.example.org", "", "fi", token=_token(1)))
    assert [line for line in raw.split(b"\r\n") if not line.isascii()] == ["To: päivi@esimerkki.example.org".encode()]


@given(st.from_regex(r"[a-z!#$%&'*+/=?^_`{|}~.\"\\(),:;<>\[\]-]{1,20}", fullmatch=True))
def test_the_short_way_to_write_an_address_says_what_the_library_says(user: str) -> None:
    address = Address(username=user, domain="example.org")
    message = EmailMessage(policy=policy.SMTP)
    try:
        message["To"] = address
        expected = str(message_from_bytes(message.as_bytes(), policy=policy.default)["to"])
    except Exception:  # noqa: BLE001 - what the library can't write need not be written alike
        return
    written = message_from_bytes(to_line(address) + b"\r\n", policy=policy.default)
    assert str(written["to"]) == expected
