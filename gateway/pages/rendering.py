"""Pages out of templates: plain, accessible HTML that needs no script, under a strict policy of what may be loaded."""

from collections.abc import Mapping
from functools import cache
from pathlib import Path
from typing import Any, Final

import falcon.asgi
import jinja2

from gateway.dependencies import Dependencies
from gateway.kept import keep
from gateway.pages import dates
from gateway.pages.languages import Words, choose, translations, words
from gateway.problems import Problem
from services.contracts import vocabularies

FOLDER: Final = Path(__file__).parent
POLICY: Final = (
    "default-src 'none'; style-src 'self'; img-src 'self' data:; form-action 'self'; base-uri 'none'; "
    "frame-ancestors 'none'"
)


@cache
def _environment() -> jinja2.Environment:
    return jinja2.Environment(
        loader=jinja2.FileSystemLoader(FOLDER / "templates"),
        autoescape=True,
        undefined=jinja2.StrictUndefined,
        trim_blocks=True,
        lstrip_blocks=True,
    )


def languages_of(deps: Dependencies) -> list[str]:
    """The languages that pages are offered in: the node's, then the rest that have a translation."""
    known = translations()
    return list(dict.fromkeys([*(code for code in deps.settings.languages if code in known), *known]))


def words_of(deps: Dependencies, language: str) -> Words:
    """The words of the language in the path. Raises Problem 404 for another."""
    try:
        return words(language, deps.settings.languages)
    except KeyError as error:
        raise Problem("not_found", "There are no pages in that language.") from error


def wished_language(deps: Dependencies, request: falcon.asgi.Request) -> str:
    """The language of the path, else the one that the browser asks for."""
    offered = languages_of(deps)
    first = request.path.split("/")[1]
    return first if first in offered else choose(request.get_header("Accept-Language"), offered)


def show(
    deps: Dependencies,
    request: falcon.asgi.Request,
    response: falcon.asgi.Response,
    template: str,
    text: Words,
    values: Mapping[str, Any] | None = None,
    *,
    status: int = 200,
    private: bool = True,
    until: float | None = None,
) -> None:
    """Writes a page. private: it shows what only the holder of a link or session may see, or follows a command. until:
    how long it is the same for all who are not signed in, if nothing changes (time.monotonic); None for others."""
    if until is not None:
        keep(request, until)
    settings = deps.settings
    others = [code for code in languages_of(deps) if code != text.language]
    rest = request.path.split("/", 2)[2] if request.path.count("/") >= 2 else ""
    body = (
        _environment()
        .get_template(template)
        .render(
            t=text,
            of=text.of,
            dates=dates,
            vocabularies=vocabularies,
            node_name=text.of(settings.node_name)[0] or settings.node,
            contact=settings.contact,
            public_url=settings.public_url,
            zone=settings.time_zone,
            others=[(code, translations()[code]["language.name"], f"/{code}/{rest}") for code in others],
            signed_in=request.context.caller.by == "session",
            **(values or {}),
        )
    )
    response.status = status
    response.content_type = "text/html; charset=utf-8"
    response.set_header("Content-Security-Policy", POLICY)
    response.set_header("Content-Language", text.language)
    response.set_header("Cache-Control", "no-store" if private else "public, max-age=30")
    if private:
        response.set_header("X-Robots-Tag", "noindex")
    response.text = body
