"""Keys of words by language: forms of a word share a key. Keys of different languages never meet."""

from functools import lru_cache
from typing import Final

from . import forms, parts

LANGUAGES: Final = ("fi", "sv", "en")
"""Those whose words are known by their forms; words of others are found as they are written."""


@lru_cache(5_000)
def keys_of(word: str, language: str) -> tuple[str, ...]:
    """The keys of a folded word, each with the first letter of the language before it."""
    return tuple(f"{language[0]}{key}" for key in forms.keys(word, language))


@lru_cache(5_000)
def keys_of_parts(word: str, language: str) -> tuple[tuple[str, ...], ...]:
    """The keys of each thing that a compound is made of, as far as that is known; () for what is no compound."""
    return tuple(dict.fromkeys(keys_of(part, language) for part in parts.of(word, language)))
