"""Offerings and packages at the running service: who offers, who consents, what is told."""

from typing import Any

import pytest

from services.contracts import errors
from services.contracts.principal import Principal
from tests.harness import Facts

from .conftest import World


def offered(world: World, organisation: str, who: Principal | None = None, **rest: Any) -> dict[str, Any]:
    arguments = {"organisation": organisation, "title": {"fi": "Koeajo (esimerkki)"}, "kind": "service", **rest}
    record: dict[str, Any] = world.rpc.call("actors.offer", arguments, principal=who or world.coordinator)
    return record


def call(world: World, method: str, who: Principal, **arguments: Any) -> dict[str, Any]:
    answer: dict[str, Any] = world.rpc.call(f"actors.{method}", arguments, principal=who)
    return answer


def test_an_offering_is_told_to_everybody_changed_and_withdrawn(world: World, facts: Facts) -> None:
    organisation = world.registered()["id"]
    partner = world.person("partner", organisation)
    tags = {"materials": ["cobalt"], "trl_from": 4, "trl_to": 7, "nace": ["09.90"], "value_chain": ["processing"]}
    made = offered(world, organisation, partner, **tags)
    told = facts.wait_for("actors.offering.offered", lambda fact: fact.subject == made["id"])
    assert (told.visibility, told.data) == ("public", made)
    changed = call(world, "change_offering", partner, id=made["id"], expected_version=1, trl_to=8)
    assert (changed["version"], changed["trl_to"]) == (2, 8)
    assert call(world, "change_offering", partner, id=made["id"], trl_to=8)["version"] == 2
    call(world, "withdraw_offering", partner, id=made["id"])
    gone = facts.wait_for("actors.offering.withdrawn", lambda fact: fact.subject == made["id"])
    assert (gone.data["state"], "title" in gone.data) == ("withdrawn", False)
    with pytest.raises(errors.Conflict):
        call(world, "change_offering", partner, id=made["id"], trl_to=9)
    assert made["id"] not in {each["id"] for each in world.snapshot("offering")}


def test_a_package_is_shown_when_two_owners_consented_and_with_their_offerings_alone(
    world: World, facts: Facts
) -> None:
    maker, one, two = (world.registered()["id"] for _ in range(3))
    people = {organisation: world.person("partner", organisation) for organisation in (maker, one, two)}
    mine, first, second = (offered(world, organisation)["id"] for organisation in (maker, one, two))
    made = call(
        world,
        "make_package",
        people[maker],
        organisation=maker,
        title={"fi": "Paketti (esimerkki)"},
        offerings=[mine, first, second],
    )
    assert made["state"] == "draft"
    assert [part["consent"] for part in made["parts"]] == ["given", "asked", "asked"]
    assert [each["id"] for each in call(world, "packages", people[one], organisation=one)] == [made["id"]]
    with pytest.raises(errors.Forbidden):
        call(world, "consent_to_package", people[maker], id=made["id"], offering=first, consent=True)
    with pytest.raises(errors.Forbidden):
        call(world, "consent_to_package", people[two], id=made["id"], offering=first, consent=True)
    call(world, "consent_to_package", people[one], id=made["id"], offering=first, consent=True)
    told = facts.wait_for("actors.package.offered", lambda fact: fact.subject == made["id"])
    assert told.data["offerings"] == [mine, first]
    assert second not in str(told.data), "nothing is told of who was only asked"
    call(world, "consent_to_package", people[two], id=made["id"], offering=second, consent=False)
    call(world, "withdraw_offering", people[one], id=first)
    gone = facts.wait_for("actors.package.withdrawn", lambda fact: fact.subject == made["id"])
    assert set(gone.data) == {"id", "home", "incarnation", "version", "state", "created", "changed"}
    left = call(world, "packages", people[maker], organisation=maker)
    assert [(each["id"], each["state"]) for each in left] == [(made["id"], "draft")]
    assert made["id"] not in {each["id"] for each in world.snapshot("package")}


def test_a_package_of_what_is_not_offered_is_refused_by_field(world: World) -> None:
    organisation = world.registered()["id"]
    gone = offered(world, organisation)["id"]
    call(world, "withdraw_offering", world.coordinator, id=gone)
    with pytest.raises(errors.Invalid) as refused:
        call(world, "make_package", world.coordinator, organisation=organisation, title={"fi": "E"}, offerings=[gone])
    assert refused.value.details["errors"][0]["field"] == "offerings"


def test_a_removed_organisation_offers_nothing(world: World, facts: Facts) -> None:
    organisation = world.registered()["id"]
    made = offered(world, organisation)
    call(world, "remove_organisation", world.coordinator, id=organisation)
    facts.wait_for("actors.offering.withdrawn", lambda fact: fact.subject == made["id"])
    with pytest.raises(errors.Invalid):
        offered(world, organisation)


def test_offerings_come_along_with_a_merge_and_go_back_with_its_undo(world: World) -> None:
    into, other = world.registered()["id"], world.registered()["id"]
    mine, theirs = offered(world, into)["id"], offered(world, other)["id"]

    def owners() -> dict[str, str]:
        return {each["id"]: each["organisation"] for each in world.snapshot("offering")}

    done = call(world, "merge_organisations", world.coordinator, id=into, other=other)
    assert (owners()[mine], owners()[theirs]) == (into, into)
    call(world, "undo_merge", world.coordinator, id=done["id"])
    assert (owners()[mine], owners()[theirs]) == (into, other)
