"""Words for the full-text search: what is indexed and what is asked go through the same `words_of`.

It folds case and accents (Rovaniemi = rovaniemi, Etelä = etela). A stemmer for Finnish would stand here: `Words`
is all that the writer and the reader know of it.
"""

import re
import unicodedata
from collections.abc import Callable, Iterable

Words = Callable[[str], list[str]]

_WORD = re.compile(r"[^\W_]+")
_MOST_WORDS = 12


def fold(text: str) -> str:
    """Lower case without accents."""
    decomposed = unicodedata.normalize("NFKD", text.casefold())
    return "".join(character for character in decomposed if not unicodedata.combining(character))


def words_of(text: str) -> list[str]:
    """The words of a text, folded; punctuation parts them (0244680-7 is 0244680 and 7)."""
    return _WORD.findall(fold(text))


def indexed(texts: Iterable[str], words: Words = words_of) -> str:
    """What the index keeps of some texts."""
    return " ".join(word for text in texts for word in words(text))


def match_expression(asked: str, words: Words = words_of) -> str | None:
    """An FTS5 expression: all of the words, the last one as a beginning. None when nothing was asked.

    Every word is quoted and holds letters and digits alone, so nothing that is typed is ever an operator.
    """
    found = words(asked)[:_MOST_WORDS]
    if not found:
        return None
    return " ".join(f'"{word}"' for word in found) + "*"


# Letters that the Finnish and Swedish alphabets put after z, in this order.
_AFTER_Z = str.maketrans({"å": "{", "ä": "|", "æ": "|", "ö": "}", "ø": "}"})


def sort_key(name: str) -> str:
    """A key that sorts names as Finnish does (å, ä, ö after z), whatever their case."""
    return fold(unicodedata.normalize("NFC", name.casefold()).translate(_AFTER_Z)).strip()[:60]
