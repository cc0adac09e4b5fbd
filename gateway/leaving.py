"""Before a gateway ends for its successor it lets its clients go: every answer closes its connection.

A server that ends closes connections on which nothing is asked just then; a client that asks at that very moment gets
no answer, and cannot know whether it was heard. So on SIGUSR1 the worker goes on answering, but each answer says
`Connection: close` (RFC 9112, 9.6), and the client's next request goes to whoever listens then.
"""

import multiprocessing
import os
import signal
from collections.abc import Awaitable
from contextlib import suppress
from typing import TYPE_CHECKING, Any, Final

if TYPE_CHECKING:  # the server's own process needs none of it
    from gateway.kept import Kept, Message, Receive, Scope, Send

SIGNAL: Final = signal.SIGUSR1
_CLOSE: Final = (b"connection", b"close")


class Leaving:
    """The outermost layer of a worker. While nobody has told it to leave it costs one comparison."""

    def __init__(self, app: "Kept") -> None:
        self._app, self._leaves = app, False

    def __call__(self, scope: "Scope", receive: "Receive", send: "Send") -> Awaitable[None]:
        if scope["type"] == "lifespan":
            signal.signal(SIGNAL, self._leave)
        elif self._leaves:
            return self._app(scope, receive, _closing(send))
        return self._app(scope, receive, send)

    def _leave(self, *_: Any) -> None:
        self._leaves = True


def _closing(send: "Send") -> "Send":
    async def closing(message: "Message") -> None:
        if message["type"] == "http.response.start":
            message = {**message, "headers": [*message.get("headers", ()), _CLOSE]}
        await send(message)

    return closing


def tell_workers() -> None:
    """In the server's own process: from now on each worker is told what this process is told by SIGUSR1."""

    def tell(*_: Any) -> None:
        for worker in multiprocessing.active_children():
            if worker.pid is not None:
                with suppress(ProcessLookupError):
                    os.kill(worker.pid, SIGNAL)

    signal.signal(SIGNAL, tell)
