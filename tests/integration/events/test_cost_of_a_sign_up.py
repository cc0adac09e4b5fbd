"""What the plain sign-up costs the store: who comes alone to a public event pays for nothing that others ask for."""

import secrets
from collections.abc import Iterator
from datetime import UTC, datetime, timedelta
from typing import Any

import pytest
from pymongo import MongoClient, monitoring
from pymongo.client_session import ClientSession

from services.contracts import identifiers, rpc
from services.contracts.principal import VISITOR
from services.contracts.rpc import Call
from services.events import model, use_cases
from services.events.model import Event, Organiser, Place, Places
from services.events.store import INDEXES, EventStore
from services.events.use_cases.sign_ups import LINK
from services.runtime import commands, links, outbox
from services.runtime.changes import Changes
from services.runtime.commands import Task, content_of
from services.runtime.documents import to_document
from services.runtime.store import Store, ensure_indexes, utc_now
from services.runtime.work import Origin, Work
from tests.harness import NodeUnderTest

SECRET = b"s" * 32


class Counter(monitoring.CommandListener):
    """The names of the commands that the store was sent."""

    def __init__(self) -> None:
        self.names: list[str] = []

    def started(self, event: monitoring.CommandStartedEvent) -> None:
        self.names.append(event.command_name)

    def succeeded(self, event: monitoring.CommandSucceededEvent) -> None:
        """Nothing to note."""

    def failed(self, event: monitoring.CommandFailedEvent) -> None:
        """Nothing to note."""


@pytest.fixture
def counter() -> Counter:
    return Counter()


@pytest.fixture
def store(node: NodeUnderTest, counter: Counter) -> Iterator[Store]:
    client: MongoClient[Any] = MongoClient(node.mongodb_uri, event_listeners=[counter], tz_aware=True, tzinfo=UTC)
    store = client[f"{node.database_prefix}cost_{secrets.token_hex(3)}"]
    runtime = {commands.COLLECTION: commands.INDEXES, outbox.COLLECTION: outbox.INDEXES}
    ensure_indexes(store, {**INDEXES, **runtime})
    yield store
    client.drop_database(store.name)
    client.close()


def _event(store: Store) -> str:
    now, identity = utc_now(), identifiers.new_id(identifiers.EVENT)
    event = Event(
        id=identity,
        home="pohjois-karjala",
        incarnation=1,
        version=2,
        state="published",
        created=now,
        changed=now,
        organiser=Organiser("region", "FI1DC"),
        title={"fi": "Esimerkkiseminaari"},
        begins=now + timedelta(days=9),
        ends=now + timedelta(days=9, hours=2),
        time_zone="Europe/Helsinki",
        block=identifiers.new_id(identifiers.BLOCK),
        place=Place("Outokumpu"),
        capacity=40,
    )
    store["events"].insert_one(to_document(event))
    places = Places(identity, "pohjois-karjala", 1, 1, "counted", now, now, 40)
    store["places"].insert_one(to_document(places))
    return identity


def _carried_out(store: Store, use_case: Any, method: str, arguments: dict[str, Any]) -> Any:
    identity = identifiers.new_id(identifiers.COMMAND)
    later = datetime.now(UTC) + timedelta(seconds=60)
    call = Call(method, arguments, VISITOR, "test", later, identity)
    loaded = rpc.load_arguments(rpc.BY_NAME[f"events.{method}"].arguments, arguments)

    def effect(session: ClientSession, changes: Changes) -> tuple[Any, Work]:
        work = Work(Origin("pohjois-karjala", 1, "test", identity), utc_now(), VISITOR, lambda _: (), SECRET)
        return {"id": use_case(work, EventStore(store, session, changes), loaded)["id"]}, work

    return commands.once(store, Task(call, effect, content_of(call)))


def test_a_plain_sign_up_and_its_cancelling_send_the_store_no_more_than_they_need(
    store: Store, counter: Counter
) -> None:
    event = _event(store)
    person = {"event": event, "name": "Esimerkki", "email": "a@example.org"}
    counter.names.clear()
    made = _carried_out(store, use_cases.sign_up, "sign_up", person)
    # the command's id, the event, the address, the count; sign-up, count, answer, facts; the end
    assert counter.names == ["find"] * 4 + ["update", "insert", "insert", "insert", "commitTransaction"]
    counter.names.clear()
    token = links.token_of(SECRET, LINK, made["id"])
    _carried_out(store, use_cases.cancel_sign_up, "cancel_sign_up", {"token": token})
    # the command's id, sign-up, event, count: nobody waits, so nobody is looked for
    assert counter.names == ["find"] * 4 + ["update", "update", "insert", "insert", "commitTransaction"]
    counted = model.free_seats(EventStore(store, None).places.get(event))
    assert counted == 40
