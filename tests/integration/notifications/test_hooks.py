"""The sender of webhooks at a real HTTP/1.1 server: connections are kept for the next, each for one name alone."""

import asyncio
import threading
from collections.abc import Iterator
from contextlib import suppress
from dataclasses import replace
from datetime import UTC, datetime
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer

import pytest

from services.contracts import identifiers
from services.notifications.courier.hooks import HookFailed, Hooks
from services.notifications.model import Filter, Webhook

SECRET = "whsec_" + "QUJD" * 8
NOW = datetime(2026, 11, 22, 9, tzinfo=UTC)


class KeepingServer:
    """connections: from which each webhook came. forgets: it closes each connection after its answer, and does not
    say so. endless: its answers never end."""

    def __init__(self) -> None:
        self.connections: list[tuple[str, int]] = []
        self.forgets = self.endless = False
        outer = self

        class Handler(BaseHTTPRequestHandler):
            protocol_version = "HTTP/1.1"

            def do_POST(self) -> None:
                self.rfile.read(int(self.headers["content-length"]))
                outer.connections.append(self.client_address)
                self.send_response(200)
                if outer.endless:
                    self.send_header("transfer-encoding", "chunked")
                    self.end_headers()
                    with suppress(OSError):
                        while True:
                            self.wfile.write(b"400\r\n" + b"x" * 1024 + b"\r\n")
                self.send_header("content-length", "2")
                self.end_headers()
                self.wfile.write(b"ok")
                self.close_connection = outer.forgets or outer.endless

            def log_message(self, *_: object) -> None:
                """Silence."""

        self._server = ThreadingHTTPServer(("127.0.0.1", 0), Handler)
        self.port = self._server.server_address[1]
        threading.Thread(target=self._server.serve_forever, daemon=True).start()

    def stop(self) -> None:
        self._server.shutdown()
        self._server.server_close()


@pytest.fixture
def server() -> Iterator[KeepingServer]:
    listening = KeepingServer()
    yield listening
    listening.stop()


def _webhook(server: KeepingServer, host: str = "127.0.0.1") -> Webhook:
    wanted = Filter(everything=True)
    return Webhook(
        id=identifiers.new_id(identifiers.WEBHOOK),
        home="pohjois-karjala",
        incarnation=1,
        version=1,
        state="active",
        created=NOW,
        changed=NOW,
        account=identifiers.new_id(identifiers.ACCOUNT),
        url=f"http://{host}:{server.port}/hook",
        filter=wanted,
        keys=wanted.keys,
        language="fi",
        since=NOW,
    )


def _send(*webhooks: Webhook) -> None:
    """One after the other, by one sender."""

    async def run() -> None:
        hooks = Hooks(private=True)
        try:
            for webhook in webhooks:
                await hooks.send(webhook, SECRET, "dlv_1", '{"id":"fct_1"}')
        finally:
            await hooks.close()

    asyncio.run(run())


def test_webhooks_to_one_host_share_a_connection(server: KeepingServer) -> None:
    first = _webhook(server)
    _send(first, _webhook(server), replace(first, url=f"{first.url}/other"))
    assert len(server.connections) == 3
    assert len(set(server.connections)) == 1


def test_two_names_of_one_address_never_share_a_connection(server: KeepingServer) -> None:
    _send(_webhook(server), _webhook(server, "localhost"), _webhook(server))
    assert len(server.connections) == 3
    assert len(set(server.connections)) == 2
    assert server.connections[0] == server.connections[2]


def test_a_kept_connection_that_the_receiver_closed_is_no_failure(server: KeepingServer) -> None:
    server.forgets = True
    _send(*(_webhook(server) for _ in range(5)))
    assert len(set(server.connections)) == 5


def test_an_endless_answer_is_not_read_to_its_end(server: KeepingServer) -> None:
    server.endless = True
    _send(_webhook(server), _webhook(server))
    assert len(set(server.connections)) == 2


def test_a_receiver_that_is_away_is_a_failure(server: KeepingServer) -> None:
    webhook = _webhook(server)
    server.stop()
    with pytest.raises(HookFailed, match="Connect"):
        _send(webhook)
