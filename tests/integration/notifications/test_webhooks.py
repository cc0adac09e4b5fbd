"""Webhooks as a member's system meets them: signed, recognisable when repeated, and never into a private network."""

import secrets
from typing import Any

import pytest
from standardwebhooks.webhooks import WebhookVerificationError

from services.contracts import errors, identifiers
from services.contracts.principal import Principal
from tests.harness import NodeUnderTest, until
from tests.harness.facts_of_others import fact, mandate, person
from tests.harness.receiver import Receiver
from tests.integration.notifications.stored import database_of
from tests.integration.notifications.world import World


def _register(world: World, owner: Principal, url: str, **wanted: Any) -> dict[str, Any]:
    arguments = {"url": url, "filter": wanted or {"regions": [world.region]}}
    answer: dict[str, Any] = world.rpc.call("notifications.register_webhook", arguments, principal=owner)
    return answer


def test_a_webhook_gets_the_fact_signed(world: World, receiver: Receiver) -> None:
    owner = person()
    made = _register(world, owner, f"{receiver.url}/hook")
    event = world.event()
    told = event.tell()
    call = until(lambda: receiver.got and receiver.got[0], says="the webhook is called")
    call.verify(made["secret"])
    with pytest.raises(WebhookVerificationError):
        call.verify("whsec_" + secrets.token_hex(24))
    assert call.headers["content-type"] == "application/cloudevents+json"
    assert call.path == "/hook"
    assert call.fact["id"] == told.id
    assert call.fact["type"] == "malmi.events.event.published"
    (seen,) = world.rpc.call("notifications.deliveries", {"webhook": made["webhook"]["id"]}, principal=owner)
    assert seen["id"] == call.headers["webhook-id"]
    until(lambda: _states(world, owner, made) == ["sent"], says="the delivery is marked")
    (seen,) = world.rpc.call("notifications.deliveries", {"webhook": made["webhook"]["id"]}, principal=owner)
    assert seen["attempts"] == 1


def test_every_change_is_told_and_the_cancellation(world: World, receiver: Receiver) -> None:
    _register(world, person(), receiver.url)
    event = world.event()
    for number, happening in enumerate(("published", "changed", "cancelled"), start=1):
        event.tell(happening, capacity=20 + number)
        until(lambda number=number: len(receiver.got) == number, says=f"{happening} is told")
    assert [call.fact["type"].rpartition(".")[2] for call in receiver.got] == ["published", "changed", "cancelled"]


def test_a_failed_call_is_repeated_under_the_same_id(world: World) -> None:
    receiver = Receiver(500, 204)
    try:
        owner = person()
        made = _register(world, owner, receiver.url)
        world.event().tell()
        until(lambda: len(receiver.got) == 2, limit=30, says="it is called again")
        assert len({call.headers["webhook-id"] for call in receiver.got}) == 1
        until(lambda: _states(world, owner, made) == ["sent"], says="the delivery is marked")
        (seen,) = world.rpc.call("notifications.deliveries", {"webhook": made["webhook"]["id"]}, principal=owner)
        assert seen["attempts"] == 2
    finally:
        receiver.stop()


def test_redirects_are_not_followed(world: World) -> None:
    receiver = Receiver(307)
    try:
        owner = person()
        made = _register(world, owner, f"{receiver.url}/start")
        world.event().tell()
        seen = until(lambda: _failed(world, owner, made), says="the call has failed")
        assert "307" in seen["error"]
        assert {call.path for call in receiver.got} == {"/start"}
    finally:
        receiver.stop()


def test_a_receiver_that_is_gone_suspends_the_webhook_until_its_owner_activates_it(world: World) -> None:
    receiver = Receiver(410, 204)
    try:
        owner = person()
        made = _register(world, owner, receiver.url)
        world.event().tell()
        until(lambda: _webhook(world, owner)["state"] == "suspended", says="the webhook is suspended")
        assert "410" in _webhook(world, owner)["last_error"]
        identity = {"id": made["webhook"]["id"]}
        assert world.rpc.call("notifications.activate_webhook", identity, principal=owner)["state"] == "active"
        world.event().tell()
        until(lambda: len(receiver.got) == 2, says="it is told again")
    finally:
        receiver.stop()


def test_a_removed_webhook_is_told_nothing(world: World, receiver: Receiver) -> None:
    owner, marker = person(), world.subscriber()
    made = _register(world, owner, receiver.url)
    world.rpc.call("notifications.remove_webhook", {"id": made["webhook"]["id"]}, principal=owner)
    assert world.rpc.call("notifications.webhooks", principal=owner) == []
    world.event().tell()
    world.letters.wait_for(marker, lambda mail: "Uusi tapahtuma" in mail["subject"])
    assert receiver.got == []


def test_the_secret_is_given_once_and_kept_nowhere(world: World, receiver: Receiver, node: NodeUnderTest) -> None:
    owner = person()
    arguments = {"url": receiver.url, "filter": {"everything": True}}
    command = f"test-{secrets.token_hex(8)}"
    first, again = (
        world.rpc.call("notifications.register_webhook", arguments, principal=owner, command_id=command)
        for _ in range(2)
    )
    assert first == again
    with database_of(node) as database:
        kept = [str(document) for name in database.list_collection_names() for document in database[name].find()]
    assert not [document for document in kept if first["secret"] in document]
    world.rpc.call("notifications.remove_webhook", {"id": first["webhook"]["id"]}, principal=owner)


def test_others_webhooks_are_not_found(world: World, receiver: Receiver) -> None:
    made = _register(world, person(), receiver.url)["webhook"]["id"]
    stranger = person()
    for call, arguments in (
        ("activate_webhook", {"id": made}),
        ("remove_webhook", {"id": made}),
        ("deliveries", {"webhook": made}),
    ):
        with pytest.raises(errors.NotFound):
            world.rpc.call(f"notifications.{call}", arguments, principal=stranger)
        with pytest.raises(errors.SignInNeeded):
            world.rpc.call(f"notifications.{call}", arguments)


def test_what_is_for_members_goes_to_members_alone(world: World) -> None:
    consortium, mine = identifiers.new_id(identifiers.CONSORTIUM), identifiers.new_id(identifiers.ORGANISATION)
    member, stranger = person(), person()
    inside, outside = Receiver(), Receiver()
    membership = {"state": "active", "consortium": consortium, "organisation": mine, "roles": []}
    world.facts.publish(
        mandate(member, "partner", mine),
        fact("consortium.membership.started", identifiers.new_id(identifiers.MEMBERSHIP), membership),
    )
    try:
        _register(world, member, inside.url)
        _register(world, stranger, outside.url)
        reader = world.subscriber()
        closed = world.event(audience={"kind": "consortia", "ids": [consortium]})
        closed.tell(visibility="members")
        until(lambda: inside.got, says="the member is told")
        world.event(title={"fi": "Esimerkki kaikille"}).tell()
        world.letters.wait_for(reader, lambda mail: "kaikille" in mail["subject"])
        until(lambda: outside.got, says="the stranger is told of the open event")
        assert [call.fact["subject"] for call in outside.got] != [closed.id]
        assert len(outside.got) == 1
        assert len(world.letters.to(reader)) == 2
    finally:
        inside.stop()
        outside.stop()


def _states(world: World, owner: Principal, made: dict[str, Any]) -> list[str]:
    found = world.rpc.call("notifications.deliveries", {"webhook": made["webhook"]["id"]}, principal=owner)
    return [delivery["state"] for delivery in found]


def _failed(world: World, owner: Principal, made: dict[str, Any]) -> Any:
    found = world.rpc.call("notifications.deliveries", {"webhook": made["webhook"]["id"]}, principal=owner)
    return next((delivery for delivery in found if delivery["error"]), None)


def _webhook(world: World, owner: Principal) -> dict[str, Any]:
    (found,) = world.rpc.call("notifications.webhooks", principal=owner)
    view: dict[str, Any] = found
    return view
