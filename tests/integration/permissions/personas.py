"""Everybody who may stand at a service's door, and whether the table lets them in."""

from collections.abc import Mapping
from dataclasses import dataclass, replace
from typing import Literal

from services.contracts.permissions import BY_ACTION, Permission
from services.contracts.principal import ALL_SCOPES

Where = Literal["own", "foreign", "node"]
"""own: the organisation, consortium or region that the record is of. foreign: another one. node: this node itself."""

Scope = Literal["session", "only this", "all but this"]
Reach = Mapping[str, frozenset[Where]]
"""For whom a record is whose: by role, where such a mandate must be held. A role that is not there never reaches it."""

OPERATOR: Reach = {"operator": frozenset({"node"})}
ORGANISATION: Reach = {"partner": frozenset({"own"}), "coordinator": frozenset({"own"}), **OPERATOR}
CONSORTIUM: Reach = {"secretary": frozenset({"own"}), "coordinator": frozenset({"own"}), **OPERATOR}
MEMBERSHIP: Reach = {"partner": frozenset({"own"}), **CONSORTIUM}
REGION: Reach = {"coordinator": frozenset({"own"}), **OPERATOR}
NO_REGION: Reach = {"coordinator": frozenset({"node"}), **OPERATOR}
ANY_REGION: Reach = {"coordinator": frozenset({"own", "foreign", "node"}), **OPERATOR}


@dataclass(frozen=True, slots=True)
class Persona:
    """kind as a principal's. person: whose account it is. role, where: the one mandate that it holds.

    scope: "session" has all; the others are API keys, with only the scope that the call needs or all but that.
    """

    name: str
    kind: Literal["visitor", "account", "operator"] = "account"
    person: str = ""
    role: str | None = None
    where: Where = "own"
    scope: Scope = "session"

    @property
    def lacks_scope(self) -> bool:
        return self.scope == "all but this"


def _somebody(name: str, role: str | None = None, where: Where = "own") -> Persona:
    return Persona(name, person=name, role=role, where=where)


OWNER = _somebody("owner of the data")
SIGNED_IN = (
    _somebody("account without mandates"),
    OWNER,
    _somebody("partner", "partner"),
    _somebody("partner of another organisation", "partner", "foreign"),
    _somebody("partner whose mandate was revoked"),
    _somebody("secretary", "secretary"),
    _somebody("secretary of another consortium", "secretary", "foreign"),
    _somebody("coordinator", "coordinator"),
    _somebody("coordinator of another region", "coordinator", "foreign"),
    _somebody("coordinator of the node", "coordinator", "node"),
    _somebody("operator", "operator", "node"),
)
VISITOR = Persona("visitor", kind="visitor")
COMMAND_LINE = Persona("command line", kind="operator")
SESSIONS = (VISITOR, *SIGNED_IN, COMMAND_LINE)


def with_key(persona: Persona, scope: Scope) -> Persona:
    """The same person by an API key."""
    return replace(persona, name=f"{persona.name} by a key with {scope}", scope=scope)


def table_lets_in(row: Permission, persona: Persona, reach: Reach) -> bool:
    """What a row says of a persona, scopes aside. Reads the table by itself: `permissions.may` is what is tested."""
    if row.everybody:
        return True
    if persona.kind == "operator":
        return "operator" in row.roles
    if row.own and persona.person == OWNER.person:
        return True
    return persona.role in row.roles and persona.where in reach.get(persona.role or "", ())


def scopes_of(persona: Persona, rows: tuple[str, ...]) -> frozenset[str]:
    """The scopes that a persona acts with when it calls what these rows are about."""
    everything = frozenset(ALL_SCOPES)
    if persona.kind == "visitor":
        return frozenset()
    if persona.scope == "session":
        return everything
    permissions = [BY_ACTION[row] for row in rows]
    service = permissions[0].service
    if all(permission.reads for permission in permissions):
        return frozenset({"read"}) if persona.scope == "only this" else everything - {"read", service}
    as_operator = persona.role == "operator" and any(permission.roles == {"operator"} for permission in permissions)
    needed = "node" if as_operator else service
    return frozenset({needed}) if persona.scope == "only this" else everything - {needed}
