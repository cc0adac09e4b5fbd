"""A node with all four services, two regions, and one of everything twice: a persona's own, and a foreign one."""

import itertools
from collections.abc import Callable, Iterator
from typing import Any

from pymongo import MongoClient

from services.contracts.principal import OPERATOR, VISITOR, Principal
from tests.harness import Facts, NodeUnderTest, Rpc, until

from .personas import SIGNED_IN, Persona, scopes_of

OWN_REGION, FOREIGN_REGION, THE_NODE = "FI1DC", "FI1D7", "node:pohjois-karjala"
OWNED = {
    "actors": (
        "organisations",
        "claims",
        "accounts",
        "mandates",
        "keys",
        "sessions",
        "sign_ins",
        "relations",
        "offerings",
        "packages",
        "candidates",
        "merges",
        "changes",
        "apart",
    ),
    "events": ("events", "places", "blocks", "sign_ups", "series", "co_hosts", "arrivals", "doors", "walk_ins"),
    "consortium": ("consortia", "memberships", "working_groups", "news", "turns"),
    "notifications": ("subscriptions", "webhooks"),
}
"""Collections that only a service's commands write."""

State = dict[str, tuple[int, list[dict[str, Any]]]]
"""By collection: how many documents it has, and those that a call names."""


class World:
    """The people, their own and the foreign organisation and consortium; what attempts need is made by its methods."""

    def __init__(self, node: NodeUnderTest, rpc: Rpc, facts: Facts) -> None:
        self.rpc, self.facts = rpc, facts
        self._mongo: MongoClient[dict[str, Any]] = MongoClient(node.mongodb_uri)
        self._prefix = node.database_prefix
        self._numbers = itertools.count(1)
        self.refused: set[str] = set()
        self._prepared: tuple[str, dict[str, Any], State] = ("", {}, {})
        self.accounts = {persona.person: self.open_account() for persona in SIGNED_IN}
        self.coordinator = self._mandated("coordinator", "coordinator", OWN_REGION)
        abroad = self._mandated("coordinator of another region", "coordinator", FOREIGN_REGION)
        self.node_coordinator = self._mandated("coordinator of the node", "coordinator", THE_NODE)
        self.operator = self._mandated("operator", "operator", "node")
        until(lambda: self._hold_in("consortium", 4), says="consortium knows the coordinators")
        self.organisation: str = self.registered()["id"]
        self.foreign_organisation: str = self.registered(abroad, FOREIGN_REGION)["id"]
        self.consortium: str = self.founded()["id"]
        self.foreign_consortium: str = self.founded(abroad, FOREIGN_REGION)["id"]
        self.partner = self._mandated("partner", "partner", self.organisation)
        self._mandated("partner of another organisation", "partner", self.foreign_organisation)
        self.secretary = self._mandated("secretary", "secretary", self.consortium)
        self._mandated("secretary of another consortium", "secretary", self.foreign_consortium)
        self._revoked("partner whose mandate was revoked")
        self.owner = Principal("account", self.accounts["owner of the data"])
        for service in ("events", "consortium", "notifications"):
            until(lambda service=service: self._hold_in(service, 8), says=f"{service} knows the mandates")  # type: ignore[misc]
            until(lambda service=service: self._revoked_in(service), says=f"{service} knows what was revoked")  # type: ignore[misc]
        for service in ("events", "consortium"):
            until(lambda service=service: self._knows(service, "organisations", self.organisation))  # type: ignore[misc]
        until(lambda: self._knows("events", "consortia", self.consortium), says="events knows the consortium")
        until(lambda: self._knows("actors", "consortia", self.consortium), says="actors knows the consortium")

    # who

    def principal(self, persona: Persona, rows: tuple[str, ...]) -> Principal:
        if persona.kind != "account":
            return OPERATOR if persona.kind == "operator" else VISITOR
        return Principal("account", self.accounts[persona.person], scopes_of(persona, rows))

    def open_account(self) -> str:
        account = self.rpc.call("actors.open_account", {"email": self.address()}, principal=OPERATOR)
        return str(account["id"])

    def grant(self, account: str, role: str, target: str) -> dict[str, Any]:
        mandate = {"account": account, "role": role, "target": target}
        granted: dict[str, Any] = self.rpc.call("actors.grant_mandate", mandate, principal=OPERATOR)
        return granted

    def address(self) -> str:
        return f"esimerkki{next(self._numbers)}@example.org"

    # what

    def registered(self, who: Principal | None = None, region: str = OWN_REGION) -> dict[str, Any]:
        return self._made("actors.register_organisation", self.an_organisation(region), who or self.coordinator)

    def an_organisation(self, *regions: str) -> dict[str, Any]:
        """Arguments of a new organisation."""
        return {"name": {"fi": f"Esimerkki {next(self._numbers)} Oy"}, "kind": "company", "regions": list(regions)}

    def founded(self, who: Principal | None = None, region: str = OWN_REGION) -> dict[str, Any]:
        return self._made("consortium.found", self.a_consortium(region), who or self.coordinator)

    def a_consortium(self, *regions: str) -> dict[str, Any]:
        """Arguments of a new consortium."""
        name = {"fi": f"Esimerkkiklusteri {next(self._numbers)}"}
        return {"name": name, "kind": "cluster", "regions": list(regions)}

    def consortium_to_dissolve(self) -> str:
        """Another consortium of the secretary's."""
        consortium = str(self.founded()["id"])
        mandate = self.grant(str(self.secretary.account), "secretary", consortium)
        until(lambda: self.collection("consortium", "mandates").find_one({"id": mandate["id"]}))
        return consortium

    def no_membership(self) -> None:
        """The own organisation has no living membership in the own consortium."""
        for membership in self.memberships():
            if membership["state"] in ("asked", "invited"):
                arguments = {"id": membership["id"], "accept": False}
                self._made("consortium.decide_membership", arguments, self.coordinator)
            elif membership["state"] == "active":
                self._made("consortium.end_membership", {"id": membership["id"]}, self.coordinator)

    def membership(self, state: str) -> dict[str, Any]:
        """A new membership of the own organisation in the own consortium: asked, invited or active."""
        self.no_membership()
        parties = {"consortium": self.consortium, "organisation": self.organisation}
        if state == "asked":
            return self._made("consortium.ask_membership", parties, self.partner)
        return self._made("consortium.invite_member", {**parties, "agreed": state == "active"}, self.secretary)

    def member(self) -> dict[str, Any]:
        """The active membership of the own organisation, made if there is none; events knows of it."""
        found = [membership for membership in self.memberships() if membership["state"] == "active"]
        membership = found[0] if found else self.membership("active")
        copies = self.collection("events", "memberships")
        until(lambda: copies.find_one({"id": membership["id"], "state": "active"}), says="events knows the member")
        return membership

    def memberships(self) -> list[dict[str, Any]]:
        parties = {"consortium": self.consortium, "organisation": self.organisation}
        found: list[dict[str, Any]] = self.rpc.call("consortium.memberships", parties, principal=self.coordinator)
        return found

    def working_group(self) -> str:
        arguments = {"consortium": self.consortium, "name": {"fi": "Esimerkkityöryhmä"}}
        return str(self._made("consortium.form_working_group", arguments, self.secretary)["id"])

    def signed_in(self) -> tuple[str, str]:
        """The token of a sign-in link for the owner, and the request's id."""
        address = self.collection("actors", "accounts").find_one({"_id": self.owner.account})
        assert address is not None
        self.rpc.call("actors.request_sign_in", {"email": address["email"]})
        wanted = {"account": self.owner.account, "state": "requested"}
        request = self.collection("actors", "sign_ins").find_one(wanted)
        assert request is not None
        return self.token("actors", request["_id"], "sign_in"), request["_id"]

    def subscription(self, *, confirmed: bool = False) -> str:
        """The token of a new subscription by e-mail."""
        address = self.address()
        wanted = {"email": address, "filter": {"themes": ["funding"]}}
        self.rpc.call("notifications.subscribe", wanted)
        document = self.collection("notifications", "subscriptions").find_one({"email": address})
        assert document is not None
        token = self.token("notifications", document["_id"], "subscription.confirm")
        if confirmed:
            self.rpc.call("notifications.confirm", {"token": token})
        return token

    def token(self, service: str, reference: str, purpose: str) -> str:
        """The token of the link that the mail about this reference would carry."""
        arguments = {"reference": reference, "purpose": purpose}
        recipient = self.rpc.call(f"{service}.recipient", arguments, principal=OPERATOR)
        return str(recipient["link"].rpartition("/")[2])

    def prepared_once(
        self, name: str, service: str, prepare: Callable[[], dict[str, Any]]
    ) -> tuple[dict[str, Any], State]:
        """This attempt's arguments, and what the service had then: one of each for all who are refused, as none of them
        may change anything."""
        if self._prepared[0] != name:
            arguments = prepare()
            self._prepared = (name, arguments, self.state_of(service, arguments))
        return self._prepared[1:]

    # what it looks like

    def state_of(self, service: str, arguments: Any) -> State:
        named = {"_id": {"$in": sorted(set(_ids(arguments)))}}
        collections = {name: self.collection(service, name) for name in OWNED[service]}
        return {
            name: (collection.estimated_document_count(), list(collection.find(named).sort("_id", 1)))
            for name, collection in collections.items()
        }

    def was_done(self, service: str, command_id: str) -> bool:
        """Whether the command took effect: its id is stored in the transaction of change and facts (rules 3 and 4)."""
        pattern = {"_id": {"$in": [command_id, f"{command_id}#0"]}}
        return self.collection(service, "commands").find_one(pattern) is not None

    def collection(self, service: str, name: str) -> Any:
        return self._mongo[self._prefix + service][name]

    def close(self) -> None:
        self._mongo.close()

    def _made(self, method: str, arguments: dict[str, Any], who: Principal) -> dict[str, Any]:
        made: dict[str, Any] = self.rpc.call(method, arguments, principal=who)
        return made

    def _mandated(self, person: str, role: str, target: str) -> Principal:
        self.grant(self.accounts[person], role, target)
        return Principal("account", self.accounts[person])

    def _revoked(self, person: str) -> None:
        mandate = self.grant(self.accounts[person], "partner", self.organisation)
        self.rpc.call("actors.revoke_mandate", {"id": mandate["id"]}, principal=OPERATOR)

    def _hold_in(self, service: str, count: int) -> bool:
        return bool(self.collection(service, "mandates").count_documents({"state": "granted"}) == count)

    def _revoked_in(self, service: str) -> bool:
        return bool(self.collection(service, "mandates").count_documents({"state": "revoked"}) == 1)

    def _knows(self, service: str, copies: str, record: str) -> bool:
        return self.collection(service, copies).find_one({"id": record}) is not None


def _ids(value: Any) -> Iterator[str]:
    """The ids in a call's arguments; a token begins with the id of its record."""
    if isinstance(value, str):
        yield value.partition(".")[0]
    elif isinstance(value, dict | list):
        for part in value.values() if isinstance(value, dict) else value:
            yield from _ids(part)


def forged(token: str) -> Iterator[str]:
    """Tokens that a stranger may try instead of this one: another code, none, an old-style bare id."""
    record, _, code = token.rpartition(".")
    yield f"{record}.{code[::-1]}"
    yield f"{record}."
    yield record
