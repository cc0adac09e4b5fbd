"""The pages' words: one data file for each language, so that a language is added without code."""

import json
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from functools import cache
from pathlib import Path
from typing import Final

FOLDER: Final = Path(__file__).parent / "translations"


@cache
def translations() -> Mapping[str, Mapping[str, str]]:
    """Language code -> key -> text, of every file in translations/."""
    return {path.stem: json.loads(path.read_text("utf-8")) for path in sorted(FOLDER.glob("*.json"))}


@dataclass(frozen=True, slots=True)
class Words:
    """The texts of one language; what it lacks is taken from the next language in order."""

    language: str
    order: tuple[str, ...]

    def __call__(self, key: str, **values: object) -> str:
        """The text, with {names} filled in. Raises KeyError for a key that no language has."""
        for language in self.order:
            text = translations()[language].get(key)
            if text is not None:
                return text.format(**values) if values else text
        raise KeyError(key)

    def of(self, texts: Mapping[str, str] | None) -> tuple[str, str]:
        """A localized text in this language or the next that it has, and which language that is ("" for none)."""
        found = texts or {}
        for language in (*self.order, *found):
            if found.get(language):
                return found[language], language
        return "", ""


def words(language: str, fallback: Sequence[str]) -> Words:
    """The words of a language. fallback: the node's languages in order. Raises KeyError for an unknown language."""
    known = translations()
    if language not in known:
        raise KeyError(language)
    order = dict.fromkeys((language, *(code for code in fallback if code in known), "en", "fi"))
    return Words(language, tuple(code for code in order if code in known))


def choose(accepted: str | None, offered: Sequence[str]) -> str:
    """The best of the offered languages for an Accept-Language header; the first where none fits."""
    wishes: list[tuple[float, int, str]] = []
    for place, part in enumerate((accepted or "").split(",")[:20]):
        tag, _, weight = part.strip().partition(";")
        try:
            quality = float(weight.strip().removeprefix("q=")) if weight else 1.0
        except ValueError:
            continue
        wishes.append((-quality, place, tag.split("-")[0].lower()))
    return next((tag for quality, _, tag in sorted(wishes) if quality < 0 and tag in offered), offered[0])
