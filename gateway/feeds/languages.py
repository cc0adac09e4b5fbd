"""In which language a feed is written."""

import re
from collections.abc import Sequence

import falcon.asgi

from services.contracts.vocabularies import LANGUAGES

_ENTRY = re.compile(r"^\s*([A-Za-z]{1,8})(?:-[A-Za-z0-9-]+)?\s*(?:;\s*q=([01](?:\.\d{0,3})?))?\s*$")


def language_of(request: falcon.asgi.Request, languages: Sequence[str]) -> str:
    """What `?lang=` names, else the best that Accept-Language asks for, else the node's first language."""
    given = request.get_param("lang")
    if given in LANGUAGES:
        return given
    return preferred(request.get_header("Accept-Language") or "", languages)


def preferred(header: str, languages: Sequence[str]) -> str:
    """The language of ours that an Accept-Language header likes best; the node's first when it likes none."""
    liked: list[tuple[float, int, str]] = []
    for place, entry in enumerate(header[:500].split(",")):
        match = _ENTRY.match(entry)
        if match and match[1].lower() in LANGUAGES and float(match[2] or 1) > 0:
            liked.append((-float(match[2] or 1), place, match[1].lower()))
    return min(liked)[2] if liked else (languages[0] if languages else "fi")
