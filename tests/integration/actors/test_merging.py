"""Merging two records of one actor and undoing it, against the real store."""

from typing import Any

import pytest
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from services.contracts import errors
from services.contracts.principal import OPERATOR
from tests.harness import Facts

from .conftest import World, y_tunnus

AGE = {"version", "changed", "incarnation"}


def merge(world: World, into: str, other: str, **rest: Any) -> dict[str, Any]:
    arguments = {"id": into, "other": other, **rest}
    done: dict[str, Any] = world.rpc.call("actors.merge_organisations", arguments, principal=world.coordinator)
    return done


def undo(world: World, merged: dict[str, Any]) -> dict[str, Any]:
    undone: dict[str, Any] = world.rpc.call("actors.undo_merge", {"id": merged["id"]}, principal=world.coordinator)
    return undone


def as_published(world: World, *ids: str) -> dict[str, dict[str, Any]]:
    """All that is public of these and their relations, but for how old it is."""
    records = {record["id"]: record for record in (*world.snapshot("organisation"), *world.snapshot("relation"))}
    mine = {
        key: found for key, found in records.items() if {key, found.get("organisation"), found.get("other")} & {*ids}
    }
    return {key: {name: value for name, value in found.items() if name not in AGE} for key, found in mine.items()}


def test_a_merged_record_points_to_the_other_and_frees_nothing(world: World, facts: Facts) -> None:
    number = [{"scheme": "y-tunnus", "value": y_tunnus()}]
    into = world.registered(places=["Espoo"])
    other = world.registered(places=["Rovaniemi"], identifiers=number, website="https://example.org")
    partner = world.person("partner", other["id"])
    done = merge(world, into["id"], other["id"], take=["name"])
    assert (done["state"], done["account"]) == ("done", world.coordinator.account)
    now = world.public()
    assert now[into["id"]]["name"] == other["name"]
    assert now[into["id"]]["places"] == ["Espoo", "Rovaniemi"]
    assert (now[into["id"]]["identifiers"], now[into["id"]]["website"]) == (number, "https://example.org")
    assert now[other["id"]]["state"] == "merged"
    assert now[other["id"]]["name"] == other["name"]
    assert now[other["id"]]["successors"] == [{"id": into["id"], "relation": "duplicate_of", "since": None}]
    with pytest.raises(errors.Conflict, match=into["id"]):
        world.registered(identifiers=number)
    change = {"id": into["id"], "summary": {"fi": "Esimerkki"}}
    assert world.rpc.call("actors.change_organisation", change, principal=partner)["summary"] == {"fi": "Esimerkki"}
    with pytest.raises(errors.Conflict, match="merged"):
        merge(world, into["id"], other["id"])


def test_relations_come_along_and_one_between_the_two_goes(world: World) -> None:
    into, other, third, cluster = (world.registered()["id"] for _ in range(4))
    say = {"kind": "member_of", "other": cluster}
    for said in (
        {"organisation": other, **say},
        {"organisation": into, **say},
        {"organisation": other, "kind": "unit_of", "other": into},
        {"organisation": third, "kind": "unit_of", "other": other},
    ):
        world.rpc.call("actors.state_relation", said, principal=world.coordinator)
    before = as_published(world, into, other, third)
    done = merge(world, into, other)
    living = [each for each in world.snapshot("relation") if {into, other} & {each["organisation"], each["other"]}]
    assert sorted((each["organisation"], each["kind"], each["other"]) for each in living) == sorted(
        [(into, "member_of", cluster), (third, "unit_of", into)]
    )
    undo(world, done)
    assert as_published(world, into, other, third) == before


def test_two_that_would_contradict_each_other_as_one_do_not_merge(world: World) -> None:
    into, other, between = (world.registered()["id"] for _ in range(3))
    for one, whole in ((into, between), (between, other)):
        said = {"organisation": one, "kind": "unit_of", "other": whole}
        world.rpc.call("actors.state_relation", said, principal=world.coordinator)
    with pytest.raises(errors.Conflict, match="itself"):
        merge(world, into, other)
    assert world.public()[other]["state"] == "admitted"


def test_what_was_changed_since_stays_after_an_undo(world: World) -> None:
    into, other = world.registered(places=["Espoo"]), world.registered(places=["Rovaniemi"])
    partner = world.person("partner", other["id"])
    done = merge(world, into["id"], other["id"])
    change = {"id": into["id"], "places": ["Espoo", "Rovaniemi", "Outokumpu"]}
    world.rpc.call("actors.change_organisation", change, principal=partner)
    undone = undo(world, done)
    assert (undone["state"], undone["kept"]) == ("undone", ["places"])
    assert undone["organisation"]["places"] == ["Espoo", "Outokumpu"]
    with pytest.raises(errors.Forbidden):
        world.rpc.call("actors.change_organisation", change, principal=partner)
    with pytest.raises(errors.Conflict, match="already"):
        undo(world, done)


texts = st.dictionaries(st.sampled_from(["fi", "sv", "en"]), st.sampled_from(["Esimerkki", "Exempel"]), min_size=1)
records = st.fixed_dictionaries(
    {
        "summary": texts,
        "places": st.lists(st.sampled_from(["Espoo", "Kemi", "Joensuu"]), unique=True),
        "regions": st.lists(st.sampled_from(["FI1D7", "FI1D8"]), unique=True).map(lambda more: ["FI1DC", *more]),
        "competences": st.lists(st.sampled_from(["processing.research", "training.advice"]), unique=True),
        "website": st.none() | st.just("https://example.org"),
        "kind": st.sampled_from(["company", "research"]),
        "numbered": st.booleans(),
    }
)
kinds = st.sampled_from(["unit_of", "member_of", "owner_of"])


merges = {
    "one": records,
    "two": records,
    "take": st.sets(st.sampled_from(["name", "kind", "summary", "website"])),
    "relations": st.lists(st.tuples(st.integers(0, 2), kinds, st.integers(0, 2)), max_size=4),
}


@settings(max_examples=3, suppress_health_check=[HealthCheck.function_scoped_fixture])
@given(**merges)
def test_merge_and_undo_is_the_identity_but_for_versions(world: World, **merge_of: Any) -> None:
    merge_and_undo(world, **merge_of)


@pytest.mark.full
@pytest.mark.timeout(600)
@settings(max_examples=20, suppress_health_check=[HealthCheck.function_scoped_fixture])
@given(**merges)
def test_many_merges_and_undoings_are_the_identity_but_for_versions(world: World, **merge_of: Any) -> None:
    merge_and_undo(world, **merge_of)


def merge_and_undo(
    world: World, one: dict[str, Any], two: dict[str, Any], take: set[str], relations: list[tuple[int, str, int]]
) -> None:
    ids = []
    for wanted in (one, two, {"numbered": False}):
        values = {name: value for name, value in wanted.items() if name != "numbered"}
        if wanted["numbered"]:
            values["identifiers"] = [{"scheme": "y-tunnus", "value": y_tunnus()}]
        ids.append(world.registered(**values)["id"])
    for first, kind, second in relations:
        said = {"organisation": ids[first], "kind": kind, "other": ids[second]}
        try:
            world.rpc.call("actors.state_relation", said, principal=world.coordinator)
        except errors.Refusal:
            continue
    before = as_published(world, *ids)
    try:
        done = merge(world, ids[0], ids[1], take=sorted(take))
    except errors.Conflict:
        assert as_published(world, *ids) == before
        return
    into = as_published(world, *ids)[ids[0]]
    for name in ("places", "regions", "competences", "identifiers"):
        both = [*before[ids[0]][name], *before[ids[1]][name]]
        assert all(value in into[name] for value in both), f"{name} lost something"
    undo(world, done)
    assert as_published(world, *ids) == before


def test_likely_twins_are_offered_until_they_are_told_apart(world: World) -> None:
    name = world.name()
    one = world.registered(name={"fi": f"Kaivosesimerkin tutkimuslaitos {name}"})
    two = world.registered(name={"fi": f"Kaivosesimerkin tutkimuslaitos, {name.removesuffix(' Oy')}"})
    assert [each["id"] for each in two["similar"]] == [one["id"]]
    assert two["similar"][0]["because"] == ["name"]
    pair = sorted([one["id"], two["id"]])

    def offered() -> list[list[str]]:
        offers = world.rpc.call("actors.merge_offers", {}, principal=world.coordinator)
        return [sorted(each["id"] for each in offer["organisations"]) for offer in offers]

    assert pair in offered()
    for _ in range(2):
        world.rpc.call("actors.tell_apart", {"organisations": pair}, principal=world.coordinator)
    assert pair not in offered()
    with pytest.raises(errors.Forbidden):
        world.rpc.call("actors.merge_offers", {}, principal=OPERATOR)
