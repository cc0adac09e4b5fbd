"""Sets a letter as a mail: HTML by MJML, plain text always, headers that mail programs act on."""

import re
import unicodedata
from datetime import UTC, datetime
from email.headerregistry import Address
from email.message import EmailMessage
from email.utils import format_datetime, parseaddr
from pathlib import Path
from typing import Literal
from urllib.parse import urlsplit

import httpx
import mrml
from jinja2 import Environment, FileSystemLoader, StrictUndefined

from services.notifications.courier.recipients import Addressee
from services.notifications.model import Delivery, Edition
from services.runtime.settings import Settings

from .calendar import calendar_of
from .compose import Composer
from .headers import POLICY, phrase
from .letter import Letter
from .words import Words

TEMPLATES = Path(__file__).resolve().parent.parent / "templates"
_LONGEST_HEADER = 200
_CALENDARS_HELD = 200


class Writer:
    """Writes the mails of one node."""

    def __init__(self, settings: Settings) -> None:
        self._settings = settings
        self._composer = Composer(settings.public_url)
        self._calendars: dict[tuple[str, str, str, str | None], bytes] = {}
        self._from_name, self.sender = parseaddr(settings.mail_from)
        loader = FileSystemLoader(TEMPLATES)
        markup = Environment(loader=loader, autoescape=True, undefined=StrictUndefined)
        plain = Environment(
            loader=loader,
            autoescape=False,  # noqa: S701 - plain text, in which nothing is markup
            undefined=StrictUndefined,
            trim_blocks=True,
            lstrip_blocks=True,
        )
        self._mjml, self._text = markup.get_template("mail.mjml"), plain.get_template("mail.txt")

    def write(
        self, delivery: Delivery, addressee: Addressee, edition: Edition | None, before: Edition | None
    ) -> EmailMessage:
        """The mail, with one Message-ID for all tries of a delivery. Raises LookupError when a record is missing."""
        words = Words(addressee.language, self._settings.languages)
        letter = self._composer.compose(words, delivery, addressee, edition, before)
        shown = {
            "letter": letter,
            "words": words,
            "name": one_line(addressee.name),
            "node": words.of(self._settings.node_name) or self._settings.node,
            "home": f"{self._settings.public_url}/{words.language}/",
            "contact": self._settings.contact,
        }
        message = EmailMessage(policy=POLICY)
        self._head(message, delivery, addressee, letter, words)
        message.set_content(tidy(self._text.render(shown)), cte="quoted-printable")
        html = mrml.to_html(self._mjml.render(shown)).content
        message.add_alternative(html, subtype="html", cte="quoted-printable")
        if letter.calendar is not None and edition is not None:
            page = next((button.url for button in letter.buttons if "/events/" in button.url), None)
            message.add_attachment(
                self._calendar(delivery, edition, words, letter.calendar, page),
                maintype="text",
                subtype="calendar",
                filename="event.ics",
                params={"method": letter.calendar, "charset": "utf-8"},
            )
        # Last: what is content's moves into the first part while parts are added.
        message["Content-Language"] = words.language
        return message

    def _calendar(
        self,
        delivery: Delivery,
        edition: Edition,
        words: Words,
        method: Literal["PUBLISH", "CANCEL"],
        page: str | None,
    ) -> bytes:
        """Ten thousand mails carry one file: it is written once for each language. One about a sign-up is its own."""
        if delivery.purpose.startswith("sign_up."):
            return calendar_of(edition, words, method, page, delivery.created)
        key = (edition.id, words.language, method, page)
        if key not in self._calendars:
            if len(self._calendars) >= _CALENDARS_HELD:
                self._calendars.clear()
            self._calendars[key] = calendar_of(edition, words, method, page)
        return self._calendars[key]

    def _head(
        self, message: EmailMessage, delivery: Delivery, addressee: Addressee, letter: Letter, words: Words
    ) -> None:
        settings = self._settings
        node = words.of(settings.node_name) or settings.node
        message["From"] = _address(self._from_name or node, self.sender)
        message["To"] = _address(addressee.name, addressee.email)
        if settings.contact:
            message["Reply-To"] = _address("", settings.contact)
        message["Subject"] = one_line(letter.subject)
        message["Date"] = format_datetime(datetime.now(UTC))
        message["Message-ID"] = f"<{delivery.id}@{self._domain}>"
        message["Auto-Submitted"] = "auto-generated"
        if delivery.record is not None:
            record = delivery.record.rpartition("/")[2]
            # Mails about one record stand together in the reader's mailbox.
            message["References"] = f"<{record}@{self._domain}>"
        if letter.unsubscribe is not None:
            message["List-Id"] = f"{phrase(one_line(node))} <{settings.node}.malmi.{self._domain}>"
            # As a URL is written on the wire: a host outside ASCII in Punycode, the rest percent-encoded.
            message["List-Unsubscribe"] = f"<{httpx.URL(letter.unsubscribe)}>"
            message["List-Unsubscribe-Post"] = "List-Unsubscribe=One-Click"

    @property
    def _domain(self) -> str:
        return self.sender.rpartition("@")[2] or urlsplit(self._settings.public_url).hostname or "localhost"


def one_line(text: str) -> str:
    """Text that may stand in a header: no line breaks or control characters, of a bounded length."""
    plain = "".join(" " if unicodedata.category(letter) in ("Cc", "Zl", "Zp") else letter for letter in text)
    plain = " ".join(plain.split())
    return plain if len(plain) <= _LONGEST_HEADER else plain[: _LONGEST_HEADER - 1] + "…"


def tidy(text: str) -> str:
    """At most one empty line in a row."""
    return re.sub(r"\n{3,}", "\n\n", text).strip() + "\n"


def _address(name: str, email: str) -> Address:
    """Raises ValueError for what is no address."""
    user, _, domain = email.rpartition("@")
    if any(unicodedata.category(letter) in ("Cc", "Zs", "Zl", "Zp") for letter in email):
        raise ValueError("no mail address")
    return Address(display_name=one_line(name), username=user, domain=domain)
