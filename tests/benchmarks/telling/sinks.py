"""Where mails and webhooks end, in a process of its own: `python -m tests.benchmarks.telling.sinks FOLDER`.

As cheap as can be, so that it is the sender that is measured: it reads, says yes, and notes who got something when.
It keeps the first message of each kind, whose bytes the bare senders send.
"""

import asyncio
import re
import sys
import time
from pathlib import Path
from typing import TextIO

_RECIPIENT = re.compile(rb"RCPT TO:<([^>]*)>", re.IGNORECASE)
_LENGTH = re.compile(rb"content-length: *(\d+)", re.IGNORECASE)
_REPLIES = {
    b"EHLO": b"250-sink\r\n250-8BITMIME\r\n250-SMTPUTF8\r\n250 PIPELINING\r\n",
    b"DATA": b"354 go on\r\n",
    b"QUIT": b"221 bye\r\n",
}
_END = b"\r\n.\r\n"


class Notes:
    """One line for each message: the moment (time.time) and whose it is. And the first message itself."""

    def __init__(self, folder: Path, kind: str) -> None:
        self._first = folder / f"{kind}.first"
        self._file: TextIO = (folder / f"{kind}.txt").open("a", buffering=1)

    def take(self, whose: str, content: bytes) -> None:
        if not self._first.exists():
            self._first.write_bytes(content)
        self._file.write(f"{time.time():.4f} {whose}\n")


class Mails(asyncio.Protocol):
    """SMTP, as much of it as a sender needs; takes everything."""

    def __init__(self, notes: Notes) -> None:
        self._notes, self._held, self._in_data, self._whose = notes, bytearray(), False, ""

    def connection_made(self, transport: asyncio.BaseTransport) -> None:
        assert isinstance(transport, asyncio.Transport)
        self._transport = transport
        transport.write(b"220 sink\r\n")

    def data_received(self, data: bytes) -> None:
        self._held += data
        while self._content() if self._in_data else self._command():
            pass

    def _content(self) -> bool:
        end = self._held.find(_END)
        if end < 0:
            return False
        self._notes.take(self._whose, bytes(self._held[: end + 2]))
        del self._held[: end + len(_END)]
        self._in_data = False
        self._transport.write(b"250 taken\r\n")
        return True

    def _command(self) -> bool:
        end = self._held.find(b"\r\n")
        if end < 0:
            return False
        line = bytes(self._held[:end])
        del self._held[: end + 2]
        verb = line[:4].upper()
        if (found := _RECIPIENT.match(line)) is not None:
            self._whose = found.group(1).decode()
        self._in_data = verb == b"DATA"
        self._transport.write(_REPLIES.get(verb, b"250 ok\r\n"))
        if verb == b"QUIT":
            self._transport.close()
        return True


class Webhooks(asyncio.Protocol):
    """HTTP with connections that are kept; says 204 to everything."""

    def __init__(self, notes: Notes) -> None:
        self._notes, self._held = notes, bytearray()

    def connection_made(self, transport: asyncio.BaseTransport) -> None:
        assert isinstance(transport, asyncio.Transport)
        self._transport = transport

    def data_received(self, data: bytes) -> None:
        self._held += data
        while (head := self._held.find(b"\r\n\r\n")) >= 0:
            found = _LENGTH.search(self._held, 0, head)
            end = head + 4 + (int(found.group(1)) if found else 0)
            if len(self._held) < end:
                return
            path = bytes(self._held[: self._held.find(b"\r\n")]).split()[1].decode()
            self._notes.take(path, bytes(self._held[head + 4 : end]))
            del self._held[:end]
            self._transport.write(b"HTTP/1.1 204 No Content\r\n\r\n")


async def _serve(folder: Path) -> None:
    loop = asyncio.get_running_loop()
    mails, hooks = Notes(folder, "mails"), Notes(folder, "hooks")
    smtp = await loop.create_server(lambda: Mails(mails), "127.0.0.1", 0)
    http = await loop.create_server(lambda: Webhooks(hooks), "127.0.0.1", 0)
    ports = [str(server.sockets[0].getsockname()[1]) for server in (smtp, http)]
    ready = folder / "ports.new"
    ready.write_text(" ".join(ports))
    ready.rename(folder / "ports")
    await asyncio.gather(smtp.serve_forever(), http.serve_forever())


if __name__ == "__main__":
    asyncio.run(_serve(Path(sys.argv[1])))
