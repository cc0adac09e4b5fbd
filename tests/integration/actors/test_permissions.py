"""Who may do what in actors: every row of the table for every kind of caller, at the service itself.

The expectations are the design's table ("Who may do what"), written out here and not read from the code.
"""

from collections.abc import Callable
from dataclasses import dataclass
from typing import Any

import pytest

from services.contracts import errors
from services.contracts.permissions import TABLE
from services.contracts.principal import OPERATOR, VISITOR, Principal
from tests.harness import Facts, facts_of_others, until

from .conftest import World

Arguments = dict[str, Any]


class Cast:
    """One caller of each kind, and what they act on: an organisation and a consortium of FI1DC."""

    def __init__(self, world: World, facts: Facts) -> None:
        self.world = world
        self.organisation = world.registered()["id"]
        self.consortium = "con_01kahp5v3mf0gt8zqk4c2w7x9e"
        record = {"state": "active", "name": {"en": "Example cluster"}, "kind": "cluster", "regions": ["FI1DC"]}
        facts.publish(facts_of_others.fact("consortium.consortium.founded", self.consortium, record))
        self.owner = world.person()
        self.callers: dict[str, Principal] = {
            "visitor": VISITOR,
            "stranger": world.stranger,
            "owner": self.owner,
            "partner": world.person("partner", self.organisation),
            "foreign partner": world.person("partner", world.registered()["id"]),
            "secretary": until(self._secretary, says="the consortium is known"),
            "coordinator": world.coordinator,
            "foreign coordinator": world.node_coordinator,
            "operator by mandate": world.person("operator", "node"),
            "operator": OPERATOR,
            "coordinator's key to read": Principal("account", world.coordinator.account, frozenset({"read"})),
            "coordinator's key of events": Principal("account", world.coordinator.account, frozenset({"events"})),
        }

    def _secretary(self) -> Principal | None:
        try:
            return self.world.person("secretary", self.consortium)
        except errors.UnknownReference:
            return None

    def fresh(self) -> str:
        return str(self.world.registered()["id"])

    def key(self) -> str:
        arguments = {"account": self.owner.account, "name": "Esimerkki", "scopes": ["read"]}
        key: str = self.world.rpc.call("actors.issue_key", arguments, principal=self.owner)["key"]["id"]
        return key


@dataclass(frozen=True)
class Cell:
    """A row of the table: the call that it guards, and which callers may."""

    action: str
    method: str
    arguments: Callable[[Cast], Arguments]
    allowed: frozenset[str]


def new(cast: Cast) -> Arguments:
    return {"name": {"fi": cast.world.name()}, "kind": "company", "regions": ["FI1DC"]}


def grant(role: str, target: Callable[[Cast], str]) -> Callable[[Cast], Arguments]:
    return lambda cast: {"account": cast.world.person().account, "role": role, "target": target(cast)}


def own(cast: Cast) -> Arguments:
    return {"organisation": cast.organisation}


def offering(cast: Cast) -> Arguments:
    return {**own(cast), "title": {"fi": "Koeajo (esimerkki)"}, "kind": "service"}


def package(cast: Cast) -> Arguments:
    offered = cast.world.rpc.call("actors.offer", offering(cast), principal=cast.world.coordinator)
    return {**own(cast), "title": {"fi": "Paketti (esimerkki)"}, "offerings": [offered["id"]]}


def asked(cast: Cast) -> Arguments:
    """A package of another organisation's, with an offering of the partner's."""
    wanted = {**package(cast), "organisation": cast.fresh()}
    made = cast.world.rpc.call("actors.make_package", wanted, principal=cast.world.coordinator)
    return {"id": made["id"], "offering": wanted["offerings"][0], "consent": True}


EVERYBODY = frozenset(
    (
        *("visitor", "stranger", "owner", "partner", "foreign partner", "secretary", "coordinator"),
        *("foreign coordinator", "operator by mandate", "operator"),
        *("coordinator's key to read", "coordinator's key of events"),
    )
)
COORDINATOR = frozenset({"coordinator"})
OPERATORS = frozenset({"operator", "operator by mandate"})
READING_COORDINATOR = COORDINATOR | {"coordinator's key to read"}

CELLS = (
    Cell("actors.proposal.make", "propose_organisation", new, EVERYBODY),
    Cell(
        "actors.proposal.read",
        "own_proposals",
        lambda _: {},
        EVERYBODY - {"visitor", "operator", "coordinator's key of events"},
    ),
    Cell("actors.organisation.register", "register_organisation", new, COORDINATOR),
    Cell(
        "actors.organisation.admit",
        "decide_proposal",
        lambda cast: {"id": cast.world.proposed()["id"], "admit": True},
        COORDINATOR,
    ),
    Cell("actors.proposals.read", "proposals", lambda _: {"region": "FI1DC"}, READING_COORDINATOR),
    Cell(
        "actors.organisation.change",
        "change_organisation",
        lambda cast: {"id": cast.organisation, "places": ["Joensuu"]},
        COORDINATOR | {"partner"},
    ),
    Cell("actors.organisation.remove", "remove_organisation", lambda cast: {"id": cast.fresh()}, COORDINATOR),
    Cell(
        "actors.organisation.import",
        "import_organisations",
        lambda cast: {"csv": f"name_fi,kind\n{cast.world.name()},company\n", "region": "FI1DC"},
        COORDINATOR,
    ),
    Cell(
        "actors.relation.state",
        "state_relation",
        lambda cast: {"organisation": cast.organisation, "kind": "member_of", "other": cast.fresh()},
        COORDINATOR | {"partner"},
    ),
    Cell(
        "actors.succession.state",
        "state_relation",
        lambda cast: {
            "organisation": cast.fresh(),
            "kind": "merged_into",
            "other": cast.organisation,
            "since": "2026-01-01",
        },
        COORDINATOR,
    ),
    Cell(
        "actors.organisation.merge",
        "merge_organisations",
        lambda cast: {"id": cast.organisation, "other": cast.fresh()},
        COORDINATOR,
    ),
    Cell("actors.merge_offers.read", "merge_offers", lambda _: {}, READING_COORDINATOR | {"foreign coordinator"}),
    Cell("actors.offering.offer", "offer", offering, COORDINATOR | {"partner"}),
    Cell("actors.package.make", "make_package", package, COORDINATOR | {"partner"}),
    Cell("actors.package.consent", "consent_to_package", asked, frozenset({"partner"})),
    Cell("actors.packages.read", "packages", own, READING_COORDINATOR | {"partner"}),
    Cell(
        "actors.pipeline.keep",
        "add_candidate",
        lambda cast: {"region": "FI1DC", "name": cast.world.name()},
        COORDINATOR,
    ),
    Cell("actors.pipeline.read", "pipeline_numbers", lambda _: {"region": "FI1DC"}, READING_COORDINATOR),
    Cell("actors.history.read", "history", own, READING_COORDINATOR | {"partner"}),
    Cell(
        "actors.mandate.grant_partner",
        "grant_mandate",
        grant("partner", lambda cast: cast.organisation),
        COORDINATOR | OPERATORS | {"partner"},
    ),
    Cell("actors.mandates.read", "mandates", own, READING_COORDINATOR | OPERATORS | {"partner"}),
    Cell(
        "actors.mandate.grant_secretary",
        "grant_mandate",
        grant("secretary", lambda cast: cast.consortium),
        COORDINATOR | OPERATORS,
    ),
    Cell("actors.mandate.grant_coordinator", "grant_mandate", grant("coordinator", lambda _: "FI1DC"), OPERATORS),
    Cell("actors.mandate.grant_operator", "grant_mandate", grant("operator", lambda _: "node"), OPERATORS),
    Cell("actors.account.read", "account", lambda cast: {"account": cast.owner.account}, OPERATORS | {"owner"}),
    Cell(
        "actors.account.change",
        "change_account",
        lambda cast: {"account": cast.owner.account, "name": "Esimerkki"},
        frozenset({"owner"}),
    ),
    Cell(
        "actors.account.open",
        "open_account",
        lambda cast: {"email": cast.world.address(), "region": "FI1DC"},
        COORDINATOR | OPERATORS,
    ),
    Cell("actors.key.issue", "revoke_key", lambda cast: {"id": cast.key()}, OPERATORS | {"owner"}),
    Cell("actors.sign_in", "request_sign_in", lambda cast: {"email": cast.world.address()}, EVERYBODY),
    Cell("actors.session.close", "close_session", lambda cast: {"session": session_of(cast)}, OPERATORS | {"owner"}),
    Cell("actors.dead_letters.read", "dead_letters", lambda _: {}, OPERATORS),
    Cell("actors.dead_letters.replay", "replay", lambda _: {}, OPERATORS),
)


def session_of(cast: Cast) -> str:
    """A session of the owner's, opened by a link as anybody would."""
    account = cast.world.rpc.call("actors.account", {"account": cast.owner.account}, principal=OPERATOR)
    cast.world.rpc.call("actors.request_sign_in", {"email": account["email"]})

    def link() -> str | None:
        for fact in reversed(cast.world.facts.of("actors.sign_in.requested")):
            question = {"reference": fact.subject, "purpose": "sign_in"}
            found = cast.world.rpc.call("actors.recipient", question, principal=OPERATOR)
            if found is not None and found["email"] == account["email"]:
                return str(found["link"])
        return None

    token = until(link).rpartition("/")[2]
    session: str = cast.world.rpc.call("actors.open_session", {"token": token})["session"]["id"]
    return session


@pytest.fixture(scope="module")
def cast(world: World, facts: Facts) -> Cast:
    return Cast(world, facts)


def test_every_row_of_the_table_is_tried() -> None:
    assert [cell.action for cell in CELLS] == [row.action for row in TABLE if row.service == "actors"]


@pytest.mark.parametrize("cell", CELLS, ids=lambda cell: cell.action)
def test_who_may_and_who_may_not(cast: Cast, cell: Cell) -> None:
    outcomes = {caller: _outcome(cast, cell, principal) for caller, principal in cast.callers.items()}
    refused = {caller: errors.SignInNeeded if caller == "visitor" else errors.Forbidden for caller in cast.callers}
    assert outcomes == {caller: None if caller in cell.allowed else refused[caller] for caller in cast.callers}


def _outcome(cast: Cast, cell: Cell, principal: Principal) -> type[errors.Refusal] | None:
    """None: it was done. Else how it was refused."""
    arguments = cell.arguments(cast)
    try:
        cast.world.rpc.call(f"actors.{cell.method}", arguments, principal=principal)
    except errors.Refusal as refusal:
        return type(refusal)
    return None


def test_a_coordinator_of_another_region_opens_accounts_for_their_own(cast: Cast) -> None:
    arguments = {"email": cast.world.address()}
    assert cast.world.rpc.call("actors.open_account", arguments, principal=cast.world.node_coordinator)["id"]


def test_a_revoked_mandate_ends_at_once(cast: Cast) -> None:
    person = cast.world.person("partner", cast.organisation)
    change = {"id": cast.organisation, "places": ["Outokumpu"]}
    cast.world.rpc.call("actors.change_organisation", change, principal=person)
    (mandate,) = cast.world.rpc.call("actors.account", {"account": person.account}, principal=person)["mandates"]
    cast.world.rpc.call("actors.revoke_mandate", {"id": mandate["id"]}, principal=cast.world.coordinator)
    with pytest.raises(errors.Forbidden):
        cast.world.rpc.call("actors.change_organisation", {**change, "places": []}, principal=person)
