"""Lets a request begin before its body does."""

from collections.abc import Awaitable, Callable, Mapping
from typing import TYPE_CHECKING, Any

import falcon.asgi

if TYPE_CHECKING:
    App = falcon.asgi.App[Any, Any]
else:
    App = falcon.asgi.App

Receive = Callable[[], Awaitable[Mapping[str, Any]]]
Send = Callable[[dict[str, Any]], Awaitable[None]]

_SAY_THAT_ONE_COMES = (b"content-length", b"transfer-encoding")


class BodiesLater(App):
    """Falcon waits for the first bytes of a body before it looks at the request at all. Of one that announces a body
    and never sends it nobody would ever know: no limit on its size or time is asked, it stays for as long as its sender
    likes. So Falcon is told at once that the body begins, with nothing yet."""

    async def __call__(  # type: ignore[override] # Falcon's own differs from that of its WSGI application, too
        self, scope: dict[str, Any], receive: Receive, send: Send
    ) -> None:
        if scope["type"] == "http" and any(name in _SAY_THAT_ONE_COMES for name, _ in scope["headers"]):
            receive = _from_its_beginning(receive)
        await super().__call__(scope, receive, send)


def _from_its_beginning(receive: Receive) -> Receive:
    begun = False

    async def later() -> Mapping[str, Any]:
        nonlocal begun
        if begun:
            return await receive()
        begun = True
        return {"type": "http.request", "body": b"", "more_body": True}

    return later
