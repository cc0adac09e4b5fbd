"""A word of a language to keys that its forms share."""

import re
from typing import Final

import Stemmer

from . import finnish

_DEFINITE: Final = re.compile(r"(\w{3,}a)ns?|(\w{4,})e[nt]s?")
"""Definite forms that Snowball leaves: gruvan, tillståndet."""
_SNOWBALL: Final = {"sv": Stemmer.Stemmer("swedish", 0), "en": Stemmer.Stemmer("english", 0)}


def keys(word: str, language: str) -> tuple[str, ...]:
    """Raises KeyError for a language whose forms are not known."""
    if language == "fi":
        return finnish.keys(word)
    stem = _SNOWBALL[language].stemWord
    found = [str(stem(word))]
    if language == "sv" and (definite := _DEFINITE.fullmatch(word)):
        found.append(str(stem(definite[1] or definite[2])))
    return tuple(dict.fromkeys(found))
