"""Takes mail by SMTP."""

import asyncio

from aiosmtpd.controller import Controller
from aiosmtpd.smtp import SMTP, Envelope, Session

from .letters import Letters

LARGEST = 20 * 1024 * 1024


class Sink:
    """aiosmtpd's handler: every mail for anybody is taken."""

    def __init__(self, letters: Letters) -> None:
        self._letters = letters

    async def handle_DATA(self, server: SMTP, session: Session, envelope: Envelope) -> str:  # noqa: N802 - aiosmtpd's
        """Keeps it, then says so."""
        content = envelope.content if isinstance(envelope.content, bytes) else (envelope.content or "").encode()
        try:
            identity = await asyncio.to_thread(self._letters.keep, content, list(envelope.rcpt_tos))
        except OSError as error:  # said as 5xx, which is aiosmtpd's answer to an exception, it would be for good
            return f"452 cannot be kept now: {error.strerror or error}"
        return f"250 kept as {identity}"


def serve(letters: Letters, host: str, port: int) -> Controller:
    """Serves from a thread of its own until `.stop()`. Raises OSError when the port is taken."""
    controller = Controller(Sink(letters), hostname=host, port=port, data_size_limit=LARGEST, enable_SMTPUTF8=True)
    controller.start()
    return controller
