"""Who asks. The gateway authenticates and says who it is; the owner of a record decides what they may."""

from dataclasses import dataclass, field
from typing import Any, Literal, Self

Kind = Literal["visitor", "account", "operator"]
KINDS: tuple[Kind, ...] = ("visitor", "account", "operator")

ALL_SCOPES = ("read", "actors", "events", "consortium", "notifications", "node")
"""Scopes of an API key: `read` reads what its account may read, the others also change what that service owns;
`node` is the operator's. A session has all."""


@dataclass(frozen=True, slots=True)
class Principal:
    """The caller of a command or query.

    kind `visitor`: nobody in particular. kind `account`: `account` is an acc_ id. kind `operator`: the command
    line on the node's own machine, which reads the node's secrets.
    """

    kind: Kind
    account: str | None = None
    scopes: frozenset[str] = field(default_factory=lambda: frozenset(ALL_SCOPES))

    def to_wire(self) -> dict[str, Any]:
        return {"kind": self.kind, "account": self.account, "scopes": sorted(self.scopes)}

    @classmethod
    def from_wire(cls, data: dict[str, Any]) -> Self:
        """Reads what to_wire wrote. Raises ValueError for anything else."""
        kind, account, scopes = data.get("kind"), data.get("account"), data.get("scopes", [])
        if kind not in KINDS or (kind == "account") != isinstance(account, str):
            raise ValueError(f"no principal: {data!r}")
        if not isinstance(scopes, list) or not all(isinstance(scope, str) for scope in scopes):
            raise ValueError(f"no scopes: {scopes!r}")
        return cls(kind=kind, account=account, scopes=frozenset(scopes))


VISITOR = Principal("visitor", scopes=frozenset())
OPERATOR = Principal("operator")
