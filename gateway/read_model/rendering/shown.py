"""What a rendered record consists of."""

from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass
from hashlib import blake2b
from typing import Any, Protocol

import orjson

from gateway.read_model import search
from gateway.read_model.records import Record

CALENDAR_LANGUAGES = ("fi", "sv", "en", "se")
_NO_WORDS = search.Indexed()


class Surroundings(Protocol):
    """What a rendered record shows of other records, and of the node."""

    @property
    def languages(self) -> Sequence[str]:
        """The node's languages in order of fallback."""

    @property
    def public_url(self) -> str:
        """Where the node is reached, without a slash at the end."""

    def newest(self, kind: str, record_id: str, home: str) -> Mapping[str, Any] | None:
        """The data of another record, of `home` if it has one with this id; None when it is unknown or gone."""

    def related(self, record_id: str) -> Sequence[Mapping[str, Any]]:
        """The data of the relations that an organisation is a party of, in order of their days."""


@dataclass(frozen=True, slots=True)
class Shown:
    """sort, until, facets, words: what lists are ordered, cut, narrowed and searched by. item: in a list. body: by
    itself. depends: ids of the records whose names are shown. calendar: makes the VEVENTs by language
    (places do not stand in them, so not every rendering needs them). Facets: (name, value)."""

    record: Record
    sort: str
    item: bytes
    body: bytes
    until: str = ""
    facets: frozenset[tuple[str, str]] = frozenset()
    words: search.Indexed = _NO_WORDS
    depends: frozenset[str] = frozenset()
    calendar: Callable[[], tuple[bytes, ...]] = tuple
    time_zone: str = ""

    @property
    def etag(self) -> str:
        return etag_of(self.record.age, self.body)


def etag_of(age: tuple[int, int], body: bytes) -> str:
    """`"<incarnation>-<version>.<checksum>"`: the first two are what If-Match compares, the checksum tells apart
    answers that differ while the record does not (taken places, a renamed organiser)."""
    return f'"{age[0]}-{age[1]}.{blake2b(body, digest_size=5).hexdigest()}"'


def to_json(values: Mapping[str, Any]) -> bytes:
    return orjson.dumps(dict(values))


def head_of(record: Record) -> dict[str, Any]:
    """The members that every record begins with."""
    names = ("id", "home", "incarnation", "version", "state", "created", "changed")
    return {name: record.data.get(name) for name in names}


def in_language(texts: Mapping[str, str] | None, languages: Sequence[str]) -> str:
    """The text in the first of these languages that has one, else in any; "" when there is none."""
    texts = texts or {}
    for language in languages:
        if texts.get(language):
            return texts[language]
    return next(iter(texts.values()), "")
