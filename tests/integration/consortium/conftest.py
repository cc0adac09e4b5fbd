"""The consortium service with relay, and the people who call it, as facts of actors made them known."""

from collections.abc import Callable
from typing import Any

import pytest

from services.contracts import errors, identifiers
from services.contracts.envelope import Fact
from services.contracts.principal import Principal
from tests.harness import Facts, Part, Rpc, until
from tests.harness.facts_of_others import HOME, fact


class World:
    """Organisations with partners; coordinators of North Karelia and of the node itself; calls by name."""

    def __init__(self, rpc: Rpc, facts: Facts) -> None:
        self.rpc, self.facts = rpc, facts
        self.coordinator = self.account("coordinator", "FI1DC")
        self.node_coordinator = self.account("coordinator", f"node:{HOME}")
        self.elsewhere = self.account("coordinator", "FI1D7")
        self.stranger = Principal("account", identifiers.new_id(identifiers.ACCOUNT))
        until(lambda: self._knows(self.coordinator, ["FI1DC"]), says="the coordinator's mandate has come")
        until(lambda: self._knows(self.node_coordinator, []), says="the node coordinator's mandate has come")

    def account(self, role: str, target: str) -> Principal:
        """A new account that holds this mandate, soon."""
        who = Principal("account", identifiers.new_id(identifiers.ACCOUNT))
        self.grant(who, role, target)
        return who

    def grant(self, who: Principal, role: str, target: str) -> str:
        mandate = identifiers.new_id(identifiers.MANDATE)
        self.publish_mandate(mandate, who, role, target)
        return mandate

    def publish_mandate(self, mandate: str, who: Principal, role: str, target: str, state: str = "granted") -> None:
        data = {"state": state, "account": who.account, "role": role, "target": target}
        self.facts.publish(
            fact(f"actors.mandate.{state}", mandate, data, "node", version=1 if state == "granted" else 2)
        )

    def organisation(self, name: str = "Esimerkki Oy") -> tuple[str, Principal]:
        """A registered organisation and a partner of it, which the service knows."""
        organisation = identifiers.new_id(identifiers.ORGANISATION)
        data = {"state": "admitted", "name": {"fi": name}, "regions": ["FI1DC"]}
        self.facts.publish(fact("actors.organisation.registered", organisation, data))
        partner = self.account("partner", organisation)
        until(lambda: self._reads(partner, {"organisation": organisation}), says="the partner's mandate has come")
        return organisation, partner

    def remove(self, organisation: str) -> None:
        self.facts.publish(fact("actors.organisation.removed", organisation, {"state": "removed"}, version=2))

    def found(self, **changes: Any) -> dict[str, Any]:
        arguments = {
            "name": {"fi": "Esimerkkiklusteri", "en": "Example cluster"},
            "kind": "cluster",
            "regions": ["FI1DC"],
            **changes,
        }
        founder = self.coordinator if arguments["regions"] else self.node_coordinator
        founded: dict[str, Any] = self.call("found", arguments, founder)
        return founded

    def secretary_of(self, consortium: str) -> Principal:
        who = self.account("secretary", consortium)
        until(lambda: self.may_read(who, consortium), says="the secretary's mandate has come")
        return who

    def member(self, consortium: str, role: str = "partner", **rest: Any) -> tuple[dict[str, Any], Principal]:
        """An active membership, by agreement, and a partner of its organisation."""
        organisation, partner = self.organisation()
        arguments = {"consortium": consortium, "organisation": organisation, "role": role, "agreed": True, **rest}
        return self.call("invite_member", arguments, self.coordinator), partner

    def call(self, method: str, arguments: dict[str, Any], who: Principal | None = None, **rest: Any) -> Any:
        rest = rest if who is None else {"principal": who, **rest}
        return self.rpc.call(f"consortium.{method}", arguments, **rest)

    def told(self, fact_type: str, subject: str, version: int) -> Fact:
        """The fact of this record in this version."""
        return self.facts.wait_for(
            f"consortium.{fact_type}", lambda fact: (fact.subject, fact.version) == (subject, version)
        )

    def snapshot(self, kind: str) -> dict[str, dict[str, Any]]:
        """All records of a kind, page by page."""
        found: dict[str, dict[str, Any]] = {}
        after = None
        while True:
            arguments = {"kind": kind, "after": after, "limit": 7}
            page = self.call("snapshot", arguments, Principal("operator"))
            found |= {record["id"]: record for record in page["records"]}
            after = page["next"]
            if after is None:
                return found

    def _knows(self, who: Principal, regions: list[str]) -> bool:
        try:
            self.call("found", {"name": {"en": "Example"}, "kind": "ecosystem", "regions": regions}, who)
        except errors.Forbidden:
            return False
        return True

    def may_read(self, who: Principal, consortium: str) -> bool:
        """Whether the service lets them read the consortium's requests and invitations now."""
        return self._reads(who, {"consortium": consortium})

    def _reads(self, who: Principal, arguments: dict[str, Any]) -> bool:
        try:
            self.call("memberships", arguments, who)
        except errors.Forbidden:
            return False
        return True


@pytest.fixture(scope="package")
def world(start_service: Callable[[str], Part], rpc: Rpc, facts: Facts) -> World:
    start_service("relay")
    start_service("consortium")
    return World(rpc, facts)
