"""Which organisations may be one actor: by an identifier that both have, or by names that are alike.

rapidfuzz, because the standard library's difflib takes some 100 times as long: a registry of ten thousand names is
compared while a coordinator waits.
"""

from collections import defaultdict
from collections.abc import Collection, Iterable, Iterator, Mapping
from dataclasses import dataclass
from itertools import combinations
from typing import Final

from rapidfuzz import fuzz

from .identifier import claims_of
from .names import like_keys, words_of_name
from .organisation import Organisation

ALIKE: Final = 86
"""From this likeness on (0 to 100) names are offered as being of one actor."""
_LONGEST_BLOCK: Final = 300
"""A beginning of a word that so many names share (kaivos...) says nothing about who is who."""


@dataclass(frozen=True, slots=True)
class Alike:
    """Two ids, the smaller one first. likeness: 0 to 100. because: identifier, name."""

    one: str
    other: str
    likeness: int
    because: tuple[str, ...]

    @property
    def pair(self) -> str:
        return pair_of(self.one, self.other)


def pair_of(one: str, other: str) -> str:
    """One key for two ids, in whatever order."""
    return "+".join(sorted((one, other)))


def likeness(one: Mapping[str, str], other: Mapping[str, str]) -> int:
    """How alike the most alike two of their names are, whatever the order of words and the legal form (Oy, Ab, ...).
    Names with other numbers in them are of two actors."""
    best = 0.0
    for text in one.values():
        for with_ in other.values():
            mine, theirs = words_of_name(text), words_of_name(with_)
            if mine and theirs and _numbers(mine) == _numbers(theirs):
                best = max(best, fuzz.ratio(" ".join(sorted(mine)), " ".join(sorted(theirs)), score_cutoff=best))
    return round(best)


def compare(one: Organisation, other: Organisation) -> Alike | None:
    """Why these two may be one actor; None when nothing speaks for it."""
    because: list[str] = []
    shared = set(claims_of(one.identifiers)).intersection(claims_of(other.identifiers))
    degree = likeness(one.name, other.name)
    if shared:
        because.append("identifier")
    if degree >= ALIKE:
        because.append("name")
    if not because:
        return None
    first, second = sorted((one.id, other.id))
    return Alike(first, second, 100 if shared else degree, tuple(because))


def all_alike(organisations: Collection[Organisation]) -> Iterator[Alike]:
    """Every pair of these that may be one actor."""
    by_id = {organisation.id: organisation for organisation in organisations}
    for one, other in _candidates(organisations):
        found = compare(by_id[one], by_id[other])
        if found is not None:
            yield found


def _candidates(organisations: Iterable[Organisation]) -> set[tuple[str, str]]:
    blocks: dict[str, list[str]] = defaultdict(list)
    for organisation in organisations:
        for key in (*like_keys(organisation.name), *claims_of(organisation.identifiers)):
            blocks[key].append(organisation.id)
    telling = (sorted(block) for block in blocks.values() if len(block) <= _LONGEST_BLOCK)
    return {pair for block in telling for pair in combinations(block, 2)}


def _numbers(words: Iterable[str]) -> list[str]:
    return sorted(word for word in words if any(character.isdigit() for character in word))
