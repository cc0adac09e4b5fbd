"""What a transaction holds back: seen by its own reads, written together, taken back when a command refuses."""

from collections.abc import Iterator
from dataclasses import dataclass, replace
from typing import Any

import pytest
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st
from pymongo import ASCENDING, IndexModel
from pymongo.client_session import ClientSession

from services.contracts import errors
from services.runtime.changes import Changes
from services.runtime.records import Records
from services.runtime.store import Store, connect, ensure_indexes, in_transaction
from tests.harness import NodeUnderTest


@dataclass(frozen=True, slots=True)
class Thing:
    id: str
    version: int
    colour: str = "red"
    number: int = 0


NAMES, COLOURS = ("a", "b", "c", "d"), ("red", "green")
STEPS = st.lists(
    st.tuples(
        st.sampled_from(("add", "paint", "remove", "find", "where", "first", "settle", "undo", "count", "write")),
        st.sampled_from(NAMES),
        st.sampled_from(COLOURS),
    ),
    max_size=25,
)


@pytest.fixture(scope="module")
def store(node: NodeUnderTest) -> Iterator[Store]:
    store = connect(node.mongodb_uri, node.database_prefix + "changes", "test")
    index = IndexModel([("colour", ASCENDING), ("number", ASCENDING)])
    ensure_indexes(store, {"held": (index,), "told": (index,)})
    yield store
    store.client.close()


def _empty(store: Store) -> None:
    for name in ("held", "told"):
        store[name].delete_many({})


class _World:
    """The same things as the runtime would keep them, in a dict; what is new since the last settling apart."""

    def __init__(self, things: dict[str, Thing]) -> None:
        self.settled, self.things = dict(things), dict(things)

    def of(self, colour: str) -> list[Thing]:
        return sorted((t for t in self.things.values() if t.colour == colour), key=lambda t: t.number)


@settings(max_examples=60, deadline=None, suppress_health_check=[HealthCheck.function_scoped_fixture])
@given(steps=STEPS, there=st.sets(st.sampled_from(NAMES)))
def test_reads_and_the_end_are_as_if_each_change_were_written_at_once(
    store: Store, steps: list[tuple[str, str, str]], there: set[str]
) -> None:
    _empty(store)
    first = {name: Thing(name, 1, number=-ord(name)) for name in there}
    for thing in first.values():
        Records(store, "held", Thing, None).add(thing)

    def body(session: ClientSession) -> _World:
        changes = Changes(store, session)
        records, world = Records(store, "held", Thing, session, changes), _World(first)
        for number, (step, name, colour) in enumerate(steps):
            _step(changes, records, world, step, name, colour, number)
        changes.settle()
        changes.write()
        return world

    world = in_transaction(store, body, seconds=10)
    assert {t.id: t for t in Records(store, "held", Thing, None).where({})} == world.things


def _step(
    changes: Changes, records: Records[Thing], world: _World, step: str, name: str, colour: str, number: int
) -> None:
    held = world.things.get(name)
    if step == "add" and held is None:
        world.things[name] = Thing(name, 1, colour, number)
        records.add(world.things[name])
    elif step == "paint" and held is not None:
        world.things[name] = replace(held, version=held.version + 1, colour=colour, number=number)
        records.replace(world.things[name])
    elif step == "remove" and held is not None:
        del world.things[name]
        records.remove(name)
    elif step == "find":
        assert records.find(name) == held
    elif step == "where":
        assert list(records.where({"colour": colour}, sort="number")) == world.of(colour)
    elif step == "first":
        assert list(records.where({"colour": colour}, sort="number", limit=1)) == world.of(colour)[:1]
    elif step == "settle":
        changes.settle()
        world.settled = dict(world.things)
    elif step == "undo" and not changes.spoilt:
        changes.undo()
        world.things = dict(world.settled)
    elif step == "count":
        assert records.count({"colour": colour}) == len(world.of(colour))
    elif step == "write":
        changes.write()


def _with_changes(store: Store, do: Any) -> Any:
    def body(session: ClientSession) -> Any:
        changes = Changes(store, session)
        result = do(changes, Records(store, "told", Thing, session, changes))
        changes.write()
        return result

    return in_transaction(store, body, seconds=10)


def test_nothing_is_written_before_the_end(store: Store) -> None:
    _empty(store)

    def do(_changes: Changes, records: Records[Thing]) -> int:
        records.add(Thing("a", 1))
        records.replace(Thing("a", 2))
        return store["told"].count_documents({"colour": "red"}, session=_changes.session)

    assert _with_changes(store, do) == 0
    assert [thing.version for thing in Records(store, "told", Thing, None).where({})] == [2]


def test_a_stale_version_is_refused_also_when_the_newer_one_is_held_back(store: Store) -> None:
    _empty(store)

    def do(_changes: Changes, records: Records[Thing]) -> None:
        records.add(Thing("a", 1))
        records.replace(Thing("a", 2, "green"))
        records.replace(Thing("a", 2, "red"))

    with pytest.raises(errors.VersionMismatch):
        _with_changes(store, do)
    assert store["told"].count_documents({}) == 0


def test_what_was_written_before_a_command_was_done_can_no_longer_be_taken_back(store: Store) -> None:
    _empty(store)

    def do(changes: Changes, records: Records[Thing]) -> list[bool]:
        records.add(Thing("a", 1))
        changes.settle()
        records.count({"colour": "red"})
        settled_alone = changes.spoilt
        records.add(Thing("b", 1))
        records.count({"colour": "red"})
        return [settled_alone, changes.spoilt]

    assert _with_changes(store, do) == [False, True]
