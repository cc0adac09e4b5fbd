"""What an attempt at a remote call is: its arguments, made so that nothing but permission stands in the way."""

from collections.abc import Callable
from dataclasses import dataclass
from typing import Any, Literal

from services.contracts import errors
from services.contracts.permissions import BY_ACTION
from services.contracts.principal import Principal
from tests.integration.permissions.personas import (
    ORGANISATION,
    OWNER,
    SESSIONS,
    SIGNED_IN,
    Persona,
    Reach,
    table_lets_in,
    with_key,
)
from tests.integration.permissions.world import World

Arguments = dict[str, Any]
Who = Literal["table", "accounts", "everybody", "nobody", "node"]
"""table: as the rows say. accounts: every account, for itself (the call takes no other's). everybody: whoever holds
the link. nobody: a link that is not ours. node: only the node's own parts."""

Refused = Literal["plainly", "hidden", "not theirs", "left out"]
"""plainly: Forbidden, or SignInNeeded for a visitor. hidden: NotFound for everybody who may not know. not theirs:
NotFound for another account. left out: answered, without the record; SignInNeeded without an account."""


def nothing(_world: World, _who: Principal) -> Arguments:
    return {}


def always(_arguments: Arguments, _answer: Any) -> bool:
    return True


@dataclass(frozen=True, slots=True)
class Attempt:
    """call: `<service>.<method>`. rows: those of the table that may allow it. reach: whose the record is.

    prepare makes the arguments, and the records that they name. seen: whether the answer holds the record.
    """

    name: str
    call: str
    rows: tuple[str, ...]
    prepare: Callable[[World, Principal], Arguments] = nothing
    reach: Reach | None = None
    who: Who = "table"
    refused: Refused = "plainly"
    seen: Callable[[Arguments, Any], bool] = always

    @property
    def service(self) -> str:
        return self.call.partition(".")[0]

    @property
    def whose(self) -> Reach:
        return ORGANISATION if self.reach is None else self.reach

    @property
    def reads(self) -> bool:
        return all(BY_ACTION[row].reads for row in self.rows)

    def allows(self, persona: Persona) -> bool:
        """Whether the persona must get through."""
        if persona.lacks_scope:
            return False
        match self.who:
            case "table":
                return any(table_lets_in(BY_ACTION[row], persona, self.whose) for row in self.rows)
            case "accounts":
                return persona.kind == "account"
            case "everybody":
                return True
            case "nobody":
                return False
            case "node":
                return persona.kind == "operator"

    def refusal(self, persona: Persona) -> type[errors.Refusal] | None:
        """How the persona must be refused; None: it is answered with nothing."""
        if self.refused == "left out":
            return None if persona.kind == "account" else errors.SignInNeeded
        knows_of_it = persona.lacks_scope and not self.reads  # such a key may still read
        if self.who == "nobody" or (self.refused == "hidden" and not knows_of_it):
            return errors.NotFound
        if persona.kind == "visitor" and self.who != "node":
            return errors.SignInNeeded
        if self.refused == "not theirs" and persona.kind == "account" and not persona.lacks_scope:
            return errors.NotFound
        return errors.Forbidden

    def personas(self) -> list[Persona]:
        """All sessions, and two keys of each account that may: with only the scope needed, and with all others."""
        if self.who in ("everybody", "nobody", "node") or any(BY_ACTION[row].everybody for row in self.rows):
            return list(SESSIONS)
        let_in = [OWNER] if self.who == "accounts" else [each for each in SIGNED_IN if self.allows(each)]
        keys = [with_key(each, scope) for each in let_in for scope in ("only this", "all but this")]
        return [*SESSIONS, *keys]
