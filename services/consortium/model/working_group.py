"""A working group of a consortium; its members are organisations that are members of the consortium now."""

from collections.abc import Iterable, Mapping, Set
from dataclasses import dataclass, field
from typing import Any, Literal

from services.contracts.errors import Conflict, Invalid

from .versions import Moment, Record, changed, following

State = Literal["active", "closed"]


@dataclass(frozen=True, slots=True)
class WorkingGroup(Record):
    """members: organisations; of a closed group those that were in it last."""

    state: State
    consortium: str
    name: Mapping[str, str]
    summary: Mapping[str, str] = field(default_factory=dict)
    themes: tuple[str, ...] = ()
    members: tuple[str, ...] = ()


def check_members(members: Iterable[str], active: Set[str]) -> None:
    """Raises Invalid, naming each one that is no member of the consortium now."""
    errors = [
        {"field": f"members.{place}", "message": f"{organisation} is no member of the consortium now. Invite it first."}
        for place, organisation in enumerate(members)
        if organisation not in active
    ]
    if errors:
        raise Invalid("A working group takes only members of its consortium.", {"errors": errors})


def change_group(group: WorkingGroup, changes: Mapping[str, Any], at: Moment) -> WorkingGroup:
    """With these fields changed; the same record when nothing differs. Raises Conflict for a closed one."""
    if group.state != "active":
        raise Conflict("This working group is closed.")
    return changed(group, changes, at)


def leave(group: WorkingGroup, organisation: str, at: Moment) -> WorkingGroup:
    """Without this organisation."""
    return following(group, at, members=tuple(member for member in group.members if member != organisation))


def close(group: WorkingGroup, at: Moment) -> WorkingGroup:
    """Raises Conflict when it is closed already."""
    if group.state != "active":
        raise Conflict("This working group is closed already.")
    return following(group, at, state="closed")
