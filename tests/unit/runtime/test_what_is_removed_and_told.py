"""What the relay removes from an outbox and how it numbers, and which facts of one commit are told."""

import itertools
from datetime import UTC, datetime
from typing import Any

from hypothesis import given
from hypothesis import strategies as st

from services.contracts import identifiers
from services.contracts.envelope import Fact
from services.contracts.facts import only_the_newest
from services.runtime import outbox
from services.runtime.relay.outlet import BATCH, runs

PLACES = st.sets(st.integers(min_value=0, max_value=60) | st.integers(min_value=2**62, max_value=2**62 + 20))


@given(places=PLACES)
def test_runs_hold_every_place_that_was_read_and_no_other(places: set[int]) -> None:
    found = list(runs(places))
    assert [place for first, last in found for place in range(first, last + 1)] == sorted(places)
    assert all(last + 1 < first for (_, last), (first, _) in itertools.pairwise(found))


def fact(name: str, subject: str, version: int) -> Fact:
    moment = datetime(2026, 11, 22, tzinfo=UTC)
    identity = identifiers.new_id(identifiers.FACT)
    return Fact(identity, name, "public", "pohjois-karjala", subject, 1, version, moment, {}, "c", "c")


def test_of_a_count_only_the_newest_of_a_commit_is_told_and_of_all_else_everything() -> None:
    told = [
        fact("events.places.changed", "evt_a", 2),
        fact("events.event.changed", "evt_a", 2),
        fact("events.places.changed", "evt_b", 5),
        fact("events.event.changed", "evt_a", 3),
        fact("events.places.changed", "evt_a", 3),
    ]
    assert only_the_newest(told) == told[1:]


class Collection:
    """Keeps what is inserted."""

    def __init__(self) -> None:
        self.documents: list[dict[str, Any]] = []

    def insert_many(self, documents: list[dict[str, Any]], session: object) -> None:
        self.documents += documents


def test_a_document_of_the_outbox_holds_no_more_facts_than_a_batch_and_none_is_left_out() -> None:
    collection, told = Collection(), [fact("events.event.changed", "evt_a", number) for number in range(1_003)]
    store: Any = {outbox.COLLECTION: collection}
    session: Any = None
    outbox.put(store, session, told)
    held = [[each["id"] for each in document["facts"]] for document in collection.documents]
    assert [identity for part in held for identity in part] == [each.id for each in told]
    assert max(map(len, held)) <= BATCH
    places = [document["place"] for document in collection.documents]
    assert places == [*range(places[0], places[0] + len(places))]
