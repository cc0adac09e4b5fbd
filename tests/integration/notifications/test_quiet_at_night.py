"""Mail that can wait stays quiet at night, and what waits is told as it is in the morning."""

from collections.abc import Iterator
from datetime import UTC, datetime, timedelta
from typing import Any
from zoneinfo import ZoneInfo

import pytest

from services.contracts.envelope import format_time
from tests.harness import Facts, NodeUnderTest, Rpc, until
from tests.harness.mailserver import MailServer
from tests.harness.node import running_node
from tests.integration.notifications.stored import database_of
from tests.integration.notifications.world import World


@pytest.fixture(scope="module")
def night_node(tmp_path_factory: pytest.TempPathFactory) -> Iterator[NodeUnderTest]:
    """A node on which it is night now, for three hours more at least."""
    hour = datetime.now(ZoneInfo("Europe/Helsinki")).hour
    night = f"{(hour - 1) % 24}-{(hour + 4) % 24}"
    yield from running_node(tmp_path_factory.mktemp("night"), MALMI_QUIET_HOURS=night)


@pytest.fixture(scope="module")
def night(night_node: NodeUnderTest) -> Iterator[World]:
    letters, rpc, facts = MailServer(), Rpc(night_node.amqp_uri), Facts(night_node.amqp_uri)
    night_node.start("notifications")
    night_node.start("courier", SMTP_URI=letters.uri)
    yield World(rpc, facts, letters)
    rpc.close()
    facts.close()
    letters.stop()


def _put_off(node: NodeUnderTest, record: str) -> Any:
    """The delivery about a record, once it waits for the morning."""
    morning = datetime.now(UTC) + timedelta(hours=1)
    with database_of(node) as database:
        return database["deliveries"].find_one({"record": record, "next_at": {"$gt": morning}, "worker": None})


def test_at_night_a_new_event_waits_and_what_begins_soon_does_not(night: World, night_node: NodeUnderTest) -> None:
    reader = night.subscriber()  # the mail to confirm came: what a person waits for is never put off
    event = night.event()
    event.tell()
    until(lambda: _put_off(night_node, event.record), says="the mail waits for the morning")
    soon = datetime.now(UTC) + timedelta(hours=5)
    urgent = night.event(
        title={"fi": "Esimerkki pian"}, begins=format_time(soon), ends=format_time(soon + timedelta(hours=1))
    )
    urgent.tell()
    night.letters.wait_for(reader, lambda mail: "pian" in mail["subject"])
    assert len(night.letters.to(reader)) == 2


def test_a_change_is_told_within_the_mail_that_still_waits(night: World, night_node: NodeUnderTest) -> None:
    night.subscriber()
    event = night.event()
    event.tell()
    waiting = until(lambda: _put_off(night_node, event.record))
    event.tell("changed", place={"name": "Kylylahti", "address": "", "region": "FI1DC"})
    until(lambda: _put_off(night_node, event.record)["edition"] == f"{event.record}/1.2", says="it says the change too")
    with database_of(night_node) as database:
        (only,) = database["deliveries"].find({"reference": waiting["reference"], "record": event.record})
    assert (only["_id"], only["purpose"]) == (waiting["_id"], "event.published")


def test_an_event_cancelled_before_anybody_heard_of_it_is_not_told(night: World, night_node: NodeUnderTest) -> None:
    night.subscriber()
    event = night.event()
    event.tell()
    waiting = until(lambda: _put_off(night_node, event.record))
    event.tell("cancelled")
    with database_of(night_node) as database:
        until(lambda: database["deliveries"].find_one({"_id": waiting["_id"], "state": "dropped"}))
        mine = {"reference": waiting["reference"], "record": event.record}
        assert database["deliveries"].count_documents(mine) == 1
