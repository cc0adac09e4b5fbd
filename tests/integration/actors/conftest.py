"""The actors service of the shared node, and people who act in it."""

import itertools
import secrets
from collections.abc import Callable
from typing import Any

import pytest

from services.contracts import errors
from services.contracts.principal import OPERATOR, Principal
from tests.harness import Facts, Part, Rpc

_NUMBERS = itertools.count(1)


def y_tunnus() -> str:
    """A made-up Y-tunnus, another one each time."""
    while True:
        digits = f"{9_000_000 + next(_NUMBERS):07}"
        remainder = sum(weight * int(digit) for weight, digit in zip((7, 9, 10, 5, 8, 4, 2), digits, strict=True)) % 11
        if remainder != 1:
            return f"{digits}-{0 if remainder == 0 else 11 - remainder}"


class World:
    """People with their mandates on the node pohjois-karjala, region FI1DC."""

    def __init__(self, rpc: Rpc, facts: Facts) -> None:
        self.rpc, self.facts = rpc, facts
        self.coordinator = self.person("coordinator", "FI1DC")
        self.node_coordinator = self.person("coordinator", "node:pohjois-karjala")
        self.stranger = self.person()

    def address(self) -> str:
        return f"esimerkki{next(_NUMBERS)}@example.org"

    def person(self, role: str | None = None, target: str = "", scopes: frozenset[str] | None = None) -> Principal:
        """Somebody with an account, and a mandate if a role is named."""
        account = self.rpc.call("actors.open_account", {"email": self.address()}, principal=OPERATOR)
        if role is not None:
            mandate = {"account": account["id"], "role": role, "target": target}
            self.rpc.call("actors.grant_mandate", mandate, principal=OPERATOR)
        return Principal("account", account["id"]) if scopes is None else Principal("account", account["id"], scopes)

    def name(self) -> str:
        return f"Esimerkki {next(_NUMBERS)} Oy"

    def registered(self, **changes: Any) -> dict[str, Any]:
        arguments = {"name": {"fi": self.name()}, "kind": "company", "regions": ["FI1DC"], **changes}
        record: dict[str, Any] = self.rpc.call("actors.register_organisation", arguments, principal=self.coordinator)
        return record

    def proposed(self, **changes: Any) -> dict[str, Any]:
        arguments = {"name": {"fi": self.name()}, "kind": "company", "regions": ["FI1DC"], **changes}
        record: dict[str, Any] = self.rpc.call("actors.propose_organisation", arguments)
        return record

    def imported(self, csv: str, **changes: Any) -> dict[str, Any]:
        rest = {"principal": self.coordinator, "timeout": 60.0}
        rest |= {key: changes.pop(key) for key in ("principal", "command_id", "timeout") if key in changes}
        arguments = {"csv": csv, "region": "FI1DC", **changes}
        rest.setdefault("command_id", f"import-{secrets.token_hex(8)}")
        while True:  # as the gateway does
            try:
                report: dict[str, Any] = self.rpc.call("actors.import_organisations", arguments, **rest)
            except errors.Unfinished:
                continue
            return report

    def public(self) -> dict[str, dict[str, Any]]:
        """Everything that a snapshot of the registry holds, by id."""
        return {record["id"]: record for record in self.snapshot("organisation")}

    def snapshot(self, kind: str) -> list[dict[str, Any]]:
        found: list[dict[str, Any]] = []
        after = None
        while True:
            arguments = {"kind": kind, "after": after, "limit": 500}
            page = self.rpc.call("actors.snapshot", arguments, principal=OPERATOR)
            found += page["records"]
            after = page["next"]
            if after is None:
                return found


@pytest.fixture(scope="session")
def world(start_service: Callable[[str], Part], rpc: Rpc, facts: Facts) -> World:
    start_service("relay")
    start_service("actors")
    return World(rpc, facts)
