"""The recruiting pipeline at the running service; nobody but the region's coordinator hears of it."""

from typing import Any

import pytest

from services.contracts import errors
from tests.harness import Facts

from .conftest import World


def call(world: World, method: str, **arguments: Any) -> Any:
    return world.rpc.call(f"actors.{method}", arguments, principal=world.coordinator)


def test_a_candidate_goes_its_way_with_talks_and_next_steps_and_a_history(world: World) -> None:
    name = world.name()
    added = call(world, "add_candidate", region="FI1DC", name=name)
    identity = added["id"]
    assert (added["state"], added["organisation"]) == ("mapped", None)
    call(world, "move_candidate", id=identity, stage="contacted", expected_version=1)
    call(world, "note_talk", id=identity, on="2026-01-07", summary="Esimerkki: kiinnostus klusteriin")
    planned = call(world, "plan_step", id=identity, what="Tarjous (esimerkki)", due="2026-02-01")
    assert planned["next_step"] == {"what": "Tarjous (esimerkki)", "due": "2026-02-01"}
    assert [talk["by"] for talk in planned["talks"]] == [world.coordinator.account]
    assert [entered["stage"] for entered in planned["stages"]] == ["mapped", "contacted"]
    organisation = world.registered()["id"]
    changed = call(world, "change_candidate", id=identity, organisation=organisation)
    assert (changed["organisation"], changed["version"]) == (organisation, 5)
    with pytest.raises(errors.Conflict, match=identity):
        call(world, "add_candidate", region="FI1DC", organisation=organisation)
    due = call(world, "candidates", region="FI1DC", due_before="2026-02-02")
    assert identity in [each["id"] for each in due]
    past = call(world, "candidate_history", id=identity)["items"]
    assert [each["what"].partition(".")[2] for each in past] == ["changed", "planned", "talked", "moved", "added"]
    assert past[2]["fields"][0]["after"][0]["summary"] == "Esimerkki: kiinnostus klusteriin"
    numbers = call(world, "pipeline_numbers", region="FI1DC")
    assert numbers["overdue"] >= 1
    call(world, "drop_candidate", id=identity)
    with pytest.raises(errors.NotFound):
        call(world, "candidate", id=identity)


def test_no_fact_tells_of_a_candidate(world: World, facts: Facts) -> None:
    name = world.name()
    call(world, "add_candidate", region="FI1DC", name=name)
    later = world.registered()
    facts.wait_for("actors.organisation.registered", lambda fact: fact.subject == later["id"])
    assert not [fact for fact in facts.seen if name in str(fact) or fact.subject.startswith("cnd_")]


@pytest.mark.parametrize(
    ("method", "wrong", "field"),
    [
        ("plan_step", {"what": "Esimerkki"}, "due"),
        ("plan_step", {"due": "2027-01-01"}, "what"),
        ("note_talk", {"on": "2100-01-01", "summary": "Esimerkki"}, "on"),
        ("move_candidate", {"stage": "married"}, "stage"),
        ("change_candidate", {"organisation": "act_01kahp5v3mf0gt8zqk4c2w7x9e"}, "organisation"),
    ],
)
def test_what_cannot_be_is_refused_by_field(world: World, method: str, wrong: dict[str, Any], field: str) -> None:
    identity = call(world, "add_candidate", region="FI1DC", name=world.name())["id"]
    with pytest.raises(errors.Invalid) as refused:
        call(world, method, id=identity, **wrong)
    assert [error["field"] for error in refused.value.details["errors"]] == [field]


def test_a_candidate_has_a_name_or_an_organisation(world: World) -> None:
    with pytest.raises(errors.Invalid):
        call(world, "add_candidate", region="FI1DC")
    organisation = world.registered()
    added = call(world, "add_candidate", region="FI1DC", organisation=organisation["id"])
    assert added["name"] == organisation["name"]["fi"]
