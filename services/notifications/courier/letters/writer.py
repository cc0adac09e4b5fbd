"""Sets a letter as a mail: HTML by MJML, plain text always, headers that mail programs act on."""

import re
import unicodedata
from dataclasses import dataclass, replace
from datetime import UTC, datetime
from email.headerregistry import Address
from email.message import EmailMessage
from email.utils import format_datetime, parseaddr
from pathlib import Path
from typing import Literal
from urllib.parse import urlsplit

import httpx
import mrml
import orjson
from jinja2 import Environment, FileSystemLoader, StrictUndefined

from services.notifications.courier.recipients import Addressee
from services.notifications.model import Delivery, Edition
from services.runtime.settings import Settings

from . import form
from .calendar import calendar_of
from .compose import Composer
from .form import Form, Own
from .headers import POLICY, phrase
from .letter import Letter
from .words import Words

TEMPLATES = Path(__file__).resolve().parent.parent / "templates"
_LONGEST_HEADER = 200
_FORMS_HELD = 100


@dataclass(frozen=True, slots=True)
class Mail:
    """content: its bytes as they go out. sender, address: of the envelope."""

    content: bytes
    sender: str
    address: str


class Writer:
    """Writes the mails of one node."""

    def __init__(self, settings: Settings) -> None:
        self._settings = settings
        self._composer = Composer(settings.public_url)
        self._forms: dict[tuple[object, ...], Form] = {}
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

    def write(self, delivery: Delivery, addressee: Addressee, edition: Edition | None, before: Edition | None) -> Mail:
        """The mail, with one Message-ID for all tries of a delivery. Raises LookupError when a record is missing,
        ValueError for what is no address."""
        to = address_of(addressee.name, addressee.email)
        own = Own(
            delivery=delivery.id,
            to=to,
            date=format_datetime(datetime.now(UTC)),
            name=one_line(addressee.name),
            token=addressee.token or "",
            link=addressee.link or "",
            # Of messages about one sign-up the later counts (calendar.py); to all others it is the edition's.
            stamp=delivery.created.astimezone(UTC).strftime("%Y%m%dT%H%M%SZ").encode()
            if delivery.purpose.startswith("sign_up.")
            else None,
        )
        content = self._form(delivery, addressee, edition, before).filled(own)
        return Mail(content, self.sender, addressee.email)

    def _form(self, delivery: Delivery, addressee: Addressee, edition: Edition | None, before: Edition | None) -> Form:
        """Set once for all mails that say the same (an edition never changes)."""
        key = (
            delivery.purpose,
            delivery.reference.startswith("sgn_"),
            delivery.record,
            None if edition is None else edition.id,
            None if before is None else before.id,
            addressee.language,
            bool(one_line(addressee.name)),
            addressee.token is None,
            addressee.link is None,
            orjson.dumps(addressee.says, option=orjson.OPT_SORT_KEYS),
        )
        if key not in self._forms:
            if len(self._forms) >= _FORMS_HELD:
                self._forms.clear()
            self._forms[key] = self._set(delivery, addressee, edition, before)
        return self._forms[key]

    def _set(self, delivery: Delivery, addressee: Addressee, edition: Edition | None, before: Edition | None) -> Form:
        words = Words(addressee.language, self._settings.languages)
        anybody = replace(
            addressee,
            email=form.ADDRESS,
            name=form.NAME if one_line(addressee.name) else "",
            token=None if addressee.token is None else form.TOKEN,
            link=None if addressee.link is None else form.LINK,
        )
        letter = self._composer.compose(words, delivery, anybody, edition, before)
        shown = {
            "letter": letter,
            "words": words,
            "name": anybody.name,
            "node": words.of(self._settings.node_name) or self._settings.node,
            "home": f"{self._settings.public_url}/{words.language}/",
            "contact": self._settings.contact,
        }
        calendar = None
        if letter.calendar is not None and edition is not None:
            page = next((button.url for button in letter.buttons if "/events/" in button.url), None)
            calendar = calendar_of(edition, words, letter.calendar, page)
        return Form.of(
            self._frame(delivery, letter, words, letter.calendar if calendar is not None else None),
            tidy(self._text.render(shown)),
            mrml.to_html(self._mjml.render(shown)).content,
            calendar,
        )

    def _frame(
        self, delivery: Delivery, letter: Letter, words: Words, method: Literal["PUBLISH", "CANCEL"] | None
    ) -> EmailMessage:
        """Headers and parts; what is a reader's own, and the contents, are blanks."""
        message = EmailMessage(policy=POLICY)
        self._head(message, delivery, letter, words)
        message.set_content(form.TEXT, cte="quoted-printable")
        message.add_alternative(form.HTML, subtype="html", cte="quoted-printable")
        if method is not None:
            message.add_attachment(
                form.CALENDAR.encode(),
                maintype="text",
                subtype="calendar",
                filename="event.ics",
                params={"method": method, "charset": "utf-8"},
            )
        # Last: what is content's moves into the first part while parts are added.
        message["Content-Language"] = words.language
        return message

    def _head(self, message: EmailMessage, delivery: Delivery, letter: Letter, words: Words) -> None:
        settings = self._settings
        node = words.of(settings.node_name) or settings.node
        message["From"] = address_of(self._from_name or node, self.sender)
        message["To"] = address_of("", form.ADDRESS)
        if settings.contact:
            message["Reply-To"] = address_of("", settings.contact)
        message["Subject"] = one_line(letter.subject)
        message["Date"] = format_datetime(datetime.now(UTC))
        message["Message-ID"] = f"<{form.DELIVERY}@{self._domain}>"
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
    """Text that may stand in a header: no line breaks or control characters, of a bounded length.

    Nor the beginning of an encoded word (RFC 2047): Python's email decodes what is given to it as a header's value, so
    a name `=?utf-8?q?=0D=0ABcc:...?=` would become a line break and a header of its own (seen in 3.11).
    """
    plain = "".join(" " if unicodedata.category(letter) in ("Cc", "Zl", "Zp") else letter for letter in text)
    plain = " ".join(plain.split()).replace("=?", "= ?")
    return plain if len(plain) <= _LONGEST_HEADER else plain[: _LONGEST_HEADER - 1] + "…"


def tidy(text: str) -> str:
    """At most one empty line in a row."""
    return re.sub(r"\n{3,}", "\n\n", text).strip() + "\n"


def address_of(name: str, email: str) -> Address:
    """Raises ValueError for what is no address."""
    user, _, domain = email.rpartition("@")
    if "=?" in email or any(unicodedata.category(letter) in ("Cc", "Zs", "Zl", "Zp") for letter in email):
        raise ValueError("no mail address")
    return Address(display_name=one_line(name), username=user, domain=domain)
