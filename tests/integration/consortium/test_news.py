"""News: where they may be posted, who hears of them, who reads those for members."""

from dataclasses import replace
from typing import Any

import pytest

from services.contracts import errors
from services.contracts.principal import VISITOR, Principal

from .conftest import World

TEXTS = {"title": {"fi": "Esimerkkiuutinen", "en": "Example news"}, "body": {"en": "Example text"}}


def post(world: World, kind: str, target: str, who: Principal | None = None, **rest: Any) -> dict[str, Any]:
    arguments = {"target": {"kind": kind, "id": target}, **TEXTS, **rest}
    posted: dict[str, Any] = world.call("post_news", arguments, who or world.coordinator)
    return posted


def group_of(world: World, consortium: str, *members: dict[str, Any]) -> str:
    arguments = {
        "consortium": consortium,
        "name": {"en": "Example group"},
        "members": [member["organisation"] for member in members],
    }
    identity: str = world.call("form_working_group", arguments, world.coordinator)["id"]
    return identity


def read(world: World, consortium: str, who: Principal, **rest: Any) -> list[str]:
    page = world.call("news", {"consortium": consortium, **rest}, who)
    return [item["id"] for item in page["items"]]


def test_public_news_carry_the_regions_of_their_target(world: World) -> None:
    consortium = world.found(regions=["FI1DC", "FI1D7"])["id"]
    group = group_of(world, consortium)
    for kind, target, of, regions in (
        ("consortium", consortium, consortium, ["FI1DC", "FI1D7"]),
        ("working_group", group, consortium, ["FI1DC", "FI1D7"]),
        ("region", "FI1DC", None, ["FI1DC"]),
    ):
        news = post(world, kind, target, themes=["skills"])
        told = world.told("news.posted", news["id"], 1)
        assert (told.visibility, told.data) == ("public", news)
        assert (news["consortium"], news["regions"]) == (of, regions)


def test_news_for_members_are_told_to_members_only(world: World) -> None:
    consortium = world.found()["id"]
    secretary = world.secretary_of(consortium)
    news = post(world, "consortium", consortium, secretary, audience="members")
    change = {"id": news["id"], "title": {"en": "Example, corrected"}, "expected_version": 1}
    world.call("change_news", change, secretary)
    world.call("withdraw_news", {"id": news["id"], "expected_version": 2}, secretary)
    for version, happening in enumerate(("posted", "changed", "withdrawn"), 1):
        assert world.told(f"news.{happening}", news["id"], version).visibility == "members"
    assert world.snapshot("news")[news["id"]]["visibility"] == "members"


def test_withdrawn_news_are_a_tombstone_without_text(world: World) -> None:
    news = post(world, "region", "FI1DC", link="https://example.org/")
    world.call("withdraw_news", {"id": news["id"]}, world.coordinator)
    told = world.told("news.withdrawn", news["id"], 2).data
    assert (told["state"], told["title"], told["body"], told["link"]) == ("withdrawn", {}, {}, None)
    assert world.snapshot("news")[news["id"]] == {**told, "visibility": "public"}
    for method in ("withdraw_news", "change_news"):
        with pytest.raises(errors.Conflict, match="withdrawn"):
            world.call(method, {"id": news["id"]}, world.coordinator)


def test_a_change_takes_the_regions_of_the_target_as_they_are_then(world: World) -> None:
    consortium = world.found()["id"]
    news = post(world, "consortium", consortium)
    world.call("change", {"id": consortium, "regions": ["FI1DC", "FI1D8"]}, world.coordinator)
    changed = world.call("change_news", {"id": news["id"], "themes": ["skills"]}, world.coordinator)
    assert changed["regions"] == ["FI1DC", "FI1D8"]
    with pytest.raises(errors.VersionMismatch):
        world.call("change_news", {"id": news["id"], "expected_version": 1}, world.coordinator)


def test_nobody_posts_where_they_have_no_say(world: World) -> None:
    consortium, other = world.found()["id"], world.found()["id"]
    member, partner = world.member(consortium)
    group = group_of(world, consortium, member)
    foreign_secretary = world.secretary_of(other)
    news = post(world, "consortium", consortium)
    for who in (partner, foreign_secretary, world.elsewhere, world.stranger, Principal("operator")):
        for kind, target in (("consortium", consortium), ("working_group", group), ("region", "FI1DC")):
            with pytest.raises(errors.Forbidden):
                post(world, kind, target, who)
        with pytest.raises(errors.Forbidden):
            world.call("withdraw_news", {"id": news["id"]}, who)
    with pytest.raises(errors.SignInNeeded):
        world.call("withdraw_news", {"id": news["id"]})
    assert post(world, "region", "FI1D7", world.elsewhere)["regions"] == ["FI1D7"]


def test_a_closed_group_takes_no_more_news(world: World) -> None:
    consortium = world.found()["id"]
    group = group_of(world, consortium)
    world.call("close_working_group", {"id": group}, world.coordinator)
    with pytest.raises(errors.Conflict, match="closed"):
        post(world, "working_group", group)


def test_members_read_what_is_for_them_and_groups_what_is_for_the_group(world: World) -> None:
    consortium = world.found()["id"]
    member, partner = world.member(consortium)
    other, other_partner = world.member(consortium)
    group = group_of(world, consortium, member)
    for_all = post(world, "consortium", consortium, audience="members")["id"]
    for_group = post(world, "working_group", group, audience="members")["id"]
    post(world, "consortium", consortium)
    gone = post(world, "consortium", consortium, audience="members")["id"]
    world.call("withdraw_news", {"id": gone}, world.coordinator)
    assert read(world, consortium, partner) == [for_group, for_all]
    assert read(world, consortium, other_partner) == [for_all]
    for leader in (world.secretary_of(consortium), world.coordinator):
        assert read(world, consortium, leader) == [for_group, for_all]
    _, outsider = world.organisation()
    for who in (outsider, world.elsewhere, world.stranger, Principal("operator")):
        with pytest.raises(errors.Forbidden):
            read(world, consortium, who)
    with pytest.raises(errors.SignInNeeded):
        world.call("news", {"consortium": consortium})
    world.call("end_membership", {"id": other["id"]}, world.coordinator)
    with pytest.raises(errors.Forbidden):
        read(world, consortium, other_partner)


def test_news_for_members_are_read_one_by_one_by_those_whose_list_has_them(world: World) -> None:
    consortium = world.found()["id"]
    member, partner = world.member(consortium)
    other, other_partner = world.member(consortium)
    _, outsider = world.organisation()
    group = group_of(world, consortium, member)
    posted = post(world, "consortium", consortium, audience="members")
    for_group = post(world, "working_group", group, audience="members")
    public = post(world, "consortium", consortium)
    leaders = (world.secretary_of(consortium), world.coordinator)

    def may(who: Principal, news: dict[str, Any]) -> bool:
        try:
            assert world.call("news_item", {"id": news["id"]}, who)["body"] == news["body"]
        except errors.NotFound:
            return False
        return True

    assert all(may(who, posted) and may(who, for_group) for who in (partner, *leaders))
    assert may(other_partner, posted)
    assert not may(other_partner, for_group)
    assert not may(replace(partner, scopes=frozenset({"events"})), posted)
    for who in (outsider, world.elsewhere, world.stranger, VISITOR):
        assert not may(who, posted)
        assert may(who, public)
    world.call("end_membership", {"id": other["id"]}, world.coordinator)
    assert not may(other_partner, posted)
    world.call("withdraw_news", {"id": posted["id"]}, world.coordinator)
    assert not may(partner, posted)


def test_a_request_alone_opens_no_members_news(world: World) -> None:
    consortium = world.found()["id"]
    organisation, partner = world.organisation()
    world.call("ask_membership", {"consortium": consortium, "organisation": organisation}, partner)
    with pytest.raises(errors.Forbidden):
        read(world, consortium, partner)


def test_the_list_goes_on_where_it_stopped(world: World) -> None:
    consortium = world.found()["id"]
    _, partner = world.member(consortium)
    posted = [post(world, "consortium", consortium, audience="members")["id"] for _ in range(5)]
    seen: list[str] = []
    after = None
    while True:
        page = world.call("news", {"consortium": consortium, "limit": 2, "after": after}, partner)
        seen += [item["id"] for item in page["items"]]
        after = page["next"]
        if after is None:
            break
    assert seen == posted[::-1]
