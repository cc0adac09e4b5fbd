"""Whose data are told or erased, and what a service says that it has."""

from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass, field
from datetime import datetime
from typing import Any

from services.runtime.work import Work


@dataclass(frozen=True, slots=True)
class Person:
    """keys: the address in its folded spellings. account: theirs, if they have one. references: under which other
    services know them. before: what came later is not touched by an erasure."""

    address: str
    keys: tuple[str, ...]
    account: str | None
    references: tuple[str, ...]
    before: datetime


@dataclass(frozen=True, slots=True)
class Known:
    """records: by kind, as dicts of Python values. references: under which the service knows the person. names: that
    stand in these records, to find them elsewhere."""

    records: Mapping[str, Sequence[Mapping[str, Any]]] = field(default_factory=dict)
    references: tuple[str, ...] = ()
    names: tuple[str, ...] = ()


Tell = Callable[[Work, Any, Person], Known]
"""(work, the service's store, whom) -> all that it knows of them."""

Erase = Callable[[Work, Any, Person], Mapping[str, int]]
"""(work, the service's store, whom) -> how many records of each kind were erased, in the transaction of the work."""


def knows_nobody(_work: Work, _store: Any, _person: Person) -> Known:
    """A service that keeps nothing of persons but references."""
    return Known()


def erases_nobody(_work: Work, _store: Any, _person: Person) -> Mapping[str, int]:
    """Its counterpart."""
    return {}
