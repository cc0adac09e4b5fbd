"""The events service as the gateway meets it: by remote calls, with its facts seen on the broker."""

import pytest

from services.contracts import errors
from services.contracts.principal import Principal
from tests.harness import Facts, facts_of_others
from tests.integration.events.world import World


def test_a_draft_shows_a_date_hold_and_nothing_else(world: World, facts: Facts) -> None:
    draft = world.draft()
    hold = facts.wait_for("events.block.placed", lambda fact: fact.data["begins"] == draft["begins"])
    assert hold.data["kind"] == "hold"
    assert set(hold.data) == {
        *("id", "home", "incarnation", "version", "state", "created", "changed"),
        *("kind", "begins", "ends", "time_zone", "themes", "regions"),
    }
    assert not facts.of("events.event.published", draft["id"])


def test_publishing_tells_the_event_and_releases_the_hold(world: World, facts: Facts) -> None:
    event = world.published()
    told = facts.wait_for("events.event.published", lambda fact: fact.subject == event["id"])
    assert told.visibility == "public"
    assert told.data["title"] == event["title"]
    assert told.data["regions"] == ["FI1DC"]
    facts.wait_for("events.block.released", lambda fact: fact.causation_id == told.causation_id)


def test_facts_of_one_service_are_numbered_without_gaps(world: World, facts: Facts) -> None:
    event = world.published()
    facts.wait_for("events.event.published", lambda fact: fact.subject == event["id"])
    told = [fact for fact in facts.seen if fact.service == "events" and fact.home == event["home"]]
    numbers = [fact.sequence for fact in told if fact.causation_id != facts_of_others.CAUSATION]
    assert numbers == list(range(numbers[0] or 0, (numbers[0] or 0) + len(numbers)))


def test_a_command_repeated_with_its_id_happens_once(world: World) -> None:
    event = world.published(capacity=5)
    first = world.sign_up(event["id"], "a@example.org", command_id=f"once-{event['id']}")
    again = world.sign_up(event["id"], "a@example.org", command_id=f"once-{event['id']}")
    assert first == again
    people = world.rpc.call("events.sign_ups", {"id": event["id"]}, principal=world.partner)
    assert [person["id"] for person in people] == [first["id"]]


def test_a_command_id_used_for_something_else_is_refused(world: World) -> None:
    event = world.published()
    world.sign_up(event["id"], "a@example.org", command_id=f"reused-{event['id']}")
    with pytest.raises(errors.KeyReused):
        world.sign_up(event["id"], "b@example.org", command_id=f"reused-{event['id']}")


def test_the_last_seat_is_given_once_and_the_next_waits(world: World) -> None:
    event = world.published(capacity=1)
    assert world.sign_up(event["id"], "a@example.org")["state"] == "confirmed"
    assert world.sign_up(event["id"], "b@example.org")["state"] == "waiting"


def test_a_cancelled_seat_goes_on_at_once(world: World, facts: Facts) -> None:
    event = world.published(capacity=1)
    first = world.sign_up(event["id"], "a@example.org")
    second = world.sign_up(event["id"], "b@example.org")
    recipient = world.rpc.call(
        "events.recipient",
        {"reference": first["id"], "purpose": "sign_up.confirmed"},
        principal=Principal("operator"),
    )
    token = recipient["link"].rpartition("/")[2]
    world.rpc.call("events.cancel_sign_up", {"token": token})
    facts.wait_for("events.sign_up.promoted", lambda fact: fact.subject == second["id"])
    people = world.rpc.call("events.sign_ups", {"id": event["id"]}, principal=world.partner)
    assert [(person["email"], person["state"]) for person in people] == [
        ("a@example.org", "cancelled"),
        ("b@example.org", "confirmed"),
    ]


def test_more_capacity_lets_in_those_who_wait(world: World, facts: Facts) -> None:
    event = world.published(capacity=1)
    world.sign_up(event["id"], "a@example.org")
    second = world.sign_up(event["id"], "b@example.org")
    world.rpc.call("events.change_event", {"id": event["id"], "capacity": 2}, principal=world.partner)
    facts.wait_for("events.sign_up.promoted", lambda fact: fact.subject == second["id"])


def test_a_stranger_changes_nothing(world: World) -> None:
    event = world.published()
    with pytest.raises(errors.Forbidden):
        world.rpc.call("events.cancel_event", {"id": event["id"]}, principal=world.stranger)
    with pytest.raises(errors.SignInNeeded):
        world.rpc.call("events.cancel_event", {"id": event["id"]})


def test_a_draft_is_not_there_for_a_stranger(world: World) -> None:
    draft = world.draft()
    with pytest.raises(errors.NotFound):
        world.rpc.call("events.event", {"id": draft["id"]}, principal=world.stranger)


def test_a_stale_version_is_refused(world: World) -> None:
    event = world.published()
    arguments = {"id": event["id"], "title": {"fi": "Esimerkki"}, "expected_version": 1}
    with pytest.raises(errors.VersionMismatch):
        world.rpc.call("events.change_event", arguments, principal=world.partner)


def test_an_end_before_the_beginning_names_the_field(world: World) -> None:
    event = world.draft()
    with pytest.raises(errors.Invalid) as caught:
        world.rpc.call(
            "events.change_event", {"id": event["id"], "ends": "2026-01-01T00:00:00Z"}, principal=world.partner
        )
    assert caught.value.details["errors"][0]["field"] == "ends"
