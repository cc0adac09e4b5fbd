"""A mail that is set once for all who get it: what is each reader's own is left blank, and filled in for each.

Setting a mail (MJML, templates, MIME) takes some ten milliseconds, filling it in a tenth of one. A blank is a word that
no text can hold by chance, for it is drawn anew in each process.
"""

import re
import secrets
from base64 import b64encode
from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from email.base64mime import body_encode as base64_lines
from email.headerregistry import Address
from email.message import EmailMessage
from email.quoprimime import body_encode as quoted_lines
from html import escape
from typing import Any, Final

from .headers import POLICY

_NONCE: Final = secrets.token_hex(8)
NAME, TOKEN, LINK, DELIVERY = (f"blank{_NONCE}{what}" for what in ("name", "token", "link", "delivery"))
TEXT, HTML, CALENDAR = (f"blank{_NONCE}{what}" for what in ("text", "html", "calendar"))
ADDRESS: Final = f"blank{_NONCE}@blank.invalid"
_BLANK: Final = re.compile(rf"blank{_NONCE}(?:name|token|link)")
_PART: Final = re.compile(
    rb"(?m)^(?P<to>To:.*\r\n(?:[ \t].*\r\n)*)|^(?P<date>Date:.*\r\n)|"
    + b"|".join(
        (
            rf"(?P<delivery>{DELIVERY})|(?P<token>{TOKEN})|(?P<text>{TEXT}\r\n)|(?P<html>{HTML}\r\n)".encode(),
            rb"(?P<calendar>" + re.escape(b64encode(CALENDAR.encode())) + rb"\r\n)",
        )
    )
)
_LINE: Final = 76
_ATOM: Final = r"[A-Za-z0-9!#$%&'*+/=?^_`{|}~-]+"
_PLAIN_ADDRESS: Final = re.compile(rf"{_ATOM}(?:\.{_ATOM})*@[A-Za-z0-9-]+(?:\.[A-Za-z0-9-]+)*")
_QUOTES_NOTHING: Final = re.compile(r"[A-Za-z0-9_./-]+")
_DTSTAMP: Final = re.compile(rb"(?m)^DTSTAMP:\d{8}T\d{6}Z")

Pieces = tuple[str | bytes, ...]
"""Bytes as they are sent, and names of blanks between them."""


@dataclass(frozen=True, slots=True)
class Own:
    """What is one reader's own. to: where it goes, and with which name. stamp: of the calendar file, if it is not the
    same for all (`20261122T090000Z`)."""

    delivery: str
    to: Address
    date: str
    name: str
    token: str
    link: str
    stamp: bytes | None = None


@dataclass(frozen=True, slots=True)
class Form:
    """A mail with blanks: head and frame of the parts, the text, the HTML, the calendar file."""

    frame: Pieces
    text: Pieces
    html: Pieces
    calendar: bytes
    calendar_lines: bytes

    @classmethod
    def of(cls, frame: EmailMessage, text: str, html: str, calendar: bytes | None) -> "Form":
        """frame: the mail with TEXT, HTML and CALENDAR for contents. text, html: with the blanks of a reader."""
        file = calendar or b""
        head = tuple(_framed(frame.as_bytes(policy=POLICY)))
        return cls(head, tuple(_quoted(text)), tuple(_quoted(html)), file, _base64(file))

    def filled(self, own: Own) -> bytes:
        """The whole mail for one reader. Raises ValueError for what is no address."""
        values = {NAME: own.name, TOKEN: own.token, LINK: own.link}
        parts = {
            "to": lambda: to_line(own.to),
            "date": lambda: f"Date: {own.date}\r\n".encode("ascii"),
            "delivery": lambda: own.delivery.encode("ascii"),
            "token": lambda: own.token.encode("ascii"),
            "text": lambda: _with_values(self.text, values),
            "html": lambda: _with_values(self.html, {blank: escape(value) for blank, value in values.items()}),
            "calendar": lambda: self._calendar_of(own),
        }
        return b"".join(piece if isinstance(piece, bytes) else parts[piece]() for piece in self.frame)

    def _calendar_of(self, own: Own) -> bytes:
        if own.stamp is None:
            return self.calendar_lines
        return _base64(_DTSTAMP.sub(b"DTSTAMP:" + own.stamp, self.calendar))


def to_line(address: Address) -> bytes:
    """The header `To`. What is plain is written as it is; the library takes half a millisecond for it."""
    if not address.display_name and len(address.addr_spec) < _LINE - 4 and _PLAIN_ADDRESS.fullmatch(address.addr_spec):
        return f"To: {address.addr_spec}\r\n".encode("ascii")
    policy = POLICY if address.addr_spec.isascii() else POLICY.clone(utf8=True)
    name, value = policy.header_store_parse("To", address)
    return policy.fold_binary(name, value)


def _framed(raw: bytes) -> Iterator[str | bytes]:
    """The bytes of a mail, cut where something is each reader's own."""
    reached = 0
    for found in _PART.finditer(raw):
        yield raw[reached : found.start()]
        assert found.lastgroup is not None
        yield found.lastgroup
        reached = found.end()
    yield raw[reached:]


def _quoted(text: str) -> Iterator[str | bytes]:
    """Quoted-printable pieces with the names of blanks between them; a soft line break may stand anywhere."""
    text = "\r\n".join(text.splitlines()) + "\r\n"
    reached = 0
    for found in _BLANK.finditer(text):
        yield _broken(_encoded(text[reached : found.start()]))
        yield found.group()
        reached = found.end()
    yield _encoded(text[reached:])


def _encoded(text: str) -> bytes:
    """One shorter than a line may be, so that a soft line break has room."""
    if len(text) < _LINE - 1 and _QUOTES_NOTHING.fullmatch(text):
        return text.encode("ascii")
    return quoted_lines(text.encode().decode("latin-1"), _LINE - 1, "\r\n").encode("ascii")


def _base64(content: bytes) -> bytes:
    return base64_lines(content, _LINE, "\r\n").encode("ascii")


def _broken(piece: bytes) -> bytes:
    return piece + b"=\r\n" if piece and not piece.endswith(b"\r\n") else piece


def _with_values(pieces: Sequence[str | bytes], values: dict[str, Any]) -> bytes:
    return b"".join(piece if isinstance(piece, bytes) else _broken(_encoded(values[piece])) for piece in pieces)
