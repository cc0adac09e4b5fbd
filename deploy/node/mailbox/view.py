"""The mailbox in the browser, and as JSON for tests and for the walk in the README."""

import socketserver
import wsgiref.simple_server
from collections.abc import Callable
from pathlib import Path
from typing import Any

import falcon
import jinja2

from .letters import Letter, Letters

_pages = jinja2.Environment(
    loader=jinja2.FileSystemLoader(Path(__file__).with_name("pages")), autoescape=True, trim_blocks=True
)
_POLICY = "default-src 'none'; style-src 'unsafe-inline'; frame-src 'self'; form-action 'self'; base-uri 'none'"
# What a mail brings may look as it likes, but runs nothing, loads nothing and is no page of ours.
_MAIL_POLICY = (
    "sandbox allow-popups allow-popups-to-escape-sandbox; "
    "default-src 'none'; style-src 'unsafe-inline'; img-src data:; frame-ancestors 'self'"
)


def app(letters: Letters) -> Any:
    """A WSGI application."""
    application = falcon.App(middleware=[_Headers()])
    application.add_route("/", _List(letters))
    application.add_route("/messages.json", _Json(letters))
    application.add_route("/link", _Link(letters))
    application.add_route("/clear", _Clear(letters))
    application.add_route("/messages/{identity}", _One(letters, _page))
    application.add_route("/messages/{identity}/html", _One(letters, _html))
    application.add_route("/messages/{identity}/raw", _Raw(letters))
    application.add_route("/messages/{identity}/attachments/{number:int}", _One(letters, _attachment))
    return application


def serve(letters: Letters, host: str, port: int) -> wsgiref.simple_server.WSGIServer:
    """Bound, not yet serving: call `.serve_forever()`. Raises OSError when the port is taken."""
    return wsgiref.simple_server.make_server(host, port, app(letters), server_class=_Server, handler_class=_Quiet)


class _Server(socketserver.ThreadingMixIn, wsgiref.simple_server.WSGIServer):
    daemon_threads = True


class _Quiet(wsgiref.simple_server.WSGIRequestHandler):
    def log_message(self, format: str, *args: Any) -> None:
        """Nothing: `status` and tests ask all the time."""


class _Headers:
    def process_response(
        self, request: falcon.Request, response: falcon.Response, resource: object, succeeded: bool
    ) -> None:
        response.set_header("X-Content-Type-Options", "nosniff")
        response.set_header("Referrer-Policy", "no-referrer")
        response.set_header("Cache-Control", "no-store")
        if "content-security-policy" not in response.headers:
            response.set_header("Content-Security-Policy", _POLICY)


class _List:
    def __init__(self, letters: Letters) -> None:
        self._letters = letters

    def on_get(self, request: falcon.Request, response: falcon.Response) -> None:
        response.content_type = falcon.MEDIA_HTML
        response.text = _pages.get_template("list.html").render(letters=self._letters.all())


class _Json:
    def __init__(self, letters: Letters) -> None:
        self._letters = letters

    def on_get(self, request: falcon.Request, response: falcon.Response) -> None:
        """?to= keeps those to this address."""
        response.media = [_brief(letter) for letter in _mails_to(request, self._letters)]


class _Link:
    def __init__(self, letters: Letters) -> None:
        self._letters = letters

    def on_get(self, request: falcon.Request, response: falcon.Response) -> None:
        """?containing= the newest link with these words, as plain text, for a walk with curl; 404 while none came.
        ?to= of mails to this address."""
        wanted = request.get_param("containing", default="")
        links = (link for letter in _mails_to(request, self._letters) for link in letter.links if wanted in link)
        found = next(links, None)
        if found is None:
            raise falcon.HTTPNotFound(title="No mail has such a link yet.")
        response.content_type = falcon.MEDIA_TEXT
        response.text = found


class _Clear:
    def __init__(self, letters: Letters) -> None:
        self._letters = letters

    def on_post(self, request: falcon.Request, response: falcon.Response) -> None:
        # A page elsewhere could send this form too; it could do no more than empty the list.
        if request.get_header("Sec-Fetch-Site", default="same-origin") not in ("same-origin", "none"):
            raise falcon.HTTPForbidden(description="Only the mailbox's own page may empty it.")
        self._letters.clear()
        raise falcon.HTTPSeeOther("/")


class _One:
    def __init__(self, letters: Letters, show: Callable[..., None]) -> None:
        self._letters, self._show = letters, show

    def on_get(self, request: falcon.Request, response: falcon.Response, identity: str, **rest: int) -> None:
        letter = self._letters.find(identity)
        if letter is None:
            raise falcon.HTTPNotFound(description="No such message.")
        self._show(response, letter, **rest)


class _Raw:
    def __init__(self, letters: Letters) -> None:
        self._letters = letters

    def on_get(self, request: falcon.Request, response: falcon.Response, identity: str) -> None:
        raw = self._letters.raw(identity)
        if raw is None:
            raise falcon.HTTPNotFound(description="No such message.")
        response.content_type = "text/plain; charset=utf-8"
        response.data = raw


def _mails_to(request: falcon.Request, letters: Letters) -> list[Letter]:
    """Those to the address in ?to=; all without it."""
    wanted = request.get_param("to")
    return [letter for letter in letters.all() if not wanted or wanted in letter.recipients]


def _page(response: falcon.Response, letter: Letter) -> None:
    response.content_type = falcon.MEDIA_HTML
    response.text = _pages.get_template("message.html").render(letter=letter)


def _html(response: falcon.Response, letter: Letter) -> None:
    if letter.html is None:
        raise falcon.HTTPNotFound(description="This message has no HTML.")
    response.content_type = falcon.MEDIA_HTML
    response.set_header("Content-Security-Policy", _MAIL_POLICY)
    response.text = letter.html


def _attachment(response: falcon.Response, letter: Letter, number: int) -> None:
    attachments = letter.attachments
    if number >= len(attachments):
        raise falcon.HTTPNotFound(description="No such attachment.")
    response.content_type = "application/octet-stream"  # downloaded, never shown in the mailbox's own name
    response.downloadable_as = attachments[number].name
    response.data = attachments[number].content


def _brief(letter: Letter) -> dict[str, Any]:
    return {
        "id": letter.id,
        "to": list(letter.recipients),
        "from": letter.sender,
        "subject": letter.subject,
        "date": letter.date,
        "text": letter.text,
        "links": letter.links,
        "attachments": [{"name": part.name, "type": part.kind} for part in letter.attachments],
        "headers": {
            name: str(letter.message[name])
            for name in ("List-Unsubscribe", "List-Unsubscribe-Post", "Message-ID", "Content-Language")
            if letter.message[name]
        },
    }
