"""Working groups: who is in them, and who no longer is."""

from concurrent.futures import ThreadPoolExecutor
from typing import Any

import pytest

from services.contracts import errors

from .conftest import World


def form(world: World, consortium: str, *members: dict[str, Any], **rest: Any) -> dict[str, Any]:
    arguments = {
        "consortium": consortium,
        "name": {"fi": "Esimerkkiryhmä", "en": "Example group"},
        "members": [member["organisation"] for member in members],
        **rest,
    }
    group: dict[str, Any] = world.call("form_working_group", arguments, world.coordinator)
    return group


def test_a_group_is_formed_of_members_and_everybody_hears(world: World) -> None:
    consortium = world.found()["id"]
    member, _ = world.member(consortium)
    group = form(world, consortium, member, themes=["side_streams"])
    assert world.told("working_group.formed", group["id"], 1).data == group
    assert world.snapshot("working_group")[group["id"]] == {**group, "visibility": "public"}


def test_only_members_of_the_consortium_get_in(world: World) -> None:
    consortium = world.found()["id"]
    member, _ = world.member(consortium)
    left, partner = world.member(consortium)
    world.call("end_membership", {"id": left["id"]}, partner)
    organisation, asking = world.organisation()
    world.call("ask_membership", {"consortium": consortium, "organisation": organisation}, asking)
    elsewhere, _ = world.member(world.found()["id"])
    for outside in (left, {"organisation": organisation}, elsewhere):
        with pytest.raises(errors.Invalid) as caught:
            form(world, consortium, member, outside)
        assert [error["field"] for error in caught.value.details["errors"]] == ["members.1"]
    group = form(world, consortium, member)
    with pytest.raises(errors.Invalid):
        world.call("change_working_group", {"id": group["id"], "members": [organisation]}, world.coordinator)


def test_it_changes_and_closes_by_version(world: World) -> None:
    consortium = world.found()["id"]
    member, partner = world.member(consortium)
    group = form(world, consortium)
    change = {"id": group["id"], "members": [member["organisation"]], "expected_version": 1}
    changed = world.call("change_working_group", change, world.secretary_of(consortium))
    assert world.told("working_group.changed", group["id"], 2).data == changed
    for method, arguments in (
        ("change_working_group", change),
        ("close_working_group", {"id": group["id"], "expected_version": 1}),
    ):
        with pytest.raises(errors.VersionMismatch):
            world.call(method, arguments, world.coordinator)
    for who in (partner, world.elsewhere, world.stranger):
        with pytest.raises(errors.Forbidden):
            world.call("close_working_group", {"id": group["id"]}, who)
    closed = world.call("close_working_group", {"id": group["id"], "expected_version": 2}, world.coordinator)
    assert world.told("working_group.closed", group["id"], 3).data == closed
    with pytest.raises(errors.Conflict):
        world.call("close_working_group", {"id": group["id"]}, world.coordinator)


def test_who_ends_its_membership_leaves_its_groups_and_no_other(world: World) -> None:
    consortium = world.found()["id"]
    staying, _ = world.member(consortium)
    leaving, partner = world.member(consortium)
    open_group, closed_group = form(world, consortium, staying, leaving), form(world, consortium, leaving)
    world.call("close_working_group", {"id": closed_group["id"]}, world.coordinator)
    other = world.found()["id"]
    invitation = {"consortium": other, "organisation": leaving["organisation"], "agreed": True}
    world.call("invite_member", invitation, world.coordinator)
    elsewhere = form(world, other, leaving)
    world.call("end_membership", {"id": leaving["id"]}, partner)
    ended = world.told("membership.ended", leaving["id"], 2)
    left = world.told("working_group.changed", open_group["id"], 2)
    assert left.data["members"] == [staying["organisation"]]
    assert left.causation_id == ended.causation_id, "one commit"
    groups = world.snapshot("working_group")
    assert groups[closed_group["id"]]["members"] == [leaving["organisation"]]
    assert groups[elsewhere["id"]]["members"] == [leaving["organisation"]]


def test_a_group_never_keeps_who_leaves_at_that_moment(world: World) -> None:
    consortium = world.found()["id"]
    for _ in range(5):
        member, partner = world.member(consortium)
        group = form(world, consortium)
        enter = {"id": group["id"], "members": [member["organisation"]]}
        with ThreadPoolExecutor(2) as threads:
            entering = threads.submit(world.call, "change_working_group", enter, world.coordinator)
            leaving = threads.submit(world.call, "end_membership", {"id": member["id"]}, partner)
        assert leaving.result()["state"] == "ended"
        refused = entering.exception()
        assert refused is None or isinstance(refused, errors.Invalid)
        assert world.snapshot("working_group")[group["id"]]["members"] == []
