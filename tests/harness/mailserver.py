"""A real SMTP server in a thread. It keeps every mail, and refuses addresses that say so."""

import asyncio
import re
import socket
from collections.abc import Callable
from email import message_from_bytes, policy
from email.message import EmailMessage
from typing import Any

from aiosmtpd.controller import Controller
from aiosmtpd.smtp import SMTP, Envelope, Session

from tests.harness import until


class MailServer:
    """Addresses: `refused-...` is refused for good (550), `later-...` the first time (450).

    holds_lists: while it is true, the answer to a mail to subscribers (with List-Unsubscribe) waits.
    """

    def __init__(self, port: int = 0) -> None:
        self.port = port or free_port()
        self.got: list[tuple[str, EmailMessage]] = []
        self.raw: list[tuple[str, bytes]] = []
        self.sessions = 0
        self.holds_lists = False
        self._deferred: set[str] = set()
        self._forgiven: set[str] = set()
        self._controller: Controller | None = None
        self.start()

    @property
    def uri(self) -> str:
        return f"smtp://127.0.0.1:{self.port}"

    def start(self) -> None:
        self._controller = Controller(self, hostname="127.0.0.1", port=self.port, enable_SMTPUTF8=True)
        self._controller.start()

    def stop(self) -> None:
        if self._controller is not None:
            self._controller.stop()
            self._controller = None

    def forgive(self, address: str) -> None:
        """From now on this address is refused no more."""
        self._forgiven.add(address)

    def to(self, address: str) -> list[EmailMessage]:
        """In order of arrival."""
        return [message for recipient, message in list(self.got) if recipient == address]

    def raw_to(self, address: str) -> list[bytes]:
        """The bytes as they came, in order of arrival."""
        return [content for recipient, content in list(self.raw) if recipient == address]

    def wait_for(
        self, address: str, where: Callable[[EmailMessage], bool] = lambda _: True, limit: float = 20.0
    ) -> EmailMessage:
        """The first such mail."""

        def found() -> EmailMessage | None:
            return next((message for message in self.to(address) if where(message)), None)

        message = until(found, limit=limit, says=f"a mail to {address}")
        assert message is not None
        return message

    async def handle_EHLO(  # noqa: N802 - aiosmtpd's
        self, server: SMTP, session: Session, envelope: Envelope, hostname: str, responses: list[str]
    ) -> list[str]:
        self.sessions += 1
        session.host_name = hostname
        return responses

    async def handle_RCPT(  # noqa: N802 - aiosmtpd's
        self, server: SMTP, session: Session, envelope: Envelope, address: str, options: list[Any]
    ) -> str:
        if address.startswith("refused-") and address not in self._forgiven:
            return f"550 5.1.1 <{address}>: no such mailbox"
        if address.startswith("later-") and address not in self._deferred:
            self._deferred.add(address)
            return f"450 4.2.0 <{address}>: greylisted"
        envelope.rcpt_tos.append(address)
        return "250 OK"

    async def handle_DATA(self, server: SMTP, session: Session, envelope: Envelope) -> str:  # noqa: N802 - aiosmtpd's
        assert isinstance(envelope.content, bytes)
        while self.holds_lists and b"List-Unsubscribe" in envelope.content:  # noqa: ASYNC110 - set in another thread
            await asyncio.sleep(0.05)
        message = message_from_bytes(envelope.content, policy=policy.default)
        assert isinstance(message, EmailMessage)
        self.raw.extend((address, envelope.content) for address in envelope.rcpt_tos)
        self.got.extend((address, message) for address in envelope.rcpt_tos)
        return "250 OK"


def free_port() -> int:
    with socket.socket() as probe:
        probe.bind(("127.0.0.1", 0))
        port: int = probe.getsockname()[1]
        return port


def text_of(message: EmailMessage) -> str:
    """The plain-text part."""
    part = message.get_body(("plain",))
    assert part is not None
    content: str = part.get_content()
    return content


def html_of(message: EmailMessage) -> str:
    part = message.get_body(("html",))
    assert part is not None
    content: str = part.get_content()
    return content


def calendar_of(message: EmailMessage) -> tuple[str, bytes]:
    """Method and bytes of the .ics."""
    (part,) = [part for part in message.iter_attachments() if part.get_content_type() == "text/calendar"]
    content = part.get_payload(decode=True)
    assert isinstance(content, bytes)
    return str(part.get_param("method")), content


def token_in(message: EmailMessage, page: str) -> str:
    """The token of the link to this page (confirm, unsubscribe, ...)."""
    found = re.search(rf"/(?:fi|sv|en)/{page}/(\S+)", text_of(message))
    assert found is not None, f"no link to {page}"
    return found.group(1)
