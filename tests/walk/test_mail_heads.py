"""Names and titles that try to be something else in a mail's head: looked at in the bytes that the mail server got.

What has line breaks is refused before (tests/gateway/bad_input); here is what a person may really be called.
"""

from email import message_from_bytes, policy
from email.message import EmailMessage

import httpx
import pytest

from tests.harness import until
from tests.harness.mailserver import html_of
from tests.harness.whole import WholeNode

ATTENDEES = (
    '"Esimerkki, Ensimmäinen" <x@example.org>, toinen@example.org',
    "=?utf-8?q?Esimerkki=0D=0ABcc:_x@example.org?=",
    "=?utf-8?b?RXNpbWVya2tpDQpCY2M6IHhAZXhhbXBsZS5vcmc=?=",
    "Esimerkki\\r\\nBcc: x@example.org",
    "Esimerkki (kommentti); Bcc: x@example.org",
    "=cmd|' /C calc'!A0",
    "{{ letter }} {% raw %} ${x} %s </mj-text><script>alert(1)</script>",
    "ä" * 100,
    "\U0001f469\u200d\U0001f52c Esimerkki 例え",
)
TITLE = '=?utf-8?q?Esimerkki=0D=0ABcc:_x@example.org?= "lainaus" <b>ei lihava</b>, {{ 7*7 }} ' + "pitkä" * 20
HEADS = {
    *("from", "to", "subject", "date", "message-id", "auto-submitted", "references", "mime-version", "content-type"),
    *("content-language", "reply-to"),
}


@pytest.fixture(scope="module")
def event(coordinator: httpx.Client) -> str:
    draft = {
        "organiser": {"kind": "region", "id": "FI1DC"},
        "title": {"fi": TITLE},
        "begins": "2090-07-04T09:00:00+03:00",
        "ends": "2090-07-04T12:00:00+03:00",
        "place": {"name": "Outokumpu", "region": "FI1DC"},
    }
    made = coordinator.post("/events", json=draft)
    assert made.status_code == 201, made.text
    assert coordinator.post(f"/events/{made.json()['id']}/publish").status_code == 200
    return str(made.json()["id"])


def test_a_strange_name_or_title_adds_no_header_and_no_recipient(
    whole: WholeNode, visitor: httpx.Client, event: str
) -> None:
    addresses = {f"nimi-{number}@example.org": name for number, name in enumerate(ATTENDEES)}
    for address, name in addresses.items():
        answer = visitor.post(f"/events/{event}/sign-ups", json={"name": name, "email": address})
        assert answer.status_code == 201, f"{name}: {answer.text}"
    until(lambda: all(whole.mails.raw_to(address) for address in addresses), says="each got a mail")
    for address, name in addresses.items():
        raw = whole.mails.raw_to(address)[0]
        assert b"\n" not in raw.replace(b"\r\n", b""), name
        assert b"\r" not in raw.replace(b"\r\n", b""), name
        mail = message_from_bytes(raw, policy=policy.SMTP)
        assert {header.lower() for header in mail} <= HEADS, name
        assert [one.addr_spec for one in mail["To"].addresses] == [address], name
        # As it was written, not as what it pretends to encode.
        assert TITLE[:40].replace("=?", "= ?") in str(mail["Subject"]), name
        assert b"\r\nBcc:" not in raw, name
        assert isinstance(mail, EmailMessage)
        html = html_of(mail)
        assert "<script" not in html, name
        assert "<b>ei" not in html, name
        assert "49" not in html.partition("ei lihava")[2][:40], name
    assert not whole.mails.to("x@example.org")
    assert not whole.mails.to("toinen@example.org")
