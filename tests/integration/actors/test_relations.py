"""Relations and succession at the running service, with the example of DOMAIN.md: ELY centres that became an
elinvoimakeskus, and a laboratory that is a unit of an institute."""

from typing import Any

import pytest

from services.contracts import errors
from tests.harness import Facts

from .conftest import World, y_tunnus


def state(world: World, organisation: str, kind: str, other: str, **rest: Any) -> dict[str, Any]:
    arguments = {"organisation": organisation, "kind": kind, "other": other, **rest}
    stated: dict[str, Any] = world.rpc.call("actors.state_relation", arguments, principal=world.coordinator)
    return stated


def test_a_laboratory_is_a_unit_of_an_institute(world: World, facts: Facts) -> None:
    mintec, gtk = world.registered(kind="research"), world.registered(kind="research")
    stated = state(world, mintec["id"], "unit_of", gtk["id"], since="2015-01-01")
    told = facts.wait_for("actors.relation.stated", lambda fact: fact.subject == stated["id"])
    assert (told.visibility, told.data) == ("public", stated)
    with pytest.raises(errors.Conflict, match="a unit of itself"):
        state(world, gtk["id"], "unit_of", mintec["id"])
    days = {"id": stated["id"], "expected_version": 1, "until": "2030-12-31"}
    changed = world.rpc.call("actors.change_relation", days, principal=world.coordinator)
    assert (changed["since"], changed["until"], changed["version"]) == ("2015-01-01", "2030-12-31", 2)
    world.rpc.call("actors.withdraw_relation", {"id": stated["id"]}, principal=world.coordinator)
    gone = facts.wait_for("actors.relation.withdrawn", lambda fact: fact.subject == stated["id"])
    assert (gone.data["state"], "organisation" in gone.data) == ("withdrawn", False)
    assert stated["id"] not in {each["id"] for each in world.snapshot("relation")}
    with pytest.raises(errors.Conflict):
        world.rpc.call("actors.withdraw_relation", {"id": stated["id"]}, principal=world.coordinator)


def test_an_office_that_was_merged_into_another_stays_readable_and_says_into_which(world: World, facts: Facts) -> None:
    number = [{"scheme": "y-tunnus", "value": y_tunnus()}]
    ely, evk = world.registered(kind="authority", identifiers=number), world.registered(kind="authority")
    partner = world.person("partner", ely["id"])
    stated = state(world, ely["id"], "merged_into", evk["id"], since="2026-01-01")
    told = facts.wait_for(
        "actors.organisation.changed", lambda fact: fact.subject == ely["id"] and fact.data["state"] == "succeeded"
    )
    assert told.data["successors"] == [{"id": evk["id"], "relation": "merged_into", "since": "2026-01-01"}]
    assert told.data["name"] == ely["name"]
    assert world.public()[ely["id"]]["state"] == "succeeded"
    with pytest.raises(errors.Conflict, match="succeeded"):
        world.rpc.call("actors.change_organisation", {"id": ely["id"], "kind": "company"}, principal=partner)
    with pytest.raises(errors.Conflict, match="became this one"):
        world.rpc.call("actors.remove_organisation", {"id": evk["id"]}, principal=world.coordinator)
    changed = world.rpc.call(
        "actors.change_organisation", {"id": evk["id"], "identifiers": number}, principal=world.coordinator
    )
    assert changed["identifiers"] == number, "what it was known by goes on with its successor"
    with pytest.raises(errors.Conflict, match="belongs to"):
        world.rpc.call("actors.withdraw_relation", {"id": stated["id"]}, principal=world.coordinator)
    world.rpc.call("actors.change_organisation", {"id": evk["id"], "identifiers": []}, principal=world.coordinator)
    world.rpc.call("actors.withdraw_relation", {"id": stated["id"]}, principal=world.coordinator)
    assert world.public()[ely["id"]]["state"] == "admitted"


def test_a_split_ends_the_old_one_only_if_it_says_so(world: World) -> None:
    old, one, two = (world.registered()["id"] for _ in range(3))
    state(world, one, "split_from", old, since="2024-01-01")
    assert world.public()[old]["state"] == "admitted"
    state(world, two, "split_from", old, since="2025-01-01", ceased=True)
    assert world.public()[old]["state"] == "succeeded"
    assert [each["id"] for each in world.public()[old]["successors"]] == [two]


@pytest.mark.parametrize(
    ("said", "field"),
    [
        ({"kind": "renamed_to"}, "since"),
        ({"kind": "unit_of", "since": "2020-01-02", "until": "2020-01-01"}, "until"),
        ({"kind": "unit_of", "since": "2020-1-2"}, "since"),
        ({"kind": "sister_of"}, "kind"),
    ],
)
def test_a_relation_that_cannot_be_is_refused_by_field(world: World, said: dict[str, Any], field: str) -> None:
    one, other = world.registered()["id"], world.registered()["id"]
    with pytest.raises(errors.Invalid) as refused:
        state(world, one, other=other, **said)
    assert [error["field"] for error in refused.value.details["errors"]] == [field]


def test_only_an_organisation_of_the_registry_has_relations(world: World) -> None:
    one, proposal = world.registered()["id"], world.proposed()["id"]
    with pytest.raises(errors.Invalid) as refused:
        state(world, one, "member_of", proposal)
    assert refused.value.details["errors"][0]["field"] == "other"


def test_a_removed_organisation_takes_its_relations_along(world: World, facts: Facts) -> None:
    one, other = world.registered()["id"], world.registered()["id"]
    stated = state(world, one, "member_of", other)
    world.rpc.call("actors.remove_organisation", {"id": one}, principal=world.coordinator)
    facts.wait_for("actors.relation.withdrawn", lambda fact: fact.subject == stated["id"])
