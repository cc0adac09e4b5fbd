"""A failing fact waits, visibly; what can't be decoded goes to the broker's dead letters (rule 6)."""

from collections.abc import Callable

from kombu import Connection, Exchange, Producer, Queue

from services.contracts import identifiers
from services.contracts.principal import Principal
from services.runtime import topology
from tests.harness import Facts, NodeUnderTest, Part, Rpc, until
from tests.harness.facts_of_others import fact, organisation

OPERATOR = Principal("operator")
Start = Callable[[str], Part]


def test_a_fact_that_breaks_its_schema_waits_with_its_error_and_holds_up_nobody(
    start_service: Start, rpc: Rpc, facts: Facts
) -> None:
    start_service("events")
    start_service("relay")
    broken = fact("actors.organisation.changed", identifiers.new_id("act"), {"state": 5, "regions": "not a list"})
    good = organisation(identifiers.new_id("act"), regions=["FI1DC"])
    facts.publish(broken, good)
    letter = until(lambda: _letter(rpc, broken.id), says="the broken fact waits")
    assert letter["state"] == "waiting"
    assert letter["attempts"] >= 1
    assert "regions" in letter["error"]
    assert letter["correlation_id"] == "test"
    assert _letter(rpc, good.id) is None


def test_the_operator_replays_a_fact_that_failed(start_service: Start, rpc: Rpc, facts: Facts) -> None:
    start_service("events")
    broken = fact("actors.organisation.changed", identifiers.new_id("act"), {"regions": "not a list"})
    facts.publish(broken)
    until(lambda: _letter(rpc, broken.id), says="it waits")
    answer = rpc.call("events.replay", {"ids": [broken.id]}, principal=OPERATOR)
    assert answer == {"replayed": 1}
    until(lambda: (_letter(rpc, broken.id) or {}).get("attempts") == 1, says="it was tried anew and failed again")


def test_what_is_no_fact_goes_to_the_undecodable_queue(start_service: Start, node: NodeUnderTest) -> None:
    start_service("events")
    start_service("relay")
    with Connection(node.amqp_uri) as connection:
        channel = connection.default_channel
        exchange = Exchange(topology.FACTS, "topic", durable=True)
        Producer(channel).publish(b"\xff not json", exchange=exchange, routing_key="public.actors.organisation.changed")
        queue = Queue(topology.UNDECODABLE_QUEUE, no_declare=True)(channel)
        message = until(queue.get, says="it arrives among the undecodable")
        assert message.body == b"\xff not json"
        message.ack()


def _letter(rpc: Rpc, identity: str) -> dict[str, object] | None:
    letters = rpc.call("events.dead_letters", principal=OPERATOR)
    return next((letter for letter in letters if letter["id"] == identity), None)
