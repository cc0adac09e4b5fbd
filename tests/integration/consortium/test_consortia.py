"""Founding, changing, dissolving, as the gateway meets them: by remote calls, with the facts seen on the broker."""

import pytest

from services.contracts import errors, identifiers
from services.contracts.principal import Principal
from tests.harness import until

from .conftest import World


def test_a_coordinator_founds_a_consortium_of_the_region_and_everybody_hears(world: World) -> None:
    founded = world.found(themes=["side_streams"], website="https://example.org/")
    told = world.told("consortium.founded", founded["id"], 1)
    assert (told.visibility, told.data) == ("public", founded)
    assert (founded["state"], founded["regions"], founded["home"]) == ("active", ["FI1DC"], "pohjois-karjala")


def test_only_a_coordinator_of_one_of_its_regions_founds_it(world: World) -> None:
    arguments = {"name": {"en": "Example"}, "kind": "cluster", "regions": ["FI1DC"]}
    for who in (world.elsewhere, world.node_coordinator, world.stranger):
        with pytest.raises(errors.Forbidden):
            world.call("found", arguments, who)
    with pytest.raises(errors.SignInNeeded):
        world.call("found", arguments)
    assert world.call("found", {**arguments, "regions": ["FI1D7", "FI1DC"]}, world.coordinator)["state"] == "active"


def test_a_secretariats_consortium_belongs_to_the_nodes_coordinators(world: World) -> None:
    arguments = {"name": {"en": "Example"}, "kind": "consortium", "regions": []}
    with pytest.raises(errors.Forbidden):
        world.call("found", arguments, world.coordinator)
    founded = world.call("found", arguments, world.node_coordinator)
    assert founded["regions"] == []
    with pytest.raises(errors.Forbidden):
        world.call("change", {"id": founded["id"], "themes": ["skills"]}, world.coordinator)


def test_its_secretary_changes_it_and_a_stale_version_is_refused(world: World) -> None:
    founded = world.found()
    secretary = world.secretary_of(founded["id"])
    change = {"id": founded["id"], "themes": ["skills"], "expected_version": 1}
    changed = world.call("change", change, secretary)
    assert (changed["version"], changed["themes"], changed["name"]) == (2, ["skills"], founded["name"])
    assert world.told("consortium.changed", founded["id"], 2).data == changed
    with pytest.raises(errors.VersionMismatch) as caught:
        world.call("change", change, secretary)
    assert int(caught.value.details["version"]) == 2


def test_a_change_to_what_it_is_already_is_told_to_nobody(world: World) -> None:
    founded = world.found(themes=["skills"])
    assert world.call("change", {"id": founded["id"], "themes": ["skills"]}, world.coordinator)["version"] == 1
    changed = world.call("change", {"id": founded["id"], "themes": []}, world.coordinator)
    world.told("consortium.changed", founded["id"], changed["version"])
    assert len(world.facts.of("consortium.consortium.changed", founded["id"])) == 1


def test_a_secretary_whose_mandate_is_revoked_changes_nothing_more(world: World) -> None:
    consortium = world.found()["id"]
    who = Principal("account", identifiers.new_id(identifiers.ACCOUNT))
    mandate = world.grant(who, "secretary", consortium)
    until(lambda: world.may_read(who, consortium), says="the mandate has come")
    world.publish_mandate(mandate, who, "secretary", consortium, state="revoked")
    until(lambda: not world.may_read(who, consortium), says="it is revoked")
    with pytest.raises(errors.Forbidden):
        world.call("dissolve", {"id": consortium}, who)


def test_dissolving_ends_all_that_belongs_to_it_at_once(world: World) -> None:
    consortium = world.found()["id"]
    member, _ = world.member(consortium)
    organisation, partner = world.organisation()
    request = world.call("ask_membership", {"consortium": consortium, "organisation": organisation}, partner)
    group = world.call(
        "form_working_group",
        {"consortium": consortium, "name": {"en": "Example group"}, "members": [member["organisation"]]},
        world.coordinator,
    )
    dissolved = world.call("dissolve", {"id": consortium}, world.coordinator)
    told = world.told("consortium.dissolved", consortium, 2)
    assert told.data == dissolved
    ended = world.told("membership.ended", member["id"], 2)
    declined = world.told("membership.declined", request["id"], 2)
    closed = world.told("working_group.closed", group["id"], 2)
    assert {fact.causation_id for fact in (ended, declined, closed)} == {told.causation_id}, "one commit"
    assert (ended.visibility, declined.visibility) == ("public", "node")
    assert closed.data["members"] == [member["organisation"]], "who was in it last can still be read"


def test_nothing_begins_in_a_dissolved_consortium(world: World) -> None:
    consortium = world.found()["id"]
    world.call("dissolve", {"id": consortium}, world.coordinator)
    organisation, partner = world.organisation()
    joining = {"consortium": consortium, "organisation": organisation}
    news = {"target": {"kind": "consortium", "id": consortium}, "title": {"en": "Example"}, "body": {"en": "Text"}}
    for method, arguments, who in (
        ("dissolve", {"id": consortium}, world.coordinator),
        ("change", {"id": consortium, "themes": []}, world.coordinator),
        ("ask_membership", joining, partner),
        ("invite_member", joining, world.coordinator),
        ("form_working_group", {"consortium": consortium, "name": {"en": "Example"}}, world.coordinator),
        ("post_news", news, world.coordinator),
    ):
        with pytest.raises(errors.Conflict, match="dissolved"):
            world.call(method, arguments, who)


def test_what_is_not_there_is_not_found(world: World) -> None:
    nowhere = identifiers.new_id(identifiers.CONSORTIUM)
    for method, arguments in (
        ("change", {"id": nowhere}),
        ("dissolve", {"id": nowhere}),
        ("form_working_group", {"consortium": nowhere, "name": {"en": "Example"}}),
        ("close_working_group", {"id": identifiers.new_id(identifiers.WORKING_GROUP)}),
        ("end_membership", {"id": identifiers.new_id(identifiers.MEMBERSHIP)}),
        ("withdraw_news", {"id": identifiers.new_id(identifiers.NEWS)}),
        ("news", {"consortium": nowhere}),
        ("memberships", {"consortium": nowhere}),
    ):
        with pytest.raises(errors.NotFound):
            world.call(method, arguments, world.coordinator)


def test_a_repeated_command_founds_once(world: World) -> None:
    arguments = {"name": {"en": "Example"}, "kind": "cluster", "regions": ["FI1DC"]}
    identity = identifiers.new_id(identifiers.COMMAND)
    first = world.call("found", arguments, world.coordinator, command_id=identity)
    assert world.call("found", arguments, world.coordinator, command_id=identity) == first
    world.told("consortium.founded", first["id"], 1)
    assert len(world.facts.of("consortium.consortium.founded", first["id"])) == 1
