"""Names as they are compared: folded words, without what tells nothing apart."""

import re
import unicodedata
from collections.abc import Mapping
from typing import Final

_BEGINNING: Final = 5
_WORD: Final = re.compile(r"[^\W_]+")
_LEGAL_FORMS: Final = frozenset(
    {"oy", "oyj", "ab", "abp", "ry", "rf", "ky", "ay", "tmi", "osk", "sr", "ltd", "plc", "gmbh", "inc", "llc", "as"}
)


def words_of_name(text: str) -> list[str]:
    """The words of a name without case, accents and legal form (Oy, Ab, ...)."""
    decomposed = unicodedata.normalize("NFKD", text.casefold())
    folded = "".join(character for character in decomposed if not unicodedata.combining(character))
    found = _WORD.findall(folded)
    return [word for word in found if word not in _LEGAL_FORMS] or found


def like_keys(name: Mapping[str, str]) -> tuple[str, ...]:
    """The beginnings of a name's words: names that share none of them are not alike."""
    return tuple(sorted({word[:_BEGINNING] for text in name.values() for word in words_of_name(text) if len(word) > 2}))
