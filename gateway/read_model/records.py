"""A record as the read model takes it in: out of a fact, or out of a service's snapshot."""

from dataclasses import dataclass
from typing import Any, Final

import orjson
from marshmallow import ValidationError

from services.contracts import facts
from services.contracts.envelope import Fact, UndecodableFact

PUBLIC_KINDS: Final = (
    "organisation",
    "relation",
    "offering",
    "package",
    "event",
    "places",
    "block",
    "series",
    "consortium",
    "membership",
    "working_group",
    "news",
)
IDENTITY_KINDS: Final = ("session", "key")
TOMBSTONES: Final = frozenset({"removed", "withdrawn", "released"})
"""States in which a public record is gone: its id and age are kept, nothing else."""

_TYPE_OF_KIND: Final = {fact.kind: fact.name for fact in facts.ALL}
_AGE_AND_NAME: Final = ("id", "home", "incarnation", "version", "state", "created", "changed")


@dataclass(frozen=True, slots=True)
class Record:
    """The state of one record. data: its JSON values, with those of a tombstone left out."""

    kind: str
    home: str
    id: str
    incarnation: int
    version: int
    state: str
    data: dict[str, Any]

    @property
    def age(self) -> tuple[int, int]:
        return (self.incarnation, self.version)

    @property
    def ref(self) -> str:
        return ref_of(self.id, self.home)

    @property
    def gone(self) -> bool:
        return self.state in TOMBSTONES


def ref_of(record_id: str, home: str) -> str:
    """The key (home, id) as one text; it begins with the id, so that one index serves both."""
    return f"{record_id}@{home}"


def record_of_fact(fact: Fact) -> Record | None:
    """The record that a fact carries; None for a fact that the read model does not keep.

    Raises UndecodableFact for data that break the schema of the fact's type, KeyError for a type unknown here.
    """
    kind = facts.BY_NAME[fact.type].kind
    if not (kind in PUBLIC_KINDS and fact.visibility == "public") and kind not in IDENTITY_KINDS:
        return None
    return _record(kind, fact.type, fact.home, fact.subject, (fact.incarnation, fact.version), fact.data)


def record_of_snapshot(kind: str, entry: dict[str, Any]) -> Record:
    """A record of a page of `<service>.snapshot`. One that is not public (any more) comes out as a tombstone, so
    that an old fact which arrives late can't bring back what was withdrawn.

    Raises UndecodableFact for data that break the schema.
    """
    try:
        home, record_id = str(entry["home"]), str(entry["id"])
        age = (int(entry["incarnation"]), int(entry["version"]))
    except (KeyError, TypeError, ValueError) as error:
        raise UndecodableFact(f"{kind}: {error}") from error
    if kind in PUBLIC_KINDS and entry.get("visibility", "public") != "public":
        return Record(kind, home, record_id, *age, "withdrawn", _left_of(entry | {"state": "withdrawn"}))
    return _record(kind, _TYPE_OF_KIND[kind], home, record_id, age, entry)


def _record(kind: str, fact_type: str, home: str, record_id: str, age: tuple[int, int], data: dict[str, Any]) -> Record:
    try:
        values = facts.write_data(fact_type, facts.read_data(fact_type, data))
    except (ValidationError, TypeError, ValueError, AttributeError) as error:
        raise UndecodableFact(f"{fact_type}: {error}") from error
    values |= {"id": record_id, "home": home, "incarnation": age[0], "version": age[1]}
    state = str(values.get("state", ""))
    if state in TOMBSTONES:
        values = _left_of(values)
    # One order of members, so that the same record is always rendered to the same bytes.
    canonical: dict[str, Any] = orjson.loads(orjson.dumps(values, option=orjson.OPT_SORT_KEYS))
    return Record(kind, home, record_id, *age, state, canonical)


def _left_of(values: dict[str, Any]) -> dict[str, Any]:
    return {name: values[name] for name in _AGE_AND_NAME if name in values}
