"""Double opt-in, changing, ending: through remote calls, with the mails that follow."""

from collections.abc import Iterator

import pytest

from services.contracts import errors, identifiers
from services.contracts.principal import Principal
from tests.harness import NodeUnderTest, Part, Rpc, until
from tests.harness.facts_of_others import person
from tests.harness.mailserver import MailServer, text_of, token_in
from tests.harness.node import running_node
from tests.integration.notifications.stored import database_of
from tests.integration.notifications.world import World


def test_nothing_is_sent_before_the_link_was_followed(world: World) -> None:
    silent, marker = world.address(), world.subscriber()
    world.subscribe(silent)
    world.letters.wait_for(silent)
    world.event().tell()
    world.letters.wait_for(marker, lambda mail: "Uusi tapahtuma" in mail["subject"])
    assert [mail["subject"] for mail in world.letters.to(silent)] == ["Vahvista tilauksesi"]


def test_confirming_records_the_consent(world: World, node: NodeUnderTest) -> None:
    address = world.address()
    world.subscribe(address, "sv")
    mail = world.letters.wait_for(address)
    view = world.rpc.call("notifications.confirm", {"token": token_in(mail, "confirm")})
    again = world.rpc.call("notifications.confirm", {"token": token_in(mail, "confirm")})
    assert again == view
    assert view["consented"] is not None
    with database_of(node) as database:
        kept = database["subscriptions"].find_one({"_id": view["id"]})
    assert kept is not None
    assert kept["consent"]["language"] == "sv"
    assert kept["consent"]["text"]


def test_the_mail_to_confirm_says_what_is_subscribed_to(world: World) -> None:
    address = world.address()
    world.subscribe(address, "fi", regions=["FI1DC"], themes=["funding"])
    text = text_of(world.letters.wait_for(address))
    assert "Maakunnat: Pohjois-Karjala" in text
    assert "Teemat: Rahoitus ja haut" in text
    assert "perua suostumuksesi" in text


def test_asking_again_sends_the_mail_again_and_makes_no_second_subscription(world: World, node: NodeUnderTest) -> None:
    address = world.address()
    for _ in range(2):
        world.subscribe(address)
    until(lambda: len(world.letters.to(address)) == 2, says="the mail comes twice")
    first, second = world.letters.to(address)
    assert token_in(first, "confirm") == token_in(second, "confirm")
    with database_of(node) as database:
        assert database["subscriptions"].count_documents({"email_key": address}) == 1


def test_an_answer_never_tells_whether_an_address_is_known(world: World) -> None:
    known, unknown = world.subscriber(), world.address()
    wanted = {"language": "fi", "filter": {"regions": [world.region]}}
    answers = [world.rpc.call("notifications.subscribe", {"email": one, **wanted}) for one in (known, unknown)]
    assert answers == [None, None]
    world.letters.wait_for(known, lambda mail: "Tilaat jo" in mail["subject"])


@pytest.fixture
def own_node(tmp_path_factory: pytest.TempPathFactory) -> Iterator[NodeUnderTest]:
    """A node that may speak another language."""
    yield from running_node(tmp_path_factory.mktemp("speaks-swedish"))


def test_a_visitor_who_names_no_language_gets_the_first_of_the_node(own_node: NodeUnderTest) -> None:
    letters = MailServer()
    rpc = Rpc(own_node.amqp_uri)
    try:
        own_node.start("notifications", MALMI_LANGUAGES="sv,fi")
        own_node.start("courier", SMTP_URI=letters.uri, MALMI_LANGUAGES="sv,fi")
        rpc.call("notifications.subscribe", {"email": "reader@example.org", "filter": {"everything": True}})
        assert letters.wait_for("reader@example.org")["content-language"] == "sv"
        webhook = {"url": "https://example.org/hook", "filter": {"everything": True}}
        made = rpc.call("notifications.register_webhook", webhook, principal=person())
        assert made["webhook"]["language"] == "sv"
    finally:
        rpc.close()
        letters.stop()


def test_nobody_can_fill_a_mailbox_with_confirmations(world: World) -> None:
    address, marker = world.address(), world.address()
    for _ in range(8):
        world.subscribe(address)
    world.subscribe(marker)
    world.letters.wait_for(marker)
    assert len(world.letters.to(address)) == 5


def test_an_address_has_twenty_subscriptions_at_most(world: World, node: NodeUnderTest) -> None:
    address = world.address()
    for number in range(22):
        world.subscribe(address, "fi", regions=[f"XY{number:03d}"])
    with database_of(node) as database:
        assert database["subscriptions"].count_documents({"email_key": address}) == 20


def test_unsubscribing_ends_it_truly(world: World, node: NodeUnderTest) -> None:
    reader, marker = world.subscriber(), world.subscriber()
    event = world.event()
    event.tell()
    mail = world.letters.wait_for(reader, lambda mail: "Uusi tapahtuma" in mail["subject"])
    token = token_in(mail, "unsubscribe")
    ended = world.rpc.call("notifications.unsubscribe", {"token": token})
    assert ended["state"] == "ended"
    assert world.rpc.call("notifications.unsubscribe", {"token": token}) == ended
    event.tell("cancelled")
    world.letters.wait_for(marker, lambda mail: "Peruttu" in mail["subject"])
    assert len(world.letters.to(reader)) == 2
    with database_of(node) as database:
        assert database["subscriptions"].count_documents({"email_key": reader}) == 0, "the address is forgotten"
    with pytest.raises(errors.Conflict, match="has ended"):
        world.rpc.call("notifications.confirm", {"token": token})


def test_managing_changes_what_is_told_from_then_on(world: World) -> None:
    reader = world.subscriber()
    token = token_in(world.letters.wait_for(reader), "confirm")
    view = world.rpc.call(
        "notifications.manage",
        {"token": token, "language": "en", "filter": {"themes": ["skills"], "regions": [world.region]}},
    )
    assert (view["language"], view["filter"]["themes"]) == ("en", ["skills"])
    world.event().tell()
    world.event(themes=["skills"], title={"en": "Example course"}).tell()
    mail = world.letters.wait_for(reader, lambda mail: "New event" in mail["subject"])
    assert "Example course" in mail["subject"]
    assert len(world.letters.to(reader)) == 2


@pytest.mark.parametrize("call", ["confirm", "manage", "unsubscribe", "own_subscription"])
def test_a_link_that_is_not_ours_opens_nothing(world: World, call: str) -> None:
    forged = f"{identifiers.new_id(identifiers.SUBSCRIPTION)}.AAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAA"
    with pytest.raises(errors.NotFound):
        world.rpc.call(f"notifications.{call}", {"token": forged})


def test_a_subscription_of_an_account_is_its_own_alone(world: World) -> None:
    owner, stranger = person(), person()
    wanted = {"filter": {"everything": True}}
    made = world.rpc.call("notifications.subscribe_account", wanted, principal=owner)
    again = world.rpc.call("notifications.subscribe_account", wanted, principal=owner)
    assert made["state"] == "active"
    assert again["id"] == made["id"]
    assert [one["id"] for one in world.rpc.call("notifications.subscriptions", principal=owner)] == [made["id"]]
    assert world.rpc.call("notifications.subscriptions", principal=stranger) == []
    with pytest.raises(errors.NotFound):
        world.rpc.call("notifications.end_subscription", {"id": made["id"]}, principal=stranger)
    with pytest.raises(errors.SignInNeeded):
        world.rpc.call("notifications.end_subscription", {"id": made["id"]})
    ended = world.rpc.call("notifications.end_subscription", {"id": made["id"]}, principal=owner)
    assert ended["state"] == "ended"


def test_visitors_and_narrow_keys_may_not_subscribe_as_an_account(world: World) -> None:
    wanted = {"filter": {"everything": True}}
    with pytest.raises(errors.SignInNeeded):
        world.rpc.call("notifications.subscribe_account", wanted)
    reads_only = Principal("account", identifiers.new_id(identifiers.ACCOUNT), frozenset({"read"}))
    with pytest.raises(errors.Forbidden):
        world.rpc.call("notifications.subscribe_account", wanted, principal=reads_only)


def test_facts_about_subscriptions_name_no_person(world: World) -> None:
    reader = world.subscriber()
    token = token_in(world.letters.wait_for(reader), "confirm")
    identity = world.rpc.call("notifications.unsubscribe", {"token": token})["id"]
    told = [
        world.facts.wait_for(f"notifications.subscription.{happening}", lambda fact: fact.subject == identity)
        for happening in ("requested", "started", "ended")
    ]
    assert [fact.version for fact in told] == [1, 2, 3]
    assert {fact.visibility for fact in told} == {"node"}
    assert not [fact for fact in told if reader in fact.to_json().decode()]


def test_neither_log_nor_delivery_holds_an_address(world: World, node: NodeUnderTest, courier: Part) -> None:
    reader = world.subscriber()
    event = world.event()
    event.tell()
    world.letters.wait_for(reader, lambda mail: "Uusi tapahtuma" in mail["subject"])
    with database_of(node) as database:
        kept = list(database["deliveries"].find({"record": event.record}))
    assert kept
    assert reader not in str(kept)
    assert all(reader not in part.log.read_text() for part in node.parts)
