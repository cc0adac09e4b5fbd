"""Mails as files: DATA/mailbox/<number>.eml, the newest kept, the oldest dropped."""

import email
import email.policy
import re
import threading
from dataclasses import dataclass
from datetime import UTC, datetime
from email.message import EmailMessage, MIMEPart
from html.parser import HTMLParser
from pathlib import Path

KEPT = 1000
_LINK = re.compile(r"https?://[^\s<>\"')\]]+")
_RECIPIENTS = "X-Malmi-Recipients"


@dataclass(frozen=True, slots=True)
class Attachment:
    """A part of a mail that is not its text."""

    name: str
    kind: str
    content: bytes


@dataclass(frozen=True, slots=True)
class Letter:
    """A mail as it came. `recipients`: of the envelope, which alone decides who gets it."""

    id: str
    recipients: tuple[str, ...]
    message: EmailMessage

    @property
    def subject(self) -> str:
        return str(self.message["Subject"] or "")

    @property
    def sender(self) -> str:
        return str(self.message["From"] or "")

    @property
    def date(self) -> str:
        return str(self.message["Date"] or "")

    @property
    def text(self) -> str | None:
        return self._body("plain")

    @property
    def html(self) -> str | None:
        return self._body("html")

    @property
    def links(self) -> list[str]:
        """Every web address in it, each once, in order: of the text, the HTML, List-Unsubscribe."""
        found = _LINK.findall(self.text or "") + _hrefs(self.html or "")
        found += _LINK.findall(str(self.message["List-Unsubscribe"] or ""))
        return list(dict.fromkeys(link.rstrip(".,;:!?") for link in found))

    @property
    def attachments(self) -> list[Attachment]:
        """What is attached, and an .ics or picture that stands beside the text."""
        bodies = {id(self.message.get_body((kind,))) for kind in ("plain", "html")}
        return [
            Attachment(part.get_filename() or f"part-{number}", part.get_content_type(), _bytes_of(part))
            for number, part in enumerate(self.message.walk())
            if not part.is_multipart() and id(part) not in bodies
        ]

    def _body(self, kind: str) -> str | None:
        part = self.message.get_body((kind,))
        if part is None:
            return None
        try:
            return str(part.get_content())
        except (LookupError, UnicodeError):  # a charset that nobody knows
            return _bytes_of(part).decode(errors="replace")


class Letters:
    """The folder of mails. Safe to use from several threads."""

    def __init__(self, folder: Path, kept: int = KEPT) -> None:
        folder.mkdir(parents=True, exist_ok=True, mode=0o700)
        self._folder, self._kept, self._lock = folder, kept, threading.Lock()

    def keep(self, content: bytes, recipients: list[str]) -> str:
        """Stores a mail; its id."""
        with self._lock:
            ids = self._ids()
            identity = f"{int(ids[-1]) + 1 if ids else 1:08d}"
            # Latin-1 gives every byte back as it came; the two lines in front keep the envelope with the mail
            received = datetime.now(UTC).isoformat(timespec="seconds")
            head = f"{_RECIPIENTS}: {', '.join(recipients)}\r\nX-Malmi-Received: {received}\r\n"
            file = self._folder / f"{identity}.eml"
            temporary = file.with_suffix(".part")
            temporary.write_bytes(head.encode("latin-1", "replace") + content)
            temporary.chmod(0o600)
            temporary.replace(file)
            for old in ids[: max(0, len(ids) + 1 - self._kept)]:
                (self._folder / f"{old}.eml").unlink(missing_ok=True)
        return identity

    def all(self) -> list[Letter]:
        """Newest first."""
        letters = (self.find(identity) for identity in reversed(self._ids()))
        return [letter for letter in letters if letter is not None]

    def find(self, identity: str) -> Letter | None:
        """None when there is none of this id."""
        raw = self.raw(identity)
        if raw is None:
            return None
        message = email.message_from_bytes(raw, policy=email.policy.default)
        recipients = str(message[_RECIPIENTS] or "")
        return Letter(identity, tuple(filter(None, recipients.split(", "))), message)

    def raw(self, identity: str) -> bytes | None:
        """The file as it is kept."""
        if not re.fullmatch(r"\d{8}", identity):
            return None
        try:
            return (self._folder / f"{identity}.eml").read_bytes()
        except FileNotFoundError:
            return None

    def clear(self) -> None:
        """Forgets all."""
        with self._lock:
            for identity in self._ids():
                (self._folder / f"{identity}.eml").unlink(missing_ok=True)

    def _ids(self) -> list[str]:
        return sorted(path.stem for path in self._folder.glob("*.eml"))


class _Hrefs(HTMLParser):
    def __init__(self) -> None:
        super().__init__()
        self.found: list[str] = []

    def handle_starttag(self, tag: str, attrs: list[tuple[str, str | None]]) -> None:
        self.found += [value for name, value in attrs if tag == "a" and name == "href" and value]


def _hrefs(html: str) -> list[str]:
    parser = _Hrefs()
    parser.feed(html)
    return [link for link in parser.found if link.startswith(("http://", "https://"))]


def _bytes_of(part: MIMEPart) -> bytes:
    content = part.get_payload(decode=True)
    return content if isinstance(content, bytes) else b""
