"""What a list, feed or stream is narrowed to. One filter serves them all."""

from dataclasses import dataclass, field
from typing import Literal

from .search import words_of


@dataclass(frozen=True, slots=True)
class Filter:
    """Records of one kind. Within a facet any of the values, between facets all of them.

    facets: ((name, (value, ...)), ...). words: as typed. states: () is any that is shown. ends_after, begins_before:
    RFC 3339 in UTC with milliseconds, as contracts.envelope.format_time writes it; for events and blocks.
    best_first: what fits the words better stands before what fits worse (search.TIERS), each in the order of the list.
    """

    kind: str
    words: str = ""
    facets: tuple[tuple[str, tuple[str, ...]], ...] = ()
    states: tuple[str, ...] = ()
    ends_after: str = ""
    begins_before: str = ""
    newest_first: bool = False
    best_first: bool = False


@dataclass(frozen=True, slots=True)
class Position:
    """Between two entries of a list: after the one with this sort key and ref (id@home), which, best first, fitted as
    well as `tier` says; 0 otherwise."""

    sort: str
    ref: str
    tier: int = 0


@dataclass(frozen=True, slots=True)
class Page:
    """A part of a list: entries as JSON bytes. after: where the next part begins, None at the end."""

    items: tuple[bytes, ...]
    after: Position | None


@dataclass(frozen=True, slots=True)
class One:
    """A record by itself. changed: RFC 3339, of the record."""

    body: bytes
    etag: str
    changed: str
    state: str
    home: str


@dataclass(frozen=True, slots=True)
class Calendar:
    """Events as VEVENT bytes in order, and the time zones that they name."""

    events: tuple[bytes, ...]
    time_zones: tuple[str, ...]


Language = Literal["fi", "sv", "en", "se"]


@dataclass(frozen=True, slots=True)
class Traits:
    """What a filter looks at in a record besides its facets. begins, ends: as in Filter; "" for what has no time.
    words: as search.Indexed has them."""

    begins: str
    ends: str
    state: str
    words: str


@dataclass(frozen=True, slots=True)
class StreamFilter:
    """Which facts a live stream tells. kinds: () is all. Else as in Filter; words: folded, the last is a beginning."""

    kinds: frozenset[str] = frozenset()
    facets: tuple[tuple[str, frozenset[str]], ...] = field(default=())
    words: tuple[str, ...] | None = None
    states: frozenset[str] = frozenset()
    ends_after: str = ""
    begins_before: str = ""

    @classmethod
    def of(cls, kinds: frozenset[str], filter_: Filter) -> "StreamFilter":
        """The filter of a list, whatever kind it is of, as a filter of facts."""
        return cls(
            kinds=kinds,
            facets=tuple((name, frozenset(values)) for name, values in filter_.facets),
            words=tuple(words_of(filter_.words)) if filter_.words else None,
            states=frozenset(filter_.states),
            ends_after=filter_.ends_after,
            begins_before=filter_.begins_before,
        )

    def takes(self, kind: str, facets: frozenset[tuple[str, str]], traits: tuple[Traits, ...]) -> bool:
        """Whether a fact about a record of this kind is told. traits: of the record before and after the fact; one of
        the two must match, so that whoever shows a list also hears that a record leaves it."""
        if self.kinds and kind not in self.kinds:
            return False
        if not all(any((name, value) in facets for value in values) for name, values in self.facets):
            return False
        asks = self.words is not None or self.states or self.ends_after or self.begins_before
        return not asks or any(self._matches(of) for of in traits)

    def _matches(self, traits: Traits) -> bool:
        if self.states and traits.state not in self.states:
            return False
        if (self.ends_after or self.begins_before) and not traits.ends:
            return False
        if self.ends_after and traits.ends < self.ends_after:
            return False
        if self.begins_before and traits.begins >= self.begins_before:
            return False
        return self.words is None or self._has_words(f" {traits.words} ")

    def _has_words(self, text: str) -> bool:
        if not self.words:
            return False  # something was asked for that is no word
        *whole, last = self.words
        return all(f" {word} " in text for word in whole) and f" {last}" in text
