"""Words for the full-text search: what is indexed and what is asked go through the same functions.

`words_of` folds case and accents (Rovaniemi = rovaniemi, Etelä = etela). Beside the words as they are written the index
keeps keys that a word's forms share, and what compounds are made of (language/): "kaivoksen" finds "kaivos".
What a record is called by counts more than what else is said of it, so those words stand there a second time.
"""

import re
import unicodedata
from collections.abc import Iterable, Iterator, Mapping, Sequence
from dataclasses import dataclass
from datetime import datetime
from typing import Final

from .language import stems

_WORD: Final = re.compile(r"[^\W_]+")
_ENDING_OF_AN_ABBREVIATION: Final = re.compile(r"(?<=[^\W\d_]):[^\W\d_]{1,5}\b")
_MOST_WORDS: Final = 12
BY_TIME: Final = frozenset({"event", "news"})
"""Kinds whose lists are in order of time; the others are in order of names."""
_UNLABELLED: Final = "fi"
"""What names of places and the like are taken for: they are inflected as Finnish words are."""

Text = str | Mapping[str, str]
"""A text by language, or one of no language."""


@dataclass(frozen=True, slots=True)
class Indexed:
    """What the index keeps of a record. words: as they are written, folded. marks: what is made of them, with a
    character before it that nobody can type, for it parts words (`_Where`)."""

    words: str = ""
    marks: str = ""


@dataclass(frozen=True, slots=True)
class _Where:
    """The characters before a word, before its keys, and before the keys of what a compound is made of."""

    word: str
    key: str
    part: str


_TITLE: Final = _Where("=", "~", ">")
_ANYWHERE: Final = _Where("", "+", "<")
MARKS: Final = "_=~>+<"
"""All characters that stand before a mark or tag."""


def fold(text: str) -> str:
    """Lower case without accents."""
    decomposed = unicodedata.normalize("NFKD", text.casefold())
    return "".join(character for character in decomposed if not unicodedata.combining(character))


def words_of(text: str) -> list[str]:
    """The words of a text, folded; punctuation parts them (0244680-7 is 0244680 and 7), but for the colon before the
    ending of an abbreviation, which is left out with it (GTK:n is gtk)."""
    return _WORD.findall(_ENDING_OF_AN_ABBREVIATION.sub("", fold(text)))


def indexed(title: Iterable[Text], text: Iterable[Text] = ()) -> Indexed:
    """What the index keeps. title: what the record is called by; text: what else is said of it."""
    words: list[str] = []
    marks: dict[str, None] = {}
    for where, parts in ((_TITLE, title), (_ANYWHERE, text)):
        for language, part in _by_language(parts):
            found = words_of(part)
            words += found
            for word in dict.fromkeys(found):
                marks.update(dict.fromkeys(_marks_of(word, language, where)))
    return Indexed(" ".join(words), " ".join(marks))


def _by_language(texts: Iterable[Text]) -> Iterator[tuple[str, str]]:
    for text in texts:
        yield from [(_UNLABELLED, text)] if isinstance(text, str) else text.items()


def _marks_of(word: str, language: str, where: _Where) -> Iterator[str]:
    places = (_TITLE, _ANYWHERE) if where is _TITLE else (_ANYWHERE,)
    if where is _TITLE:
        yield f"{where.word}{word}"
    if language not in stems.LANGUAGES:
        return
    for place in places:
        yield from (f"{place.key}{key}" for key in stems.keys_of(word, language))
        yield from (f"{place.part}{key}" for part in stems.keys_of_parts(word, language) for key in part)


TIERS: Final = (1, 2, 3, 4, 5, 6)
"""How well a record fits. It has every word: 1 in its title, as it was typed; 2 in its title, in any form; 3 as it was
typed; 4 in any form; 5 in its title, in a compound or, the last one, as a beginning; 6 so anywhere."""
_BETTER: Final = {1: (), 2: (1,), 3: (2,), 4: (2, 3), 5: (4,), 6: (4, 5)}
"""What is left out of a tier lest it be given twice; each has what is in those before it."""


LONGEST_INDEXED_BEGINNING: Final = 6
"""Letters (schema.py; the mark of a title counts as one more). What begins with more is put together from all the words
that do, which takes long for common ones."""


@dataclass(frozen=True, slots=True)
class Fit:
    """How words are looked for. tier: only what fits so well and no better (TIERS); None for all that fits. beginning:
    the last word also as a beginning."""

    tier: int | None = None
    beginning: bool = True


EVERYTHING: Final = Fit()


def last_word(asked: str) -> str:
    """The last of the words that are looked for; "" when there is none."""
    found = words_of(asked)[:_MOST_WORDS]
    return found[-1] if found else ""


def match_expression(asked: str, tags: Iterable[Iterable[str]] = (), fit: Fit = EVERYTHING) -> str | None:
    """An FTS5 expression: all of the words in any of their forms, and of each group of tags one. None when no word was
    asked for.

    Every word is quoted and holds letters and digits alone, so nothing that is typed is ever an operator or a tag.
    """
    found = words_of(asked)[:_MOST_WORDS]
    if not found:
        return None
    groups = (_any_of(f'"{tag}"' for tag in group) for group in tags)
    wanted = " AND ".join([_fitting(found, fit.tier or TIERS[-1], fit.beginning), *groups])
    better = _BETTER[fit.tier] if fit.tier else ()
    if not better:
        return wanted
    return f"({wanted}) NOT {_any_of(_fitting(found, each, fit.beginning) for each in better)}"


def _fitting(words: Sequence[str], tier: int, beginning: bool) -> str:
    """What fits so well or better."""
    where = _TITLE if tier in (1, 2, 5) else _ANYWHERE
    if tier in (1, 3):
        forms = [f'"{where.word}{word}"' for word in words]
    elif tier in (2, 4):
        forms = [_any_of(_forms(word, where)) for word in words]
    else:
        *whole, last = words
        begins = [f'"{where.word}{last}" *'] if beginning else []
        forms = [_any_of(_forms_and_compounds(word, where)) for word in whole]
        forms.append(_any_of([*begins, *_forms_and_compounds(last, where)]))
    return "(" + " AND ".join(forms) + ")"


def _forms(word: str, where: _Where) -> Iterator[str]:
    yield f'"{where.word}{word}"'
    for language in stems.LANGUAGES:
        yield from (f'"{where.key}{key}"' for key in stems.keys_of(word, language))


def _forms_and_compounds(word: str, where: _Where) -> Iterator[str]:
    yield from _forms(word, where)
    for language in stems.LANGUAGES:
        yield from (f'"{where.part}{key}"' for key in stems.keys_of(word, language))
        parts = stems.keys_of_parts(word, language)
        if len(parts) > 1:  # who types "kaivosvesi" may mean "kaivoksen vesi"
            apart = (_any_of(f'"{mark}{key}"' for key in part for mark in (where.key, where.part)) for part in parts)
            yield "(" + " AND ".join(apart) + ")"


def _any_of(expressions: Iterable[str]) -> str:
    return "(" + " OR ".join(expressions) + ")"


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
