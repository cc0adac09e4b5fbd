"""Relations between organisations: dated, without contradictions. Words: contracts/relations.py."""

from collections import defaultdict
from collections.abc import Iterable
from dataclasses import dataclass
from datetime import date
from typing import Final, Literal

from services.contracts.errors import Conflict, Invalid, field_error
from services.contracts.relations import SUCCESSIONS

from .record import Record

ENDING: Final = ("merged_into", "renamed_to")
"""What leaves nothing of the organisation but its record."""
HIERARCHIES: Final = ("unit_of", "owner_of")
_SAYS: Final = {"unit_of": "a unit of itself", "owner_of": "its own owner"}


@dataclass(frozen=True, slots=True)
class Relation(Record):
    """`organisation` is `kind` of `other`. since, until: first and last day, None where open or unknown. ceased:
    whether `other` ceased to be when it was split."""

    state: Literal["stated", "withdrawn"]
    kind: str
    organisation: str
    other: str
    since: date | None = None
    until: date | None = None
    ceased: bool = False

    @property
    def is_succession(self) -> bool:
        return self.kind in SUCCESSIONS

    @property
    def ended(self) -> str | None:
        """The organisation that ceased to be by it."""
        if self.kind in ENDING:
            return self.organisation
        return self.other if self.kind == "split_from" and self.ceased else None

    @property
    def successor(self) -> str:
        """The organisation that goes on, of a succession."""
        return self.organisation if self.kind == "split_from" else self.other

    @property
    def parties(self) -> tuple[str, str]:
        return (self.organisation, self.other)

    @property
    def content(self) -> tuple[object, ...]:
        """What it says."""
        return (self.kind, self.organisation, self.other, self.since, self.until, self.ceased)


def check_relation(relation: Relation, today: date) -> None:
    """What can be said of it alone. Raises Invalid, naming the field."""
    if relation.organisation == relation.other:
        raise field_error("other", "An organisation has no relation to itself. Name another one.")
    if relation.since and relation.until and relation.until < relation.since:
        raise field_error("until", f"The last day is before the first one, {relation.since}.")
    if relation.ceased and relation.kind != "split_from":
        raise field_error("ceased", f"Only split_from says whether the other ended; {relation.kind} takes no `ceased`.")
    if not relation.is_succession:
        return
    if relation.until is not None:
        raise field_error("until", f"{relation.kind} happens on one day: give `since` alone.")
    if relation.since is None:
        raise field_error("since", f"Give the day since which it is so: {relation.kind} needs it.")
    if relation.since > today:
        raise field_error("since", f"{relation.since} is yet to come. State it on the day or after.")


def check_among(relation: Relation, living: Iterable[Relation]) -> None:
    """Whether it goes together with the others that are stated. Raises Conflict."""
    others = [other for other in living if other.id != relation.id]
    for other in others:
        if other.kind == relation.kind and other.parties == relation.parties and _overlap(relation, other):
            raise Conflict(f"This is stated already, as {other.id}. Change its days instead.", {"relation": other.id})
        if relation.kind in ENDING and other.kind in ENDING and other.organisation == relation.organisation:
            raise Conflict(
                f"The organisation is {other.kind.replace('_', ' ')} {other.other} already ({other.id}): it has one "
                "end only. Withdraw that relation first.",
                {"relation": other.id},
            )
    if relation.kind in HIERARCHIES:
        same = [other for other in others if other.kind == relation.kind]
        if _leads_back(relation, same):
            raise Conflict(f"With this the organisation would be {_SAYS[relation.kind]}, by way of others.")
    elif relation.is_succession and _succeeds_itself(relation, [other for other in others if other.is_succession]):
        raise Conflict("With this the organisation would be its own successor, by way of others.")


def is_sound(relations: Iterable[Relation]) -> bool:
    """Whether these go together, each with the rest."""
    found = list(relations)
    try:
        for relation in found:
            check_among(relation, found)
    except (Conflict, Invalid):
        return False
    return True


Span = tuple[date, date]
_EVER: Final[Span] = (date.min, date.max)


def _span(relation: Relation) -> Span:
    return (relation.since or date.min, relation.until or date.max)


def _common(one: Span, other: Span) -> Span | None:
    first, last = max(one[0], other[0]), min(one[1], other[1])
    return (first, last) if first <= last else None


def _overlap(one: Relation, other: Relation) -> bool:
    return _common(_span(one), _span(other)) is not None


def _leads_back(relation: Relation, others: Iterable[Relation]) -> bool:
    """Whether, on some one day, a way leads from `other` back to `organisation`."""
    onward: dict[str, list[Relation]] = defaultdict(list)
    for other in others:
        onward[other.organisation].append(other)
    waiting: list[tuple[str, Span]] = [(relation.other, _span(relation))]
    seen: set[tuple[str, Span]] = set()
    while waiting:
        here, span = waiting.pop()
        for step in onward[here]:
            common = _common(span, _span(step))
            if common is None:
                continue
            if step.other == relation.organisation:
                return True
            if (step.other, common) not in seen:
                seen.add((step.other, common))
                waiting.append((step.other, common))
    return False


def _succeeds_itself(relation: Relation, others: Iterable[Relation]) -> bool:
    onward: dict[str, set[str]] = defaultdict(set)
    for other in others:
        onward[_origin(other)].add(other.successor)
    waiting, seen = [relation.successor], {relation.successor}
    while waiting:
        following = onward[waiting.pop()]
        if _origin(relation) in following:
            return True
        waiting += following - seen
        seen |= following
    return False


def _origin(relation: Relation) -> str:
    return relation.other if relation.kind == "split_from" else relation.organisation
