"""The mailbox as a process: mail goes in by SMTP, and is seen over HTTP."""

import os
import smtplib
import subprocess
import sys
from collections.abc import Callable, Iterator
from email.message import EmailMessage
from pathlib import Path
from typing import Any

import httpx
import pytest

from deploy.node import ports
from deploy.node.process import spawn, stop

Until = Callable[[Callable[[], object], str], None]


class Mailbox:
    def __init__(self, folder: Path, chosen: dict[str, int], process: "subprocess.Popen[bytes]") -> None:
        self.folder, self.smtp_port, self.process = folder, chosen["smtp"], process
        self.web = httpx.Client(base_url=f"http://127.0.0.1:{chosen['http']}", trust_env=False)

    def answers(self) -> bool:
        try:
            return self.web.get("/messages.json").status_code == 200
        except httpx.TransportError:
            return False

    def send(self, message: EmailMessage, *recipients: str) -> None:
        with smtplib.SMTP("127.0.0.1", self.smtp_port, timeout=5) as client:
            client.send_message(message, to_addrs=list(recipients) or None)

    def messages(self, **query: str) -> list[dict[str, Any]]:
        found: list[dict[str, Any]] = self.web.get("/messages.json", params=query).json()
        return found


@pytest.fixture
def mailbox(tmp_path: Path, until: Until) -> Iterator[Mailbox]:
    chosen = ports.choose(("smtp", "http"), tmp_path)
    folder = tmp_path / "mailbox"
    process = spawn(
        [sys.executable, "-P", "-m", "deploy.node.mailbox", "--folder", str(folder), "--kept", "3",
         "--smtp-port", str(chosen["smtp"]), "--port", str(chosen["http"])],
        env={**os.environ, "PYTHONPATH": str(Path(__file__).parents[2])},
        log=tmp_path / "mailbox.log",
    )  # fmt: skip
    box = Mailbox(folder, chosen, process)
    try:
        until(lambda: box.answers() and ports_open(chosen["smtp"]), "the mailbox serves")
        yield box
    finally:
        box.web.close()
        stop(process)


def ports_open(port: int) -> bool:
    return not ports.is_free(port)


def letter(subject: str = "Seminaari (esimerkki) – kutsu", *, html: str | None = None) -> EmailMessage:
    message = EmailMessage()
    message["From"], message["To"], message["Subject"] = "malmi@localhost", "vieras@example.org", subject
    message["List-Unsubscribe"] = "<http://127.0.0.1:8080/unsubscribe/abc>"
    message.set_content("Hyvää päivää! Vahvista: http://127.0.0.1:8080/confirm/xyz.\n")
    if html is not None:
        message.add_alternative(html, subtype="html")
    message.add_attachment(b"BEGIN:VCALENDAR\r\n", maintype="text", subtype="calendar", filename="seminaari.ics")
    return message


def test_a_mail_is_listed_with_its_recipient_subject_and_links(mailbox: Mailbox) -> None:
    mailbox.send(letter(html='<p><a href="http://127.0.0.1:8080/manage/m?a=1&amp;b=2">Hallitse</a></p>'))

    (message,) = mailbox.messages()

    assert message["to"] == ["vieras@example.org"]
    assert message["subject"] == "Seminaari (esimerkki) – kutsu"
    assert "Hyvää päivää" in message["text"]
    assert message["links"] == [
        "http://127.0.0.1:8080/confirm/xyz",
        "http://127.0.0.1:8080/manage/m?a=1&b=2",
        "http://127.0.0.1:8080/unsubscribe/abc",
    ]
    assert message["attachments"] == [{"name": "seminaari.ics", "type": "text/calendar"}]


def test_the_envelope_says_who_gets_it_not_the_header(mailbox: Mailbox) -> None:
    mailbox.send(letter(), "toinen@example.org", "kolmas@example.org")

    assert mailbox.messages()[0]["to"] == ["toinen@example.org", "kolmas@example.org"]
    assert len(mailbox.messages(to="kolmas@example.org")) == 1
    assert mailbox.messages(to="vieras@example.org") == []


def test_a_link_is_found_by_its_words_and_by_whom_it_was_sent_to(mailbox: Mailbox) -> None:
    def link(**query: str) -> tuple[int, str]:
        answer = mailbox.web.get("/link", params=query)
        return answer.status_code, answer.text if answer.status_code == 200 else ""

    mailbox.send(letter(), "toinen@example.org")
    other = letter()
    other.get_body().set_content("Vahvista: http://127.0.0.1:8080/confirm/other\n")  # type: ignore[union-attr]
    mailbox.send(other, "kolmas@example.org")

    assert link(containing="/confirm/") == (200, "http://127.0.0.1:8080/confirm/other")
    assert link(containing="/confirm/", to="toinen@example.org") == (200, "http://127.0.0.1:8080/confirm/xyz")
    assert link(containing="/confirm/", to="vieras@example.org")[0] == 404


def test_the_newest_stands_first_and_only_so_many_are_kept(mailbox: Mailbox) -> None:
    for number in range(5):
        mailbox.send(letter(f"Esimerkki {number}"))

    assert [message["subject"] for message in mailbox.messages()] == ["Esimerkki 4", "Esimerkki 3", "Esimerkki 2"]
    page = mailbox.web.get("/").text
    assert page.index("Esimerkki 4") < page.index("Esimerkki 2")
    assert len(list(mailbox.folder.glob("*.eml"))) == 3


def test_what_a_mail_brings_is_shown_as_text_or_in_a_sandbox_and_never_run(mailbox: Mailbox) -> None:
    mailbox.send(letter("<script>alert(1)</script>", html="<p>Hei<script>alert(2)</script></p>"))
    (message,) = mailbox.messages()

    page = mailbox.web.get(f"/messages/{message['id']}")
    shown = mailbox.web.get(f"/messages/{message['id']}/html")

    assert "<script" not in page.text
    assert "&lt;script&gt;alert(1)" in page.text
    assert "default-src 'none'" in page.headers["Content-Security-Policy"]
    assert 'sandbox="allow-popups' in page.text
    assert "allow-scripts" not in page.text
    assert "<p>Hei" in shown.text
    assert shown.headers["Content-Security-Policy"].startswith("sandbox allow-popups")
    assert "allow-scripts" not in shown.headers["Content-Security-Policy"]


def test_an_attachment_is_downloaded_byte_for_byte(mailbox: Mailbox) -> None:
    mailbox.send(letter())
    (message,) = mailbox.messages()

    answer = mailbox.web.get(f"/messages/{message['id']}/attachments/0")

    assert answer.content == b"BEGIN:VCALENDAR\r\n"
    assert 'filename="seminaari.ics"' in answer.headers["Content-Disposition"]
    assert answer.headers["Content-Type"] == "application/octet-stream"
    assert mailbox.web.get(f"/messages/{message['id']}/attachments/7").status_code == 404


def test_a_message_can_be_read_as_it_came(mailbox: Mailbox) -> None:
    mailbox.send(letter())
    (message,) = mailbox.messages()

    raw = mailbox.web.get(f"/messages/{message['id']}/raw")

    assert raw.headers["Content-Type"].startswith("text/plain")
    assert "From: malmi@localhost" in raw.text


@pytest.mark.parametrize("identity", ["00000042", "..%2F..%2Fsecrets", "x"])
def test_a_message_that_is_not_there_is_not_found(mailbox: Mailbox, identity: str) -> None:
    assert mailbox.web.get(f"/messages/{identity}").status_code == 404


def test_the_mailbox_is_emptied_by_its_own_page_only(mailbox: Mailbox) -> None:
    mailbox.send(letter())

    assert mailbox.web.post("/clear", headers={"Sec-Fetch-Site": "cross-site"}).status_code == 403
    assert len(mailbox.messages()) == 1
    assert mailbox.web.post("/clear", headers={"Sec-Fetch-Site": "same-origin"}).status_code == 303
    assert mailbox.messages() == []


def test_sigterm_ends_the_mailbox_and_its_mails_stay(mailbox: Mailbox) -> None:
    mailbox.send(letter())

    mailbox.process.terminate()

    assert mailbox.process.wait(10) == 0
    assert len(list(mailbox.folder.glob("*.eml"))) == 1
