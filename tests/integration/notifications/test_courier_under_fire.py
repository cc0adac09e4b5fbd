"""The courier when the mail server is away or refuses, and when it is killed between sending and marking."""

from collections import Counter
from collections.abc import Iterator
from email.message import EmailMessage

import pytest

from services.contracts.principal import OPERATOR
from tests.harness import Facts, NodeUnderTest, Part, Rpc, until
from tests.harness.mailserver import MailServer, token_in
from tests.harness.node import running_node
from tests.integration.notifications.stored import database_of
from tests.integration.notifications.world import World


@pytest.fixture(scope="module")
def own_node(tmp_path_factory: pytest.TempPathFactory) -> Iterator[NodeUnderTest]:
    """A node whose courier the tests kill."""
    yield from running_node(tmp_path_factory.mktemp("under-fire"))


@pytest.fixture(scope="module")
def own_letters() -> Iterator[MailServer]:
    server = MailServer()
    yield server
    server.stop()


@pytest.fixture(scope="module")
def own_world(own_node: NodeUnderTest, own_letters: MailServer) -> Iterator[World]:
    rpc, facts = Rpc(own_node.amqp_uri), Facts(own_node.amqp_uri)
    own_node.start("notifications")
    yield World(rpc, facts, own_letters)
    rpc.close()
    facts.close()


@pytest.fixture
def own_courier(own_node: NodeUnderTest, own_letters: MailServer) -> Iterator[Part]:
    courier = own_node.start("courier", SMTP_URI=own_letters.uri)
    yield courier
    courier.stop()


def test_a_courier_killed_between_sending_and_marking_repeats_one_mail_under_one_id(
    own_world: World, own_node: NodeUnderTest, own_letters: MailServer
) -> None:
    address = own_world.address()
    killed = own_node.start("courier", SMTP_URI=own_letters.uri, MALMI_HOLD_AT="courier.sent")
    own_world.subscribe(address)
    until(lambda: killed.says("holding"), says="the courier has sent and not marked")
    assert killed.says("sent")
    assert not killed.says("marked")
    killed.kill()
    assert len(own_letters.to(address)) == 1
    successor = own_node.start("courier", SMTP_URI=own_letters.uri)
    until(lambda: successor.says("marked"), limit=40, says="its successor sends and marks")
    first, second = own_letters.to(address)
    assert first["message-id"] == second["message-id"]
    with database_of(own_node) as database:
        until(lambda: database["deliveries"].count_documents({"state": "waiting"}) == 0)
    assert successor.stop() == 0
    assert len(own_letters.to(address)) == 2


def test_a_courier_that_is_stopped_leaves_nothing_claimed_and_its_successor_sends_once(
    own_world: World, own_node: NodeUnderTest, own_letters: MailServer, own_courier: Part
) -> None:
    addresses = [own_world.address() for _ in range(10)]
    for address in addresses:
        own_world.subscribe(address)
    assert own_courier.stop() == 0
    successor = own_node.start("courier", SMTP_URI=own_letters.uri)
    for address in addresses:
        own_letters.wait_for(address, limit=40)
    assert successor.stop() == 0
    assert all(len(own_letters.to(address)) == 1 for address in addresses)


def test_a_mail_server_that_is_away_costs_no_mail_an_attempt(
    own_world: World, own_node: NodeUnderTest, own_letters: MailServer, own_courier: Part
) -> None:
    own_letters.stop()
    addresses = [own_world.address() for _ in range(12)]
    for address in addresses:
        own_world.subscribe(address)
    until(lambda: own_courier.says("blocked"), says="the courier finds the mail server away")
    own_letters.start()
    for address in addresses:
        own_letters.wait_for(address, limit=60)
    with database_of(own_node) as database:
        until(lambda: database["deliveries"].count_documents({"state": "waiting"}) == 0)
        # The one that succeeded is the only one that counts.
        assert database["deliveries"].count_documents({"state": "sent", "attempts": {"$ne": 1}}) == 0
    assert all(len(own_letters.to(address)) == 1 for address in addresses)


def test_a_refused_address_is_dead_and_harms_no_other(
    own_world: World, own_node: NodeUnderTest, own_letters: MailServer, own_courier: Part
) -> None:
    refused, good = own_world.address("refused"), own_world.address()
    for address in (refused, good):
        own_world.subscribe(address)
    own_letters.wait_for(good)
    with database_of(own_node) as database:
        dead = until(lambda: database["deliveries"].find_one({"state": "dead"}), says="the mail is dead")
    assert dead is not None
    assert dead["error"].startswith("550")
    assert refused not in str(dead)
    assert refused not in own_courier.log.read_text()


def test_a_dead_mail_is_a_dead_letter_and_is_sent_when_the_operator_replays_it(
    own_world: World, own_letters: MailServer, own_courier: Part
) -> None:
    before = {letter["id"] for letter in _dead(own_world)}
    address = own_world.address("refused")
    own_world.subscribe(address)
    (letter,) = until(lambda: [one for one in _dead(own_world) if one["id"] not in before], says="an operator sees it")
    assert letter["type"] == "mail subscription.confirm"
    assert address not in str(letter)
    own_letters.forgive(address)
    answer = own_world.rpc.call("notifications.replay", {"ids": [letter["id"]]}, principal=OPERATOR)
    assert answer == {"replayed": 1}
    own_letters.wait_for(address)
    until(lambda: letter["id"] not in {one["id"] for one in _dead(own_world)}, says="it is dead no more")


def _dead(world: World) -> list[dict[str, str]]:
    letters = world.rpc.call("notifications.dead_letters", principal=OPERATOR)
    return [letter for letter in letters if letter["state"] == "dead"]


def test_an_address_that_is_refused_for_now_is_tried_again_later(
    own_world: World, own_node: NodeUnderTest, own_courier: Part
) -> None:
    own_world.subscribe(own_world.address("later"))
    with database_of(own_node) as database:
        put_off = until(lambda: database["deliveries"].find_one({"state": "waiting", "attempts": 1}))
    assert put_off is not None
    assert put_off["error"].startswith("450")
    assert (put_off["next_at"] - put_off["created"]).total_seconds() > 50


def test_who_ends_the_subscription_while_mails_wait_gets_none_and_all_others_get_theirs(
    own_world: World, own_node: NodeUnderTest, own_letters: MailServer, own_courier: Part
) -> None:
    readers = _readers(own_world, own_letters, 12)
    own_letters.stop()
    event = own_world.event()
    event.tell()
    with database_of(own_node) as database:
        mine = {"record": event.record, "state": "waiting"}
        until(lambda: database["deliveries"].count_documents(mine) >= len(readers), says="every mail waits")
    gone = list(readers)[::3]
    for reader in gone:
        own_world.rpc.call("notifications.unsubscribe", {"token": readers[reader]})
    own_letters.start()
    for reader in readers.keys() - set(gone):
        own_letters.wait_for(reader, _is_new_event, limit=60)
    with database_of(own_node) as database:
        until(lambda: database["deliveries"].count_documents({"record": event.record, "state": "waiting"}) == 0)
        assert database["deliveries"].count_documents({"record": event.record, "state": "dropped"}) == len(gone)
    assert all(len(own_letters.to(reader)) == 1 for reader in gone)


def test_a_mail_that_one_person_waits_for_does_not_stand_behind_what_goes_to_many(
    own_world: World, own_node: NodeUnderTest, own_letters: MailServer, own_courier: Part
) -> None:
    many = _readers(own_world, own_letters, 12)
    own_letters.holds_lists = True
    try:
        event = own_world.event()
        event.tell()
        with database_of(own_node) as database:
            held = {"record": event.record, "worker": {"$ne": None}}
            until(lambda: database["deliveries"].count_documents(held) >= len(many), says="the courier is at it")
        urgent = own_world.address()
        own_world.subscribe(urgent)
        own_letters.wait_for(urgent)
        assert all(len(own_letters.to(reader)) == 1 for reader in many)
    finally:
        own_letters.holds_lists = False
    for reader in many:
        own_letters.wait_for(reader, _is_new_event, limit=60)


@pytest.mark.full
def test_a_courier_killed_in_the_midst_of_many_loses_none_and_repeats_each_once_at_most(
    own_world: World, own_node: NodeUnderTest, own_letters: MailServer
) -> None:
    first = own_node.start("courier", SMTP_URI=own_letters.uri)
    readers = _readers(own_world, own_letters, 60)
    event = own_world.event()
    before = len(own_letters.got)
    event.tell()
    until(lambda: len(own_letters.got) >= before + 20, says="a third has been sent")
    first.kill()
    successor = own_node.start("courier", SMTP_URI=own_letters.uri)
    for reader in readers:
        own_letters.wait_for(reader, _is_new_event, limit=60)
    with database_of(own_node) as database:
        until(lambda: database["deliveries"].count_documents({"record": event.record, "state": "waiting"}) == 0)
    assert successor.stop() == 0
    for reader in readers:
        ids = Counter(mail["message-id"] for mail in own_letters.to(reader) if _is_new_event(mail))
        assert len(ids) == 1
        assert max(ids.values()) <= 2


def _readers(world: World, letters: MailServer, count: int) -> dict[str, str]:
    """Subscribers, each with the token of their links."""
    readers = [world.address() for _ in range(count)]
    for reader in readers:
        world.subscribe(reader)
    tokens = {reader: token_in(letters.wait_for(reader, limit=60), "confirm") for reader in readers}
    for token in tokens.values():
        world.rpc.call("notifications.confirm", {"token": token})
    return tokens


def _is_new_event(mail: EmailMessage) -> bool:
    return "Uusi tapahtuma" in mail["subject"]


def test_many_subscribers_share_few_connections_and_each_gets_one_mail(
    own_world: World, own_letters: MailServer, own_courier: Part
) -> None:
    readers = _readers(own_world, own_letters, 60)
    before = own_letters.sessions
    own_world.event().tell()
    for reader in readers:
        own_letters.wait_for(reader, _is_new_event, limit=40)
    assert own_letters.sessions - before <= 4
    assert all(len(own_letters.to(reader)) == 2 for reader in readers)
