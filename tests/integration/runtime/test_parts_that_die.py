"""kill -9 at a named step: nothing acknowledged is lost, nothing happens twice (rules 3 to 5)."""

from collections.abc import Callable
from typing import Any

import pytest

from services.contracts import errors, identifiers
from services.contracts.principal import Principal
from services.runtime.rpc_client import OutcomeUnknown
from tests.harness import Facts, NodeUnderTest, Part, Rpc, until
from tests.harness.facts_of_others import mandate, organisation, person

BEGINS, ENDS = "2090-05-01T09:00:00Z", "2090-05-01T12:00:00Z"


def holding(part: Part) -> bool:
    return part.says("holding")


def draft_arguments(organisation_id: str) -> dict[str, Any]:
    return {
        "organiser": {"kind": "organisation", "id": organisation_id},
        "title": {"fi": "Esimerkkiseminaari"},
        "begins": BEGINS,
        "ends": ENDS,
    }


def known_partner(node: NodeUnderTest, rpc: Rpc, facts: Facts) -> tuple[Principal, str]:
    """A partner whom the running events service already knows."""
    partner, organisation_id = person(), identifiers.new_id(identifiers.ORGANISATION)
    facts.publish(organisation(organisation_id, regions=["FI1DC"]), mandate(partner, "partner", organisation_id))

    def may_draft() -> bool:
        try:
            rpc.call("events.draft_event", draft_arguments(organisation_id), principal=partner)
        except (errors.Forbidden, errors.UnknownReference):
            return False
        return True

    until(may_draft, says="the partner may draft")
    return partner, organisation_id


@pytest.fixture
def running(own_node: NodeUnderTest) -> Any:
    """Starts parts and ends those that a test left."""
    started: list[Part] = []

    def start(name: str, **extra: str) -> Part:
        started.append(own_node.start(name, **extra))
        return started[-1]

    yield start
    for part in reversed(started):
        part.stop()


Start = Callable[..., Part]


@pytest.mark.parametrize("step", ["relay.stamped", "relay.confirmed"])
def test_a_relay_killed_between_publish_and_removal_loses_and_skips_nothing(
    step: str, own_node: NodeUnderTest, own_rpc: Rpc, own_facts: Facts, running: Start
) -> None:
    running("events")
    first = running("relay")
    partner, organisation_id = known_partner(own_node, own_rpc, own_facts)
    first.stop()
    relay = running("relay", MALMI_HOLD_AT=step)
    draft = own_rpc.call("events.draft_event", draft_arguments(organisation_id), principal=partner)
    until(lambda: holding(relay), says=f"the relay is inside {step}")
    relay.kill()
    running("relay")
    hold = own_facts.wait_for("events.block.placed", lambda fact: fact.causation_id != "" and fact.time is not None)
    until(
        lambda: any(fact.data["created"] == draft["created"] for fact in own_facts.of("events.block.placed")),
        limit=30,
        says="the fact arrives after the kill",
    )
    distinct = {
        fact.id: fact.sequence for fact in own_facts.seen if fact.home == hold.home and fact.service == "events"
    }
    numbers = sorted(number for number in distinct.values() if number is not None)
    assert numbers == list(range(numbers[0], numbers[0] + len(numbers)))


def test_a_service_killed_before_its_commit_did_nothing_and_the_repeat_does_it(
    own_node: NodeUnderTest, own_rpc: Rpc, own_facts: Facts, running: Start
) -> None:
    running("relay")
    first = running("events")
    partner, organisation_id = known_partner(own_node, own_rpc, own_facts)
    first.stop()
    events = running("events", MALMI_HOLD_AT="command.before_commit")
    arguments, command = draft_arguments(organisation_id), identifiers.new_id(identifiers.COMMAND)
    with pytest.raises(OutcomeUnknown):
        own_rpc.call("events.draft_event", arguments, principal=partner, command_id=command, timeout=1.5)
    assert holding(events)
    events.kill()
    running("events")
    draft = repeated(own_rpc, partner, arguments, command)
    assert _drafts(own_rpc, partner).count(draft["id"]) == 1


def test_a_service_killed_after_its_commit_answers_the_repeat_with_the_one_true_answer(
    own_node: NodeUnderTest, own_rpc: Rpc, own_facts: Facts, running: Start
) -> None:
    running("relay")
    first = running("events")
    partner, organisation_id = known_partner(own_node, own_rpc, own_facts)
    before = _drafts(own_rpc, partner)
    first.stop()
    events = running("events", MALMI_HOLD_AT="command.committed")
    arguments, command = draft_arguments(organisation_id), identifiers.new_id(identifiers.COMMAND)
    with pytest.raises(OutcomeUnknown):
        own_rpc.call("events.draft_event", arguments, principal=partner, command_id=command, timeout=1.5)
    assert holding(events)
    events.kill()
    running("events")
    draft = repeated(own_rpc, partner, arguments, command)
    assert _drafts(own_rpc, partner) == [*before, draft["id"]]


def test_a_consumer_killed_between_effect_and_acknowledge_applies_the_fact_once(
    own_node: NodeUnderTest, own_rpc: Rpc, own_facts: Facts, running: Start
) -> None:
    running("relay")
    events = running("events", MALMI_HOLD_AT="listener.applied")
    partner, organisation_id = person(), identifiers.new_id(identifiers.ORGANISATION)
    own_facts.publish(organisation(organisation_id, regions=["FI1DC"]), mandate(partner, "partner", organisation_id))
    until(lambda: holding(events), says="events has applied and not acknowledged")
    events.kill()
    running("events")

    def drafted() -> Any:
        try:
            return own_rpc.call("events.draft_event", draft_arguments(organisation_id), principal=partner)
        except errors.Forbidden:  # the mandate's fact was in the next batch: it is delivered again, a moment later
            return None

    until(drafted, says="both facts are applied, and the partner may draft")
    letters = own_rpc.call("events.dead_letters", principal=Principal("operator"))
    assert letters == []


def repeated(rpc: Rpc, partner: Principal, arguments: dict[str, Any], command: str) -> Any:
    """The same command until it is answered, as a client does that gets 503: what a killed service left open in the
    store keeps the repeat waiting for up to ten seconds."""

    def answered() -> Any:
        try:
            return rpc.call("events.draft_event", arguments, principal=partner, command_id=command, timeout=5)
        except (OutcomeUnknown, errors.StoreAway):
            return None

    return until(answered, limit=40, says="the repeat is answered")


def _drafts(rpc: Rpc, partner: Principal) -> list[str]:
    return [event["id"] for event in rpc.call("events.own_events", principal=partner)["items"]]
