"""Whose people an action is for, and what every new record begins with."""

from collections.abc import Iterable
from typing import Any

from services.consortium.model import Consortium
from services.consortium.model.versions import Moment
from services.contracts import identifiers
from services.contracts.permissions import Target
from services.runtime.work import Work

Arguments = dict[str, Any]


def target_of(work: Work, consortium: Consortium, organisations: Iterable[str] = ()) -> Target:
    """The consortium's secretaries and the coordinators of its regions; and partners of these organisations."""
    return Target(
        organisations=frozenset(organisations),
        consortia=frozenset({consortium.id}),
        regions=regions_or_node(work, consortium.regions),
    )


def regions_or_node(work: Work, regions: Iterable[str]) -> frozenset[str]:
    """Whose coordinators act for what lies in these regions; for what lies in none, those of `node:<slug>`."""
    return frozenset(regions) or frozenset({f"node:{work.origin.node}"})


def moment(work: Work) -> Moment:
    """When this change is made."""
    return Moment(work.now, work.today, work.origin.incarnation)


def new_record(work: Work, prefix: str) -> Arguments:
    """The fields that every record has, of a new one."""
    return {
        "id": identifiers.new_id(prefix),
        "home": work.origin.node,
        "incarnation": work.origin.incarnation,
        "version": 1,
        "created": work.now,
        "changed": work.now,
    }


def changes_in(arguments: Arguments) -> Arguments:
    """What is to change: the arguments without those that say which record, lists as tuples."""
    return {
        name: tuple(value) if isinstance(value, list) else value
        for name, value in arguments.items()
        if name not in ("id", "expected_version")
    }
