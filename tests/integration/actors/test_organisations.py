"""The registry as the gateway meets it: by remote calls, with its facts seen on the broker."""

from collections.abc import Callable

import pytest

from services.contracts import errors, identifiers
from services.contracts.principal import OPERATOR
from tests.harness import Facts

from .conftest import World, y_tunnus

Change = Callable[..., dict[str, object]]


def test_a_registered_organisation_is_told_to_everybody(world: World, facts: Facts) -> None:
    number = y_tunnus()
    record = world.registered(
        identifiers=[{"scheme": "y-tunnus", "value": number.replace("-", "")}], places=["Joensuu"]
    )
    told = facts.wait_for("actors.organisation.registered", lambda fact: fact.subject == record["id"])
    assert told.visibility == "public"
    assert told.data["identifiers"] == [{"scheme": "y-tunnus", "value": number}]
    assert (told.data["state"], told.data["nuts_version"]) == ("admitted", 2024)
    assert {"name_keys", "contact", "reason"}.isdisjoint(told.data)
    assert {name: value for name, value in told.data.items() if value is not None} == {
        name: value for name, value in record.items() if value is not None
    }


def test_an_identifier_belongs_to_one_organisation_which_is_named(world: World) -> None:
    number = y_tunnus()
    first = world.registered(identifiers=[{"scheme": "y-tunnus", "value": number}])
    with pytest.raises(errors.Conflict) as refused:
        world.registered(identifiers=[{"scheme": "vat", "value": f"FI{number.replace('-', '')}"}])
    assert first["id"] in refused.value.message
    assert refused.value.details["organisation"]["name"] == first["name"]
    assert refused.value.details["offers"]


def test_a_changed_or_removed_organisation_frees_its_identifiers(world: World) -> None:
    number, other = y_tunnus(), y_tunnus()
    mine = [{"scheme": "y-tunnus", "value": number}]
    first = world.registered(identifiers=mine)
    changes = {"id": first["id"], "identifiers": [{"scheme": "y-tunnus", "value": other}]}
    world.rpc.call("actors.change_organisation", changes, principal=world.coordinator)
    second = world.registered(identifiers=mine)
    with pytest.raises(errors.Conflict):
        world.registered(identifiers=changes["identifiers"])
    world.rpc.call("actors.remove_organisation", {"id": second["id"]}, principal=world.coordinator)
    assert world.registered(identifiers=mine)["id"] not in (first["id"], second["id"])


def test_a_wrong_identifier_is_refused_by_field(world: World) -> None:
    with pytest.raises(errors.Invalid) as refused:
        world.registered(identifiers=[{"scheme": "y-tunnus", "value": "2069746-9"}])
    assert refused.value.details["errors"][0]["field"] == "identifiers.0.value"


def test_a_partner_changes_what_it_says_of_itself_but_neither_region_nor_identifier(world: World, facts: Facts) -> None:
    record = world.registered()
    partner = world.person("partner", record["id"])
    changed = world.rpc.call(
        "actors.change_organisation",
        {"id": record["id"], "expected_version": 1, "summary": {"en": "An example"}, "website": "https://example.org"},
        principal=partner,
    )
    assert (changed["version"], changed["website"]) == (2, "https://example.org")
    facts.wait_for("actors.organisation.changed", lambda fact: fact.subject == record["id"] and fact.version == 2)
    for own in ({"regions": ["FI1D7"]}, {"identifiers": [{"scheme": "pic", "value": "999999999"}]}):
        with pytest.raises(errors.Forbidden, match="Only a coordinator"):
            world.rpc.call("actors.change_organisation", {"id": record["id"], **own}, principal=partner)
    assert world.public()[record["id"]]["version"] == 2


def test_a_coordinator_adds_a_region_but_does_not_give_the_last_own_one_away(world: World) -> None:
    record = world.registered()
    change = {"id": record["id"], "regions": ["FI1D7"]}
    with pytest.raises(errors.Forbidden, match="must stay"):
        world.rpc.call("actors.change_organisation", change, principal=world.coordinator)
    both = world.rpc.call(
        "actors.change_organisation", {**change, "regions": ["FI1DC", "FI1D7"]}, principal=world.coordinator
    )
    assert both["regions"] == ["FI1DC", "FI1D7"]


def test_an_organisation_of_no_region_is_the_nodes_own_coordinators(world: World) -> None:
    arguments = {"name": {"en": world.name()}, "kind": "association"}
    with pytest.raises(errors.Forbidden):
        world.rpc.call("actors.register_organisation", arguments, principal=world.coordinator)
    assert world.rpc.call("actors.register_organisation", arguments, principal=world.node_coordinator)["regions"] == []


def test_a_stale_version_is_refused_and_nothing_changes(world: World) -> None:
    record = world.registered()
    with pytest.raises(errors.VersionMismatch) as refused:
        world.rpc.call(
            "actors.change_organisation",
            {"id": record["id"], "expected_version": 7, "kind": "research"},
            principal=world.coordinator,
        )
    assert refused.value.details == {"version": 1}
    assert world.public()[record["id"]]["kind"] == "company"


def test_a_change_that_changes_nothing_is_not_told(world: World, facts: Facts) -> None:
    record = world.registered()
    same = {"id": record["id"], "kind": "company", "name": record["name"]}
    assert world.rpc.call("actors.change_organisation", same, principal=world.coordinator)["version"] == 1
    world.rpc.call("actors.change_organisation", {**same, "kind": "research"}, principal=world.coordinator)
    told = facts.wait_for("actors.organisation.changed", lambda fact: fact.subject == record["id"])
    assert told.version == 2


def test_a_removed_organisation_leaves_a_tombstone_and_nobody_who_acts_for_it(world: World, facts: Facts) -> None:
    record = world.registered()
    partner = world.person("partner", record["id"])
    world.rpc.call("actors.remove_organisation", {"id": record["id"]}, principal=world.coordinator)
    told = facts.wait_for("actors.organisation.removed", lambda fact: fact.subject == record["id"])
    assert set(told.data) == {"id", "home", "incarnation", "version", "state", "created", "changed"}
    assert world.public()[record["id"]] == {**told.data, "visibility": "public"}
    facts.wait_for("actors.mandate.revoked", lambda fact: fact.data["account"] == partner.account)
    with pytest.raises(errors.Forbidden):
        world.rpc.call("actors.change_organisation", {"id": record["id"], "kind": "research"}, principal=partner)
    with pytest.raises(errors.Conflict):
        world.rpc.call("actors.remove_organisation", {"id": record["id"]}, principal=world.coordinator)


def test_an_unknown_organisation_is_not_found(world: World) -> None:
    unknown = {"id": identifiers.new_id(identifiers.ORGANISATION)}
    for method in ("change_organisation", "remove_organisation"):
        with pytest.raises(errors.NotFound):
            world.rpc.call(f"actors.{method}", unknown, principal=world.coordinator)


def test_the_same_command_twice_registers_one_organisation(world: World) -> None:
    arguments = {"name": {"fi": world.name()}, "kind": "company", "regions": ["FI1DC"]}
    answers = [
        world.rpc.call("actors.register_organisation", arguments, principal=world.coordinator, command_id="once-more")
        for _ in range(2)
    ]
    assert answers[0] == answers[1]
    assert [record.get("name") for record in world.public().values()].count(arguments["name"]) == 1


def test_a_proposal_is_public_only_when_it_is_admitted(world: World, facts: Facts) -> None:
    proposal = world.proposed(contact="ehdottaja@example.org")
    assert proposal["state"] == "proposed"
    assert "contact" not in proposal
    assert proposal["id"] not in world.public()
    waiting = world.rpc.call("actors.proposals", {"region": "FI1DC"}, principal=world.coordinator)
    assert [each["contact"] for each in waiting if each["id"] == proposal["id"]] == ["ehdottaja@example.org"]
    decision = {"id": proposal["id"], "admit": True}
    admitted = world.rpc.call("actors.decide_proposal", decision, principal=world.coordinator)
    assert (admitted["state"], admitted["version"]) == ("admitted", 2)
    told = facts.wait_for("actors.organisation.registered", lambda fact: fact.subject == proposal["id"])
    assert "ehdottaja" not in str(told)
    waiting = world.rpc.call("actors.proposals", {"region": "FI1DC"}, principal=world.coordinator)
    assert proposal["id"] not in [each["id"] for each in waiting]
    with pytest.raises(errors.Conflict):
        world.rpc.call("actors.decide_proposal", decision, principal=world.coordinator)


def test_a_refusal_needs_a_reason_which_the_proposer_reads_and_proposes_anew(world: World, facts: Facts) -> None:
    proposal = world.proposed(contact="ehdottaja@example.org")
    refusal = {"id": proposal["id"], "admit": False}
    with pytest.raises(errors.Invalid) as refused:
        world.rpc.call("actors.decide_proposal", refusal, principal=world.coordinator)
    assert [error["field"] for error in refused.value.details["errors"]] == ["reason"]
    reason = "Nimi on esimerkki: kertokaa virallinen nimi."
    world.rpc.call("actors.decide_proposal", {**refusal, "reason": reason}, principal=world.coordinator)
    told = facts.wait_for("actors.proposal.decided", lambda fact: fact.subject == proposal["id"])
    assert (told.visibility, told.data) == ("node", {"id": proposal["id"], "admitted": False})
    seen = world.rpc.call("actors.own_proposal", {"token": proposal["token"]})
    assert (seen["state"], seen["reason"]) == ("refused", reason)
    whom = {"reference": proposal["id"], "purpose": "proposal.decided"}
    asked = world.rpc.call("actors.recipient", whom, principal=OPERATOR)
    assert (asked["email"], asked["says"]["proposal"]["reason"]) == ("ehdottaja@example.org", reason)
    anew = world.proposed(again=proposal["token"])
    waiting = world.rpc.call("actors.proposals", {"region": "FI1DC"}, principal=world.coordinator)
    assert [each["previous_reason"] for each in waiting if each["id"] == anew["id"]] == [reason]
    with pytest.raises(errors.Invalid, match="Only a refused proposal"):
        world.proposed(again=anew["token"])
    with pytest.raises(errors.Invalid, match="no token"):
        world.proposed(again=f"{proposal['id']}.aaaa")


def test_what_an_account_proposed_it_finds_again(world: World) -> None:
    arguments = {"name": {"fi": world.name()}, "kind": "company", "regions": ["FI1DC"]}
    proposal = world.rpc.call("actors.propose_organisation", arguments, principal=world.stranger)
    mine = world.rpc.call("actors.own_proposals", {}, principal=world.stranger)
    assert [(each["id"], each["state"]) for each in mine] == [(proposal["id"], "proposed")]


def test_proposals_come_oldest_first(world: World) -> None:
    made = [world.proposed()["id"] for _ in range(3)]
    waiting = world.rpc.call("actors.proposals", {"region": "FI1DC"}, principal=world.coordinator)
    assert [each["id"] for each in waiting if each["id"] in made] == made


def test_a_refused_proposal_is_never_told(world: World, facts: Facts) -> None:
    proposal = world.proposed()
    decision = {"id": proposal["id"], "admit": False, "reason": "Not of this network"}
    assert world.rpc.call("actors.decide_proposal", decision, principal=world.coordinator)["state"] == "refused"
    later = world.registered()
    facts.wait_for("actors.organisation.registered", lambda fact: fact.subject == later["id"])
    told = [fact for fact in facts.seen if fact.subject == proposal["id"]]
    assert {(fact.type, fact.visibility) for fact in told} <= {("actors.proposal.decided", "node")}
    assert proposal["id"] not in world.public()


def test_a_proposal_takes_no_identifier_but_may_not_name_a_taken_one(world: World) -> None:
    number = [{"scheme": "y-tunnus", "value": y_tunnus()}]
    proposal = world.proposed(identifiers=number)
    registered = world.registered(identifiers=number)
    with pytest.raises(errors.Conflict, match=registered["id"]):
        world.proposed(identifiers=number)
    with pytest.raises(errors.Conflict, match=registered["id"]):
        world.rpc.call("actors.decide_proposal", {"id": proposal["id"], "admit": True}, principal=world.coordinator)
    waiting = world.rpc.call("actors.proposals", {"region": "FI1DC"}, principal=world.coordinator)
    assert proposal["id"] in [each["id"] for each in waiting]


def test_a_proposal_that_nobody_here_would_see_is_refused(world: World) -> None:
    with pytest.raises(errors.Invalid, match="FI1DC"):
        world.proposed(regions=["FI1D7"])


def test_the_operator_has_no_say_in_the_registry(world: World) -> None:
    arguments = {"name": {"fi": world.name()}, "kind": "company", "regions": ["FI1DC"]}
    with pytest.raises(errors.Forbidden):
        world.rpc.call("actors.register_organisation", arguments, principal=OPERATOR)
