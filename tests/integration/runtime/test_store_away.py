"""While the store is away nothing hangs, nothing is counted as failed, and afterwards all waiting work is done."""

import time

import pytest

from deploy.node import store as stores
from services.contracts import errors, identifiers
from services.contracts.principal import OPERATOR
from services.runtime.rpc_client import OutcomeUnknown
from tests.harness import Facts, NodeUnderTest, Rpc, until
from tests.harness.facts_of_others import mandate, organisation, person
from tests.integration.runtime.test_parts_that_die import draft_arguments


def test_commands_are_refused_in_time_and_facts_wait_until_the_store_is_back(
    own_node: NodeUnderTest, own_rpc: Rpc, own_facts: Facts
) -> None:
    if own_node.store is None:
        pytest.skip("MONGODB_URI names a store that is not ours to kill")
    own_node.start("relay")
    events = own_node.start("events")
    port, folder = own_node.store.port, own_node.folder / "store"
    own_node.store.stop()
    partner, organisation_id = person(), identifiers.new_id(identifiers.ORGANISATION)
    own_facts.publish(organisation(organisation_id, regions=["FI1DC"]), mandate(partner, "partner", organisation_id))
    command = identifiers.new_id(identifiers.COMMAND)
    started = time.monotonic()
    with pytest.raises((errors.StoreAway, OutcomeUnknown)):
        own_rpc.call(
            "events.draft_event", draft_arguments(organisation_id), principal=partner, command_id=command, timeout=5
        )
    assert time.monotonic() - started < 6
    until(lambda: events.says("store away, consuming stops"), says="the listener waits")
    own_node.store = stores.start(folder, port=port)

    def done() -> object:
        try:
            return own_rpc.call(
                "events.draft_event", draft_arguments(organisation_id), principal=partner, command_id=command
            )
        except (errors.Forbidden, errors.UnknownReference, errors.StoreAway, OutcomeUnknown):
            return None

    draft = until(done, limit=60, says="the same command succeeds")
    events_now = own_rpc.call("events.own_events", principal=partner)["items"]
    assert [event["id"] for event in events_now] == [draft["id"]]
    assert own_rpc.call("events.dead_letters", principal=OPERATOR) == []
