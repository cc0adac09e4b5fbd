"""Atom feeds (RFC 4287) of events and news, in one language."""

import re
import uuid
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from typing import Any, Final
from xml.sax.saxutils import escape, quoteattr

from gateway.read_model.rendering.shown import in_language
from gateway.read_model.rendering.vevent import page_language
from services.contracts import vocabularies

MEDIA_TYPE: Final = "application/atom+xml"
_FORBIDDEN: Final = re.compile("[^\t\n\r\x20-\ud7ff\ue000-\ufffd\U00010000-\U0010ffff]")
_ALPHABET: Final = "0123456789abcdefghjkmnpqrstvwxyz"
_CANCELLED: Final = {"fi": "Peruttu: ", "sv": "Inställt: ", "en": "Cancelled: ", "se": "Šluhttejuvvon: "}
_POSTPONED: Final = {"fi": "Siirretty: ", "sv": "Uppskjutet: ", "en": "Postponed: "}
_TITLES: Final[Mapping[str, Mapping[str, str]]] = {
    "event": {"fi": "Tapahtumat", "sv": "Evenemang", "en": "Events", "se": "Dáhpáhusat"},
    "news": {"fi": "Uutiset", "sv": "Nyheter", "en": "News", "se": "Ođđasat"},
}


@dataclass(frozen=True, slots=True)
class About:
    """The feed itself. address: of the feed. node: name by language. updated: RFC 3339."""

    kind: str
    address: str
    public_url: str
    node: Mapping[str, str]
    slug: str
    languages: Sequence[str]
    language: str
    updated: str


def render(about: About, records: Sequence[Mapping[str, Any]]) -> bytes:
    """The feed's document. The order is the list's; readers sort by `updated`."""
    order = (about.language, *about.languages)
    node = in_language(about.node, order) or about.slug
    title = _TITLES[about.kind].get(about.language, _TITLES[about.kind]["en"])
    parts = [
        '<?xml version="1.0" encoding="utf-8"?>\n',
        f'<feed xmlns="http://www.w3.org/2005/Atom" xml:lang={quoteattr(about.language)}>\n',
        _element("id", f"urn:uuid:{uuid.uuid5(uuid.NAMESPACE_URL, about.address)}"),
        _element("title", f"{node}: {title}"),
        _element("updated", about.updated),
        f"<author>{_element('name', node)}<uri>{_clean(about.public_url)}</uri></author>\n",
        f'<link rel="self" type="{MEDIA_TYPE}" href={quoteattr(about.address)}/>\n',
        f'<link rel="alternate" type="text/html" href={quoteattr(_page(about, ""))}/>\n',
    ]
    entry = _event if about.kind == "event" else _news
    parts += [f"<entry>\n{entry(about, order, record)}</entry>\n" for record in records]
    return "".join([*parts, "</feed>\n"]).encode()


def id_of(record_id: str) -> str:
    """An id of ours as the URN of its UUID, which is the same on every node."""
    number = 0
    for character in record_id.partition("_")[2]:
        number = number * 32 + _ALPHABET.index(character)
    return f"urn:uuid:{uuid.UUID(int=number & (1 << 128) - 1)}"


def _event(about: About, order: Sequence[str], record: Mapping[str, Any]) -> str:
    prefix = _prefix(about.language, record)
    place = record.get("place") or {}
    when = f"{record['begins']}/{record['ends']}"  # ISO 8601 interval, for programs; people follow the link
    where = ", ".join(part for part in (place.get("name"), record.get("link")) if part)
    content = "\n".join(
        part
        for part in (
            in_language(record.get("cancellation"), order) if record["state"] == "cancelled" else "",
            in_language(record["postponed"].get("reason"), order) if record.get("postponed") else "",
            in_language(record.get("summary"), order),
            in_language(record.get("description"), order),
            f"{when} {where}".strip(),
        )
        if part
    )
    return (
        _head(about, record, prefix + in_language(record.get("title"), order), "events")
        + _author(in_language(record.get("organiser_name"), order))
        + _categories(record, order)
        + f'<content type="text">{_clean(content)}</content>\n'
    )


def _prefix(language: str, record: Mapping[str, Any]) -> str:
    if record["state"] == "cancelled":
        return _CANCELLED.get(language, _CANCELLED["en"])
    return _POSTPONED.get(language, _POSTPONED["en"]) if record.get("postponed") else ""


def _news(about: About, order: Sequence[str], record: Mapping[str, Any]) -> str:
    link = record.get("link")
    related = f'<link rel="related" href={quoteattr(link)}/>\n' if link else ""
    return (
        _head(about, record, in_language(record.get("title"), order), "news")
        + related
        + _categories(record, order)
        + f'<content type="text">{_clean(in_language(record.get("body"), order))}</content>\n'
    )


def _head(about: About, record: Mapping[str, Any], title: str, path: str) -> str:
    page = _page(about, f"{path}/{record['id']}")
    changed = record.get("changed") or record.get("created") or about.updated
    return (
        _element("id", id_of(record["id"]))
        + _element("title", title)
        + _element("updated", changed)
        + _element("published", record.get("created") or changed)
        + f'<link rel="alternate" type="text/html" href={quoteattr(page)}/>\n'
    )


def _page(about: About, path: str) -> str:
    return f"{about.public_url}/{page_language(about.language, about.languages)}/{path}"


def _categories(record: Mapping[str, Any], order: Sequence[str]) -> str:
    return "".join(
        f"<category term={quoteattr(code)} "
        f"label={quoteattr(in_language(vocabularies.THEMES.get(code, {}), order) or code)}/>\n"
        for code in record.get("themes") or []
    )


def _author(name: str) -> str:
    return f"<author>{_element('name', name)}</author>\n" if name else ""


def _element(name: str, text: str) -> str:
    return f"<{name}>{_clean(text)}</{name}>\n"


def _clean(text: str) -> str:
    """Escaped, without the characters that XML 1.0 forbids even as references."""
    return escape(_FORBIDDEN.sub("", text))
