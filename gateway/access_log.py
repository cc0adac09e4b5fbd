"""The access log: a JSON line for every request, written a few at a time.

Not by the log library, which costs more than a read of the read model; and not one by one, because every write gives
the interpreter's lock away to the server's threads, which costs more than the line.
"""

import asyncio
import contextlib
import os
import sys
from datetime import UTC, datetime
from typing import Any, Final

import orjson

_WAITS: Final = 0.05
_MOST_WAITING: Final = 200


class AccessLog:
    """The lines of one worker. A kill loses at most those of the last 50 ms."""

    def __init__(self, part: str) -> None:
        self._part, self._pid = part, os.getpid()
        self._waiting: list[bytes] = []
        self._timer: asyncio.TimerHandle | None = None

    def note(self, correlation_id: str, method: str, route: str, status: int, seconds: float, by: str) -> None:
        """A request that was answered. route: the template, for a path itself may hold the token of a link."""
        line: dict[str, Any] = {
            "event": "request",
            "level": "info",
            "timestamp": datetime.now(UTC),
            "part": self._part,
            "correlation_id": correlation_id,
            "method": method,
            "route": route,
            "status": status,
            "ms": round(seconds * 1000, 2),
            "by": by,
            "pid": self._pid,
        }
        self._waiting.append(orjson.dumps(line, option=orjson.OPT_UTC_Z | orjson.OPT_APPEND_NEWLINE))
        if len(self._waiting) >= _MOST_WAITING:
            self.flush()
        elif self._timer is None:
            self._timer = asyncio.get_running_loop().call_later(_WAITS, self.flush)

    def flush(self) -> None:
        """Writes what waits."""
        if self._timer is not None:
            self._timer.cancel()
            self._timer = None
        lines, self._waiting = b"".join(self._waiting), []
        with contextlib.suppress(OSError):  # a full disk costs lines, never an answer
            while lines:
                lines = lines[os.write(sys.stderr.fileno(), lines) :]
