"""Names that are spelled nearly alike, looked up among many: what a file of ten thousand rows asks for each of them."""

from collections import defaultdict
from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass
from typing import Final

from rapidfuzz import fuzz, process

from .identifier import Identifier
from .likeness import ALIKE
from .names import like_keys, words_of_name

_LONGEST_BLOCK: Final = 300
"""A beginning of a word that so many names share (kaivos...) says nothing about who is who."""
_MOST: Final = 5


@dataclass(frozen=True, slots=True)
class Spelled:
    """A name that was seen: of an organisation of the registry (id), or of a row of the file. told: what the row gives
    for the organisation's id elsewhere; two rows with different ones are two actors."""

    name: str
    id: str | None = None
    row: int | None = None
    told: str | None = None
    identifiers: tuple[Identifier, ...] = ()


@dataclass(frozen=True, slots=True)
class Like:
    spelled: Spelled
    likeness: int


class Spellings:
    """Names by the beginnings of their words. Which pairs are alike is judged as `likeness` does."""

    def __init__(self, under: "Spellings | None" = None) -> None:
        self._under = under
        self._entries: list[tuple[Spelled, str, tuple[str, ...]]] = []
        self._blocks: dict[str, list[int]] = defaultdict(list)

    def beside(self) -> "Spellings":
        """These, and what is added to the new ones alone."""
        return Spellings(self)

    def add(self, spelled: Spelled, name: Mapping[str, str]) -> None:
        for text in set(name.values()):
            words = words_of_name(text)
            if not words:
                continue
            keys = like_keys({"": text})
            for line in _lines(words):
                for key in {*keys, line}:
                    self._blocks[key].append(len(self._entries))
                self._entries.append((spelled, line, _numbers(words)))

    def like(self, spelled: Spelled, name: Mapping[str, str]) -> list[Like]:
        """Those that may be the same actor, the most alike first."""
        best: dict[tuple[str | None, int | None], Like] = {}
        for like in self._found(spelled, name):
            key = (like.spelled.id, like.spelled.row)
            if key not in best or best[key].likeness < like.likeness:
                best[key] = like
        return sorted(best.values(), key=lambda like: (-like.likeness, like.spelled.row or 0))[:_MOST]

    def _found(self, spelled: Spelled, name: Mapping[str, str]) -> list[Like]:
        likes = [] if self._under is None else self._under._found(spelled, name)
        for text in set(name.values()):
            words = words_of_name(text)
            if not words:
                continue
            numbers, keys = _numbers(words), like_keys({"": text})
            for line in _lines(words):
                near = self._near({*keys, line})
                for _, degree, number in process.extract(line, near, scorer=fuzz.ratio, score_cutoff=ALIKE, limit=50):
                    other, _, theirs = self._entries[number]
                    if theirs == numbers and not _are_two(spelled, other):
                        likes.append(Like(other, round(degree)))
        return likes

    def _near(self, keys: Iterable[str]) -> dict[int, str]:
        blocks = (self._blocks.get(key, ()) for key in keys)
        return {
            number: self._entries[number][1] for block in blocks if len(block) <= _LONGEST_BLOCK for number in block
        }


def _are_two(one: Spelled, other: Spelled) -> bool:
    """Whether it is known that they are not the same: by ids, or by identifiers of one scheme that differ."""
    told, theirs = one.told or one.id, other.told or other.id
    if told is not None and theirs is not None and told != theirs:
        return True
    mine = {identifier.scheme: identifier.value for identifier in one.identifiers}
    return any(mine.get(each.scheme, each.value) != each.value for each in other.identifiers)


def _lines(words: Sequence[str]) -> tuple[str, ...]:
    """The words whatever their order, and whatever is written as one: Kaivosesimerkki, Kaivos-esimerkki."""
    return tuple(dict.fromkeys((" ".join(sorted(words)), "".join(words))))


def _numbers(words: Iterable[str]) -> tuple[str, ...]:
    return tuple(sorted(word for word in words if any(character.isdigit() for character in word)))
