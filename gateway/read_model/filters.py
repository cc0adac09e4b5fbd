"""What a list, feed or stream is narrowed to. One filter serves them all."""

from dataclasses import dataclass, field
from typing import Literal


@dataclass(frozen=True, slots=True)
class Filter:
    """Records of one kind. Within a facet any of the values, between facets all of them.

    facets: ((name, (value, ...)), ...). words: as typed. states: () is any that is shown. ends_after, begins_before:
    RFC 3339 in UTC with milliseconds, as contracts.envelope.format_time writes it; for events and blocks.
    """

    kind: str
    words: str = ""
    facets: tuple[tuple[str, tuple[str, ...]], ...] = ()
    states: tuple[str, ...] = ()
    ends_after: str = ""
    begins_before: str = ""
    newest_first: bool = False


@dataclass(frozen=True, slots=True)
class Position:
    """Between two entries of a list: after the one with this sort key and ref (id@home)."""

    sort: str
    ref: str


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
class StreamFilter:
    """Which facts a live stream tells. kinds: () is all. Facets as in Filter."""

    kinds: frozenset[str] = frozenset()
    facets: tuple[tuple[str, frozenset[str]], ...] = field(default=())

    def takes(self, kind: str, facets: frozenset[tuple[str, str]]) -> bool:
        """Whether a fact about a record of this kind, with these facets, is told."""
        if self.kinds and kind not in self.kinds:
            return False
        return all(any((name, value) in facets for value in values) for name, values in self.facets)
