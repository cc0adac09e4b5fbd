"""A real HTTP server that takes webhooks, as a member's system would: it verifies, keeps and answers."""

import threading
from dataclasses import dataclass
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer
from typing import Any

import orjson
from standardwebhooks import Webhook


@dataclass(frozen=True, slots=True)
class Call:
    headers: dict[str, str]
    body: bytes
    path: str

    @property
    def fact(self) -> dict[str, Any]:
        value: dict[str, Any] = orjson.loads(self.body)
        return value

    def verify(self, secret: str) -> None:
        """Raises WebhookVerificationError."""
        Webhook(secret).verify(self.body, self.headers)


class Receiver:
    """answers: statuses to give in order; the last one for ever."""

    def __init__(self, *answers: int) -> None:
        self.got: list[Call] = []
        self.answers = list(answers) or [204]
        outer = self

        class Handler(BaseHTTPRequestHandler):
            def do_POST(self) -> None:
                body = self.rfile.read(int(self.headers["content-length"]))
                outer.got.append(Call({key.lower(): value for key, value in self.headers.items()}, body, self.path))
                status = outer.answers.pop(0) if len(outer.answers) > 1 else outer.answers[0]
                self.send_response(status)
                if status in (301, 302, 307):
                    self.send_header("location", f"{outer.url}/elsewhere")
                self.end_headers()

            def log_message(self, *_: object) -> None:
                """Silence."""

        self._server = ThreadingHTTPServer(("127.0.0.1", 0), Handler)
        threading.Thread(target=self._server.serve_forever, daemon=True).start()

    @property
    def url(self) -> str:
        return f"http://127.0.0.1:{self._server.server_address[1]}"

    def stop(self) -> None:
        self._server.shutdown()
        self._server.server_close()
