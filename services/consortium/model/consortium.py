"""A consortium, cluster or ecosystem: active until it is dissolved; nothing leads back."""

from collections.abc import Mapping
from dataclasses import dataclass, field
from typing import Any, Literal

from services.contracts.errors import Conflict

from .versions import Moment, Record, changed, following

State = Literal["active", "dissolved"]


@dataclass(frozen=True, slots=True)
class Consortium(Record):
    """regions: NUTS 3 codes; none for a secretariat's consortium, which works across regions. kind: contracts'
    CONSORTIUM_KINDS."""

    state: State
    name: Mapping[str, str]
    kind: str
    summary: Mapping[str, str] = field(default_factory=dict)
    regions: tuple[str, ...] = ()
    themes: tuple[str, ...] = ()
    website: str | None = None


def check_active(consortium: Consortium) -> None:
    """Raises Conflict for a dissolved one."""
    if consortium.state != "active":
        raise Conflict("This consortium is dissolved. What belongs to it can be read, not changed.")


def change_consortium(consortium: Consortium, changes: Mapping[str, Any], at: Moment) -> Consortium:
    """With these fields changed; the same record when nothing differs. Raises Conflict for a dissolved one."""
    check_active(consortium)
    return changed(consortium, changes, at)


def dissolve(consortium: Consortium, at: Moment) -> Consortium:
    """Raises Conflict when it is dissolved already."""
    if consortium.state != "active":
        raise Conflict("This consortium is dissolved already.")
    return following(consortium, at, state="dissolved")
