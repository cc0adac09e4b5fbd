"""Commands that share a transaction: each is done once or not at all, whatever becomes of the others (rules 3, 4)."""

import secrets
from collections import Counter
from collections.abc import Callable, Iterator
from concurrent.futures import ThreadPoolExecutor
from dataclasses import dataclass
from datetime import UTC, datetime, timedelta
from typing import Any

import pytest
from pymongo.client_session import ClientSession
from pymongo.errors import PyMongoError

from services.contracts import errors, identifiers
from services.contracts.principal import VISITOR
from services.contracts.rpc import Call
from services.runtime import commands, outbox
from services.runtime.changes import Changes
from services.runtime.commands import Outcome, Task, content_of
from services.runtime.records import Records
from services.runtime.store import Store, connect, ensure_indexes
from services.runtime.work import Origin, Work
from tests.harness import Facts, NodeUnderTest, Part, Rpc, until
from tests.harness.facts_of_others import mandate, organisation, person
from tests.integration.runtime.test_parts_that_die import draft_arguments

NOW = datetime(2026, 11, 22, 9, tzinfo=UTC)
THINGS = "things"


@dataclass(frozen=True, slots=True)
class Thing:
    id: str
    version: int = 1


@pytest.fixture
def store(node: NodeUnderTest) -> Iterator[Store]:
    store = connect(node.mongodb_uri, f"{node.database_prefix}together_{secrets.token_hex(3)}", "test")
    ensure_indexes(store, {THINGS: (), commands.COLLECTION: commands.INDEXES, outbox.COLLECTION: outbox.INDEXES})
    yield store
    store.client.drop_database(store.name)
    store.client.close()


Do = Callable[[Records[Thing]], Any]


def task(store: Store, do: Do, *, identity: str | None = None, arguments: dict[str, Any] | None = None) -> Task:
    """A command that does this, tells the places of an event, and answers what `do` gives."""
    later = datetime.now(UTC) + timedelta(seconds=60)
    identity = identity or identifiers.new_id(identifiers.COMMAND)
    call = Call("test", arguments or {}, VISITOR, "test", later, identity)

    def effect(session: ClientSession, changes: Changes) -> tuple[Any, Work]:
        work = Work(Origin("pohjois-karjala", 1, "test", identity), NOW, VISITOR, lambda _: ())
        answer = do(Records(store, THINGS, Thing, session, changes))
        work.tell("events.places.changed", {"id": "evt_example", "version": 1, "incarnation": 1})
        return answer, work

    return Task(call, effect, content_of(call))


def adding(name: str) -> Do:
    def do(things: Records[Thing]) -> str:
        things.add(Thing(name))
        return name

    return do


def names(store: Store) -> list[str]:
    return sorted(document["_id"] for document in store[THINGS].find({}))


def kinds(outcomes: list[Outcome]) -> list[Any]:
    return [type(each.error).__name__ if each.error else each.answer for each in outcomes]


def told(store: Store) -> int:
    return sum(len(document["facts"]) for document in store[outbox.COLLECTION].find({}))


def test_one_that_refuses_changes_nothing_and_the_others_are_done(store: Store) -> None:
    def refusing(things: Records[Thing]) -> None:
        things.add(Thing("b"))
        raise errors.Conflict("no")

    def breaking(things: Records[Thing]) -> None:
        things.add(Thing("d"))
        raise ZeroDivisionError

    tasks = [task(store, do) for do in (adding("a"), refusing, adding("c"), breaking)]
    assert kinds(commands.together(store, tasks, 10)) == ["a", "Conflict", "c", "ZeroDivisionError"]
    assert names(store) == ["a", "c"]
    assert store[commands.COLLECTION].count_documents({}) == 2
    assert kinds(commands.together(store, tasks[1:2], 10)) == ["Conflict"], "it is judged anew"


def test_what_a_command_sees_is_what_those_before_it_did(store: Store) -> None:
    def counting(things: Records[Thing]) -> int:
        return things.count({"version": 1})

    tasks = [task(store, do) for do in (adding("a"), counting, adding("b"), counting)]
    assert kinds(commands.together(store, tasks, 10)) == ["a", 1, "b", 2]


def test_a_repeat_among_them_gets_the_first_answer_also_when_both_come_together(store: Store) -> None:
    first = task(store, adding("a"), identity="one")
    assert kinds(commands.together(store, [first, first], 10)) == ["a", "a"]
    assert kinds(commands.together(store, [task(store, adding("b")), first], 10)) == ["b", "a"]
    assert names(store) == ["a", "b"]
    assert commands.once(store, first) == "a"


def test_an_id_that_was_used_for_something_else_is_refused_and_does_nothing(store: Store) -> None:
    first, other = (task(store, adding(name), identity="one", arguments={"name": name}) for name in "ab")
    assert kinds(commands.together(store, [first, other], 10)) == ["a", "KeyReused"]
    assert names(store) == ["a"]


def test_a_command_that_fails_after_something_of_it_was_written_ends_all_and_nothing_is_done(store: Store) -> None:
    def half(things: Records[Thing]) -> None:
        things.add(Thing("b"))
        things.count({"version": 1})  # writes what is held back
        raise errors.Conflict("no")

    tasks = [task(store, do) for do in (adding("a"), half)]
    with pytest.raises(Exception, match="no"):
        commands.together(store, tasks, 10)
    assert names(store) == []
    assert store[commands.COLLECTION].count_documents({}) == told(store) == 0
    assert commands.once(store, tasks[0]) == "a"


def test_a_record_that_is_there_already_ends_all_and_nothing_is_done(store: Store) -> None:
    store[THINGS].insert_one({"_id": "b", "version": 7})
    with pytest.raises(PyMongoError):
        commands.together(store, [task(store, adding("a")), task(store, adding("b"))], 10)
    assert names(store) == ["b"]


def test_a_count_that_several_change_is_told_once(store: Store) -> None:
    commands.together(store, [task(store, adding(name)) for name in "abc"], 10)
    assert told(store) == 1
    assert names(store) == ["a", "b", "c"]


def test_many_at_once_at_the_running_service_are_each_done_once(
    start_service: Callable[[str], Part], rpc: Rpc, facts: Facts
) -> None:
    """Good ones, refused ones and repeats, all for one event: as one by one, and they shared transactions."""
    start_service("relay")
    start_service("events")
    partner, organisation_id = person(), identifiers.new_id(identifiers.ORGANISATION)
    facts.publish(organisation(organisation_id, regions=["FI1DC"]), mandate(partner, "partner", organisation_id))

    def drafted() -> Any:
        try:
            arguments = {**draft_arguments(organisation_id), "capacity": 20, "link": "https://example.org/"}
            return rpc.call("events.draft_event", arguments, principal=partner)
        except (errors.Forbidden, errors.UnknownReference):
            return None

    event = until(drafted, says="the partner may draft")["id"]
    rpc.call("events.publish_event", {"id": event}, principal=partner)

    def sign_up(number: int) -> str:
        address = f"person-{number // 2}@example.org"  # each twice, with one command id
        arguments = {"event": event if number % 7 else "evt_" + "0" * 26, "name": "Esimerkki", "email": address}
        try:
            answer = rpc.call("events.sign_up", arguments, command_id=f"{event}-{number // 2}-{number % 7 == 0}")
        except errors.NotFound:
            return "not found"
        return str(answer["state"])

    with ThreadPoolExecutor(60) as crowd:
        states = Counter(crowd.map(sign_up, range(60)))
    assert states["not found"] == 9
    people = rpc.call("events.sign_ups", {"id": event}, principal=partner)
    assert Counter(each["state"] for each in people) == {"confirmed": 20, "waiting": 10}
    assert sorted(each["email"] for each in people) == sorted({f"person-{n // 2}@example.org" for n in range(60)})
    counted = facts.wait_for("events.places.changed", lambda fact: fact.subject == event and fact.version == 31)
    assert counted.data["confirmed"] == 20
    assert len(facts.of("events.places.changed", event)) < 30
