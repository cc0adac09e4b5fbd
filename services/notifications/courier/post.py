"""Hands mails to the mail server: a few connections, kept open, each used by one mail at a time."""

import asyncio
from collections.abc import AsyncIterator
from contextlib import asynccontextmanager, suppress
from dataclasses import dataclass
from typing import Any, Final
from urllib.parse import unquote, urlsplit

from aiosmtplib import (
    SMTP,
    SMTPAuthenticationError,
    SMTPException,
    SMTPNotSupported,
    SMTPRecipientsRefused,
    SMTPResponseException,
    SMTPSenderRefused,
)

from .letters import Mail

CONNECTIONS: Final = 4
URGENT_CONNECTIONS: Final = 2
"""For mail that one person waits for: it never stands behind what goes to many."""
TIMEOUT: Final = 30.0
MAILS_A_CONNECTION: Final = 100
"""Then it is opened anew: servers limit it, and a new one reaches another of several."""


class MailServerAway(Exception):
    """It can't be reached, or takes no mail from this node at all: no fault of the mail's."""


class NotNow(Exception):
    """The server refuses this mail for now (4xx)."""


class Never(Exception):
    """The server refuses this mail for good (5xx)."""


@dataclass(frozen=True, slots=True)
class MailServer:
    """Where mail goes out. tls: `none`, `start` (STARTTLS) or `always`."""

    host: str
    port: int
    tls: str
    user: str | None
    password: str | None

    @classmethod
    def parse(cls, uri: str) -> "MailServer":
        """Reads smtp://, smtp+starttls:// or smtps:// [user:password@]host[:port]. Raises ValueError."""
        parts = urlsplit(uri)
        kinds = {"smtp": ("none", 25), "smtp+starttls": ("start", 587), "smtps": ("always", 465)}
        if parts.scheme not in kinds or not parts.hostname:
            raise ValueError("SMTP_URI must be like smtp://host:25, smtp+starttls://host:587 or smtps://host:465")
        tls, port = kinds[parts.scheme]
        user, password = (None if text is None else unquote(text) for text in (parts.username, parts.password))
        return cls(parts.hostname, parts.port or port, tls, user, password)


class Post:
    """The connections to the mail server."""

    def __init__(self, server: MailServer, connections: int = CONNECTIONS) -> None:
        self._many, self._urgent = _lines(server, connections), _lines(server, URGENT_CONNECTIONS)

    async def send(self, mail: Mail, *, urgent: bool = False) -> None:
        """Returns when the server has taken it. Raises MailServerAway, NotNow, Never."""
        async with _line(self._urgent if urgent else self._many) as line:
            await line.send(mail)

    async def close(self) -> None:
        for free in (self._many, self._urgent):
            while not free.empty():
                await free.get_nowait().close()


def _lines(server: MailServer, count: int) -> "asyncio.LifoQueue[_Line]":
    free: asyncio.LifoQueue[_Line] = asyncio.LifoQueue()
    for _ in range(count):
        free.put_nowait(_Line(server))
    return free


@asynccontextmanager
async def _line(free: "asyncio.LifoQueue[_Line]") -> "AsyncIterator[_Line]":
    line = await free.get()
    try:
        yield line
    finally:
        free.put_nowait(line)


class _Line:
    """One connection, opened when it is needed."""

    def __init__(self, server: MailServer) -> None:
        self._server, self._sent = server, 0
        self._smtp: SMTP | None = None

    async def send(self, mail: Mail) -> None:
        fresh = self._smtp is None or not self._smtp.is_connected
        try:
            await self._deliver(mail)
        except MailServerAway:
            await self.close()
            if fresh:
                raise
            # A kept connection that the server has closed meanwhile says nothing about the server.
            await self._deliver(mail)

    async def close(self) -> None:
        smtp, self._smtp, self._sent = self._smtp, None, 0
        if smtp is not None:
            with suppress(SMTPException, OSError, TimeoutError):
                await smtp.quit(timeout=2)
            smtp.close()

    async def _deliver(self, mail: Mail) -> None:
        # Only an address outside ASCII asks something of the server: the mail itself is written in ASCII.
        options = () if (mail.sender + mail.address).isascii() else ("SMTPUTF8",)
        try:
            smtp = await self._connected()
            await smtp.sendmail(mail.sender, [mail.address], mail.content, mail_options=options, timeout=TIMEOUT)
        except SMTPRecipientsRefused as error:
            raise _refusal(error.recipients[0]) from error
        except (SMTPAuthenticationError, SMTPSenderRefused) as error:
            # It would say so to every mail: the node's settings or the server are wrong, not this mail.
            raise MailServerAway(f"{error.code} {error.message}") from error
        except SMTPResponseException as error:
            raise _refusal(error) from error
        except SMTPNotSupported as error:
            raise Never(str(error)) from error
        except (SMTPException, OSError, TimeoutError) as error:
            raise MailServerAway(f"{type(error).__name__}: {error}") from error
        self._sent += 1
        if self._sent >= MAILS_A_CONNECTION:
            await self.close()

    async def _connected(self) -> SMTP:
        if self._smtp is not None and self._smtp.is_connected:
            return self._smtp
        server = self._server
        secure: dict[str, Any] = {"use_tls": server.tls == "always", "start_tls": server.tls == "start"}
        smtp = SMTP(
            hostname=server.host,
            port=server.port,
            username=server.user,
            password=server.password,
            timeout=TIMEOUT,
            **secure,
        )
        await smtp.connect()
        self._smtp, self._sent = smtp, 0
        return smtp


def _refusal(error: SMTPResponseException) -> Exception:
    """421 is the server's goodbye (RFC 5321, 3.8); other 4xx are for this mail, as all 5xx are."""
    says = f"{error.code} {error.message}"
    if error.code == 421:
        return MailServerAway(says)
    return Never(says) if error.code >= 500 else NotNow(says)


__all__ = ["MailServer", "MailServerAway", "Never", "NotNow", "Post"]
