"""A unit of work: what a use case may do besides read and write its store. Pure: no broker, no database."""

from collections.abc import Callable, Iterable, Mapping
from dataclasses import dataclass, field, replace
from datetime import date, datetime
from typing import Any, Literal
from zoneinfo import ZoneInfo

from services.contracts import facts, identifiers
from services.contracts.envelope import Fact, Visibility
from services.contracts.errors import Forbidden, SignInNeeded
from services.contracts.permissions import BY_ACTION, Mandate, Target, may
from services.contracts.principal import ALL_SCOPES, Principal

_UTC = ZoneInfo("UTC")


@dataclass(frozen=True, slots=True)
class Origin:
    """Which node and incarnation writes, and what it follows from (ids of the request and of the command or fact)."""

    node: str
    incarnation: int
    correlation_id: str
    causation_id: str


@dataclass(frozen=True, slots=True)
class Audited:
    """Personal data that was seen or changed. kind: of the data. record: under what it was asked for. persons: the
    references of those whom it concerns. through: the door, or whatever else lets in somebody without an account."""

    did: Literal["saw", "changed"]
    kind: str
    record: str
    persons: tuple[str, ...]
    through: str = ""


@dataclass(frozen=True, slots=True)
class Work:
    """One transaction's worth. `now` is the same moment throughout. `told` is committed with the change (rule 4).

    audited: what personal data was seen or changed; the desk keeps it (audit.py).

    secret: the node's, for the tokens of links (links.py). time_zone: whose calendar says which day it is.
    """

    origin: Origin
    now: datetime
    principal: Principal
    mandates_of: Callable[[str], Iterable[Mandate]]
    secret: bytes = b""
    time_zone: ZoneInfo = _UTC
    told: list[Fact] = field(default_factory=list)
    audited: list[Audited] = field(default_factory=list)

    @property
    def today(self) -> date:
        """The calendar day at the node."""
        return self.now.astimezone(self.time_zone).date()

    def tell(self, name: str, record: Mapping[str, Any], visibility: Visibility = "public") -> None:
        """Adds a fact to the outbox. `record`: the whole record as Python values, with id, incarnation, version.

        Raises KeyError for a fact type that contracts/facts.py lacks, ValueError for a visibility it may not have.
        """
        if visibility not in facts.BY_NAME[name].visibilities:
            raise ValueError(f"{name} may not be {visibility}")
        self.told.append(
            Fact(
                id=identifiers.new_id(identifiers.FACT),
                type=name,
                visibility=visibility,
                home=self.origin.node,
                subject=record["id"],
                incarnation=record.get("incarnation", self.origin.incarnation),
                version=record.get("version", 1),
                time=self.now,
                data=facts.write_data(name, dict(record)),
                correlation_id=self.origin.correlation_id,
                causation_id=self.origin.causation_id,
            )
        )

    def saw(self, kind: str, record: str, persons: Iterable[str], through: str = "") -> None:
        """The answer shows the caller these persons' data (references: sgn_, acc_, ...). Nothing is kept of who sees
        nothing, or only their own."""
        self._audit("saw", kind, record, persons, through)

    def altered(self, kind: str, record: str, persons: Iterable[str], through: str = "") -> None:
        """The caller changed, exported or erased these persons' data."""
        self._audit("changed", kind, record, persons, through)

    def _audit(
        self, did: Literal["saw", "changed"], kind: str, record: str, persons: Iterable[str], through: str
    ) -> None:
        others = tuple(person for person in persons if person != self.principal.account)
        if others:
            self.audited.append(Audited(did, kind, record, others, through))

    def may(self, action: str, target: Target) -> bool:
        """Whether the caller may do this, by the table in contracts/permissions.py."""
        return self._may(self.principal, action, target)

    def require(self, action: str, target: Target) -> None:
        """Raises SignInNeeded or Forbidden unless the caller may do this."""
        if self.may(action, target):
            return
        what, scope = BY_ACTION[action].says, BY_ACTION[action].scope
        if self.principal.kind == "visitor":
            raise SignInNeeded(f"Sign in to {what}.")
        if self._may(replace(self.principal, scopes=frozenset(ALL_SCOPES)), action, target):
            held = ", ".join(sorted(self.principal.scopes)) or "none"
            raise Forbidden(f"This API key's scopes ({held}) do not let it {what}. Take a key with the scope {scope}.")
        raise Forbidden(f"You hold no mandate to {what} here.")

    def _may(self, principal: Principal, action: str, target: Target) -> bool:
        account = principal.account
        mandates = self.mandates_of(account) if account is not None else ()
        return may(principal, mandates, action, target)

    def require_the_node(self) -> None:
        """For calls between the parts of a node, which the gateway never hands on. Raises Forbidden."""
        if self.principal.kind != "operator":
            raise Forbidden("This is only for parts of the node.")
