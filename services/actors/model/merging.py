"""Two records of one actor become one, and two again: what is taken from which, what moves, what an undo restores."""

from collections.abc import Collection, Iterable, Sequence
from dataclasses import dataclass, replace
from datetime import datetime
from typing import Any, Final, Literal

from services.contracts.errors import Conflict
from services.contracts.relations import DUPLICATE

from .names import like_keys
from .organisation import Organisation, Successor, name_keys
from .record import Record, next_version
from .relation import Relation, check_among

_TEXTS: Final = ("name", "summary")
_LISTS: Final = ("regions", "places", "identifiers", "competences")
_SINGLE: Final = ("kind", "website")
FIELDS: Final = (*_TEXTS, *_SINGLE, *_LISTS)


@dataclass(frozen=True, slots=True)
class Merge(Record):
    """What a merge did, so that it can be undone. before, after: of `into`. relations_before, relations_after: of those
    that it touched. mandates: that it granted. offerings, packages: that came from `other`. account: who merged."""

    state: Literal["done", "undone"]
    into: str
    other: str
    account: str | None
    before: Organisation
    after: Organisation
    relations_before: tuple[Relation, ...] = ()
    relations_after: tuple[Relation, ...] = ()
    mandates: tuple[str, ...] = ()
    offerings: tuple[str, ...] = ()
    packages: tuple[str, ...] = ()


def united(into: Organisation, other: Organisation, take: Collection[str]) -> dict[str, Any]:
    """The fields of the two as one. take: what comes from `other` where both have something; of texts by language
    both are kept, the preferred one first; lists are united."""
    fields: dict[str, Any] = {}
    for name in _TEXTS:
        first, second = (other, into) if name in take else (into, other)
        fields[name] = {**getattr(second, name), **getattr(first, name)}
    for name in _SINGLE:
        first, second = (other, into) if name in take else (into, other)
        fields[name] = getattr(first, name) or getattr(second, name)
    for name in _LISTS:
        fields[name] = tuple(dict.fromkeys((*getattr(into, name), *getattr(other, name))))
    return fields


def merged(
    into: Organisation, other: Organisation, take: Collection[str], now: datetime, incarnation: int
) -> tuple[Organisation, Organisation]:
    """Both as they are afterwards. Raises Conflict unless both are admitted."""
    for organisation in (into, other):
        if organisation.state != "admitted":
            raise Conflict(f"Only admitted organisations can be merged; {organisation.id} is {organisation.state}.")
    if into.id == other.id:
        raise Conflict("These are one record already. Name two.")
    successor = Successor(into.id, DUPLICATE, None)
    return (
        next_version(into, now, incarnation, **_with_keys(united(into, other, take))),
        next_version(other, now, incarnation, state="merged", successors=(successor,)),
    )


def restored(merge: Merge, now_into: Organisation) -> tuple[dict[str, Any], tuple[str, ...]]:
    """The fields of `into` after an undo, and the names of those that were changed since and so keep what was put
    there: of a list only what came from `other` goes."""
    fields: dict[str, Any] = {}
    kept: list[str] = []
    for name in FIELDS:
        before, after, now = (getattr(state, name) for state in (merge.before, merge.after, now_into))
        if now == after:
            fields[name] = before
        elif name in _LISTS:
            gained = [value for value in after if value not in before]
            fields[name] = tuple(value for value in now if value not in gained)
            kept.append(name)
        else:
            fields[name] = now
            kept.append(name)
    return _with_keys(fields), tuple(kept)


def split_again(organisation: Organisation, now: datetime, incarnation: int) -> Organisation:
    """The record that was merged into another one, as it was. Raises Conflict unless it is merged."""
    if organisation.state != "merged":
        raise Conflict(f"This organisation is {organisation.state}, not merged.")
    return next_version(organisation, now, incarnation, state="admitted", successors=())


def moved(
    relations: Iterable[Relation], kept: Sequence[Relation], other: str, into: str, now: datetime, incarnation: int
) -> list[Relation]:
    """The relations of `other` as those of `into`; one that `into` has already, or would have to itself, is withdrawn.

    kept: all others that are stated. Raises Conflict when they would then contradict each other.
    """
    living, result = list(kept), []
    for relation in relations:
        parties = {
            "organisation": into if relation.organisation == other else relation.organisation,
            "other": into if relation.other == other else relation.other,
        }
        after = next_version(relation, now, incarnation, **parties)
        if after.organisation == after.other or any(after.content == there.content for there in living):
            # told of what it was: the fact of a withdrawn relation is a tombstone
            after = next_version(relation, now, incarnation, state="withdrawn")
        else:
            living.append(after)
        result.append(after)
    for relation in result:
        if relation.state == "stated":
            check_among(relation, living)
    return result


def moved_back(before: Relation, after: Relation, found: Relation, now: datetime, incarnation: int) -> Relation | None:
    """A relation as it was before the merge, with days that were changed since; None when somebody withdrew it."""
    if found.state != after.state:
        return None
    parties = {"organisation": before.organisation, "other": before.other}
    return next_version(found, now, incarnation, state=before.state, **parties)


def _with_keys(fields: dict[str, Any]) -> dict[str, Any]:
    return {**fields, "name_keys": name_keys(fields["name"]), "like_keys": like_keys(fields["name"])}


def undone(merge: Merge, now: datetime, incarnation: int) -> Merge:
    """Raises Conflict when it was undone already."""
    if merge.state != "done":
        raise Conflict("This merge was undone already.")
    return replace(next_version(merge, now, incarnation), state="undone")
