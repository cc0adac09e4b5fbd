"""A transaction that runs out of time: nothing is changed, and nothing of it stands in anybody's way."""

from typing import Any

import pytest
from pymongo.client_session import ClientSession

from services.contracts.errors import StoreAway
from services.runtime import store
from tests.harness import NodeUnderTest


def test_a_transaction_that_ran_out_of_time_holds_up_nobody(own_node: NodeUnderTest) -> None:
    name = f"{own_node.database_prefix}out_of_time"
    # Two clients, as two processes are: the same one would begin its next transaction on the same session.
    database, others = (store.connect(own_node.mongodb_uri, name, "test") for _ in range(2))
    counters = database["counters"]
    counters.insert_one({"_id": "one", "count": 0})

    def raised(session: ClientSession) -> None:
        others["counters"].update_one({"_id": "one"}, {"$inc": {"count": 1}}, session=session)

    def raised_and_never_done(session: ClientSession) -> Any:
        counters.update_one({"_id": "one"}, {"$inc": {"count": 1}}, session=session)
        while True:  # until the time is up
            counters.find_one({"_id": "one"}, session=session)

    with pytest.raises(StoreAway):
        store.in_transaction(database, raised_and_never_done, seconds=1)
    store.in_transaction(others, raised, seconds=3)

    assert counters.find_one({"_id": "one"}) == {"_id": "one", "count": 1}
    database.client.close()
    others.client.close()
