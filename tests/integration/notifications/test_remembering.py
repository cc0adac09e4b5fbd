"""Joins and rebuilds set what people are known to know, and tell nobody (rule 8)."""

from typing import Any

from services.contracts import facts
from services.contracts.envelope import Fact
from services.contracts.principal import OPERATOR
from services.notifications.store import NotificationStore
from services.notifications.use_cases.editions import remember_event
from services.runtime.store import connect, in_transaction, utc_now
from services.runtime.work import Origin, Work
from tests.harness import NodeUnderTest, until
from tests.harness.facts_of_others import HOME, fact
from tests.harness.mailserver import text_of

from .stored import database_of
from .world import World


def remembered(node: NodeUnderTest, made: Fact) -> None:
    """As a join would do it, in the service's own database, while service and courier run."""
    store = connect(node.mongodb_uri, f"{node.database_prefix}notifications", "test")
    work = Work(Origin(HOME, 1, "joining", made.id), utc_now(), OPERATOR, lambda _: ())
    data = facts.read_data(made.type, made.data)

    def remember(session: Any) -> None:
        remember_event(work, NotificationStore(store, session), made, data)

    in_transaction(store, remember, seconds=8)
    store.client.close()


def test_what_was_there_at_a_join_is_told_to_nobody_but_its_next_change_is(world: World, node: NodeUnderTest) -> None:
    reader = world.subscriber()
    event = world.event()
    event.version = 1
    old = fact("events.event.published", event.id, {**event.data, "state": "published"}, version=1)
    remembered(node, old)
    with database_of(node) as database:
        until(lambda: database["mailings"].count_documents({"_id": old.id, "state": "done"}), says="all know it")
        assert database["deliveries"].count_documents({"record": event.record}) == 0
    event.tell("changed", place={"name": "Kylylahti", "address": "", "region": "FI1DC"})
    mail = world.letters.wait_for(reader, lambda mail: "muuttui" in mail["subject"])
    assert "Outokumpu, koetehdas" in text_of(mail)
    assert [mail["subject"].partition(":")[0] for mail in world.letters.to(reader)] == [
        "Vahvista tilauksesi",
        mail["subject"].partition(":")[0],
    ]
