"""Words for the full-text search: what is indexed and what is asked go through the same `words_of`.

It folds case and accents (Rovaniemi = rovaniemi, Etelä = etela). A stemmer for Finnish would stand here: `Words`
is all that the writer and the reader know of it.
"""

import re
import unicodedata
from collections.abc import Callable, Iterable
from datetime import datetime
from typing import Final

Words = Callable[[str], list[str]]

_WORD = re.compile(r"[^\W_]+")
_MOST_WORDS = 12
BY_TIME: Final = frozenset({"event", "news"})
"""Kinds whose lists are in order of time; the others are in order of names."""


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


def match_expression(asked: str, tags: Iterable[Iterable[str]] = (), words: Words = words_of) -> str | None:
    """An FTS5 expression: all of the words, the last one as a beginning, and of each group of tags one. None when no
    word was asked for.

    Every word is quoted and holds letters and digits alone, so nothing that is typed is ever an operator or a tag.
    """
    found = words(asked)[:_MOST_WORDS]
    if not found:
        return None
    *whole, last = (f'"{word}"' for word in found)
    groups = ("(" + " OR ".join(f'"{tag}"' for tag in group) + ")" for group in tags)
    return " AND ".join([*whole, f"{last} *", *groups])


def tag_of_term(term: int) -> str:
    """A value of a facet, as a word that nobody can type: `_` parts words."""
    return f"_{term}"


def tag_of_state(state: str) -> str:
    """A record's state, likewise."""
    return f"_{state}"


# Letters that the Finnish and Swedish alphabets put after z, in this order.
_AFTER_Z = str.maketrans({"å": "{", "ä": "|", "æ": "|", "ö": "}", "ø": "}"})


def sort_key(name: str) -> str:
    """A key that sorts names as Finnish does (å, ä, ö after z), whatever their case."""
    return fold(unicodedata.normalize("NFC", name.casefold()).translate(_AFTER_Z)).strip()[:60]


# Ranks. The full-text table gives its matches in the order of its row numbers, one by one. So a record's row number is
# made from its sort key: then the first page of ten thousand matches costs no more than that of a hundred. The
# upper bits are an abridged sort key; records that are alike in it have slots below it, and are sorted when read.

_SLOT_BITS: Final = 21
SLOTS: Final = 1 << _SLOT_BITS
_LETTERS: Final = 7
_BITS_OF_LETTER: Final = 6
_HIGHEST: Final = (1 << _LETTERS * _BITS_OF_LETTER) - 1
LAST_RANK: Final = (_HIGHEST + 1 << _SLOT_BITS) - 1
# In order: what is before a space, space, what is between it and the digits, digits, what is between them and the
# letters, letters with the three that stand after z, the rest. Only single characters have places of their own.
_PLACES: Final = {
    character: place
    for place, character in enumerate(
        ["", " ", "", *"0123456789", "", *"abcdefghijklmnopqrstuvwxyz{|}"],
    )
    if character
}


def first_rank(kind: str, sort: str) -> int:
    """The first of the SLOTS ranks of a sort key. A greater key never has a smaller one."""
    code = _seconds(sort) if kind in BY_TIME else _letters(sort)
    return min(code, _HIGHEST) << _SLOT_BITS


def _seconds(sort: str) -> int:
    try:
        return max(0, int(datetime.fromisoformat(sort).timestamp()))
    except ValueError:
        return 0  # "": no time is known


def _letters(sort: str) -> int:
    code, left = 0, _LETTERS
    for letter in sort[:_LETTERS]:
        place = _PLACES.get(letter)
        code, left = code << _BITS_OF_LETTER | (_shared_place(letter) if place is None else place), left - 1
        if place is None:
            break  # letters that share a place are not told apart, and so nothing that follows them
    return code << _BITS_OF_LETTER * left


def _shared_place(letter: str) -> int:
    if letter < "0":
        return 0 if letter < " " else _PLACES[" "] + 1
    return _PLACES["9"] + 1 if letter < "a" else _PLACES["}"] + 1
