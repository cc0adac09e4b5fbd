"""The door as its people use it: tickets, keys for volunteers, doors without a network, walk-ins, and the list home."""

from collections.abc import Callable
from concurrent.futures import ThreadPoolExecutor
from datetime import UTC, datetime, timedelta
from hashlib import sha256
from typing import Any

import pymongo
import pytest
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from services.contracts import errors
from services.contracts.envelope import format_time, parse_time
from services.contracts.principal import OPERATOR
from services.events.use_cases.door import TICKET
from services.runtime import links
from tests.harness import NodeUnderTest
from tests.integration.events.world import World

TicketOf = Callable[[str], str]


@pytest.fixture
def ticket_of(node: NodeUnderTest) -> TicketOf:
    """The token in the QR code of a sign-up."""
    secret = bytes.fromhex(node.environment["MALMI_SECRET"])
    return lambda sign_up: links.token_of(secret, TICKET, sign_up)


def checked_in(world: World, event: str, **rest: Any) -> dict[str, Any]:
    who = {} if "key" in rest else {"principal": world.partner}
    answer: dict[str, Any] = world.rpc.call("events.check_in", {"event": event, **rest}, **who)
    return answer


def numbers(world: World, event: str) -> dict[str, Any]:
    answer: dict[str, Any] = world.rpc.call("events.event_numbers", {"event": event}, principal=world.partner)
    return answer


def scans(world: World, event: str, *noted: dict[str, Any], **rest: Any) -> list[dict[str, Any]]:
    arguments = {"event": event, "scans": list(noted), "door": "B"}
    answer: list[dict[str, Any]] = world.rpc.call("events.take_scans", arguments, principal=world.partner, **rest)
    return answer


def ago(minutes: float) -> str:
    return format_time(datetime.now(UTC) - timedelta(minutes=minutes))


def test_a_second_scan_says_when_and_where_the_first_was(world: World, ticket_of: TicketOf) -> None:
    event = world.published()["id"]
    ticket = ticket_of(world.sign_up(event, "a@example.org")["id"])
    first = checked_in(world, event, ticket=ticket, door="A")
    second = checked_in(world, event, ticket=f"https://malmi.example/fi/ticket/{ticket}", door="B")
    assert (first["already"], first["name"], first["door"]) == (False, "Esimerkki Osallistuja", "A")
    assert (second["already"], second["checked_in"], second["door"]) == (True, first["checked_in"], "A")
    assert numbers(world, event)["checked_in"] == 1


def test_two_doors_that_scan_one_ticket_at_the_same_moment_count_it_once(world: World, ticket_of: TicketOf) -> None:
    event = world.published()["id"]
    ticket = ticket_of(world.sign_up(event, "a@example.org")["id"])
    with ThreadPoolExecutor(8) as crowd:
        answers = list(crowd.map(lambda door: checked_in(world, event, ticket=ticket, door=door), "ABCDEFGH"))
    assert sorted(answer["already"] for answer in answers) == [False] + [True] * 7
    assert len({(answer["checked_in"], answer["door"]) for answer in answers}) == 1
    assert numbers(world, event)["checked_in"] == 1


def test_a_repeated_command_gets_its_first_answer_though_it_was_undone_since(world: World, ticket_of: TicketOf) -> None:
    event = world.published()["id"]
    ticket = ticket_of(world.sign_up(event, "a@example.org")["id"])
    arguments = {"event": event, "ticket": ticket}
    first = world.rpc.call("events.check_in", arguments, principal=world.partner, command_id=f"in-{event}")
    world.rpc.call("events.undo_check_in", arguments, principal=world.partner)
    again = world.rpc.call("events.check_in", arguments, principal=world.partner, command_id=f"in-{event}")
    assert again == first
    assert numbers(world, event)["checked_in"] == 0


def test_who_was_undone_can_come_again(world: World, ticket_of: TicketOf) -> None:
    event = world.published()["id"]
    ticket = ticket_of(world.sign_up(event, "a@example.org")["id"])
    checked_in(world, event, ticket=ticket)
    undone = world.rpc.call("events.undo_check_in", {"event": event, "ticket": ticket}, principal=world.partner)
    assert (undone["checked_in"], undone["already"]) == (None, False)
    assert checked_in(world, event, ticket=ticket)["already"] is False
    assert numbers(world, event)["checked_in"] == 1


def test_a_ticket_without_a_place_says_which_state_it_is_in(world: World, ticket_of: TicketOf) -> None:
    event = world.published(capacity=1)["id"]
    first, second = (world.sign_up(event, f"{name}@example.org")["id"] for name in "ab")
    with pytest.raises(errors.Conflict, match="waiting") as caught:
        checked_in(world, event, ticket=ticket_of(second))
    assert caught.value.details["reason"] == "waiting"
    world.rpc.call("events.cancel_event", {"id": event}, principal=world.partner)
    with pytest.raises(errors.Conflict, match="cancelled"):
        checked_in(world, event, ticket=ticket_of(first))


def test_a_ticket_of_another_event_and_what_is_no_ticket_say_so(world: World, ticket_of: TicketOf) -> None:
    event, other = world.published()["id"], world.published()["id"]
    ticket = ticket_of(world.sign_up(other, "a@example.org")["id"])
    with pytest.raises(errors.Conflict, match="another event"):
        checked_in(world, event, ticket=ticket)
    with pytest.raises(errors.NotFound):
        checked_in(world, event, ticket=ticket[:-1] + ("A" if ticket[-1] != "A" else "B"))
    with pytest.raises(errors.Invalid) as caught:
        checked_in(world, event)
    assert caught.value.details["errors"][0]["field"] == "ticket"


def test_a_link_that_cancels_is_no_ticket_and_a_ticket_does_not_cancel(world: World, ticket_of: TicketOf) -> None:
    event = world.published()["id"]
    sign_up = world.sign_up(event, "a@example.org")["id"]
    asked = {"reference": sign_up, "purpose": "sign_up.confirmed"}
    recipient = world.rpc.call("events.recipient", asked, principal=OPERATOR)
    assert recipient["ticket"] == ticket_of(sign_up)
    with pytest.raises(errors.NotFound):
        checked_in(world, event, ticket=recipient["link"].rpartition("/")[2])
    with pytest.raises(errors.NotFound):
        world.rpc.call("events.cancel_sign_up", {"token": recipient["ticket"]})
    shown = world.rpc.call("events.ticket", {"token": recipient["ticket"]})
    assert (shown["state"], shown["name"], shown["event_record"]["id"]) == ("confirmed", "Esimerkki Osallistuja", event)


def test_a_key_opens_one_door_until_it_is_closed(world: World, ticket_of: TicketOf) -> None:
    event, other = world.published()["id"], world.published()["id"]
    ticket = ticket_of(world.sign_up(event, "a@example.org")["id"])
    door = world.rpc.call("events.make_door", {"event": event, "label": "Pääovi"}, principal=world.partner)
    listed = world.rpc.call("events.doors", {"event": event}, principal=world.partner)
    assert [(each["id"], each["key"]) for each in listed] == [(door["id"], door["key"])]
    assert checked_in(world, event, ticket=ticket, key=door["key"])["door"] == "Pääovi"
    assert world.rpc.call("events.door_list", {"event": event, "key": door["key"]})["entries"]
    with pytest.raises(errors.NotFound):
        world.rpc.call("events.door_list", {"event": other, "key": door["key"]})
    with pytest.raises(errors.SignInNeeded):
        world.rpc.call("events.check_in", {"event": event, "ticket": ticket})
    world.rpc.call("events.close_door", {"id": door["id"]}, principal=world.partner)
    with pytest.raises(errors.NotFound, match="over"):
        checked_in(world, event, ticket=ticket, key=door["key"])


def test_a_door_without_a_network_sends_its_notes_later_in_any_order(world: World, ticket_of: TicketOf) -> None:
    event, other = world.published(capacity=2)["id"], world.published()["id"]
    a, b, waits = (world.sign_up(event, f"{name}@example.org")["id"] for name in "abc")
    foreign = world.sign_up(other, "d@example.org")["id"]
    listed = world.rpc.call("events.door_list", {"event": event}, principal=world.partner)
    known = {entry["ticket"]: entry["sign_up"] for entry in listed["entries"]}
    assert known[sha256(ticket_of(a).encode()).hexdigest()] == a
    checked_in(world, event, sign_up=a, door="A")
    noted = (
        {"id": "1", "at": ago(20), "ticket": ticket_of(a)},
        {"id": "4", "at": ago(5), "sign_up": b, "undo": True},
        {"id": "2", "at": ago(10), "sign_up": b},
        {"id": "3", "at": ago(30), "ticket": ticket_of(waits)},
        {"id": "5", "at": ago(3), "ticket": ticket_of(foreign)},
        {"id": "6", "at": ago(3), "ticket": "esimerkki"},
        {"id": "7", "at": ago(-60), "sign_up": b},
    )
    answers = scans(world, event, *noted)
    results = {answer["id"]: answer["result"] for answer in answers}
    assert results == {
        "1": "checked_in",
        "4": "undone",
        "2": "undone",
        "3": "waiting",
        "5": "other_event",
        "6": "unknown",
        "7": "ahead_of_time",
    }
    assert parse_time(answers[0]["checked_in"]) == parse_time(noted[0]["at"])
    assert [answer["result"] for answer in scans(world, event, *noted)] == [answer["result"] for answer in answers]
    assert numbers(world, event)["checked_in"] == 1


def test_five_hundred_scans_are_taken_at_once_and_five_hundred_and_one_are_not(world: World) -> None:
    event = world.published()["id"]
    sign_up = world.sign_up(event, "a@example.org")["id"]
    noted = [{"id": f"{number}", "at": ago(60 - number / 10), "sign_up": sign_up} for number in range(500)]
    answers = scans(world, event, *noted, timeout=20)
    assert [answer["result"] for answer in answers] == ["checked_in"] + ["already"] * 499
    with pytest.raises(errors.Invalid):
        scans(world, event, *noted, {"id": "500", "at": ago(1), "sign_up": sign_up})


NOTES = st.lists(st.tuples(st.booleans(), st.integers(0, 5)), min_size=1, max_size=7)
"""Of one door: an undo or not, and when."""


@settings(max_examples=5, suppress_health_check=[HealthCheck.function_scoped_fixture])
@given(a=NOTES, b=NOTES, data=st.data())
def test_two_doors_agree_in_the_end_whatever_they_do(world: World, a: Any, b: Any, data: st.DataObject) -> None:
    """The same notes of two doors, sent in two orders to two sign-ups, in batches and by themselves, end the same."""
    event = world.published()["id"]
    one, two = (world.sign_up(event, f"{name}@example.org")["id"] for name in ("one", "two"))
    begins = datetime.now(UTC).replace(microsecond=0) - timedelta(hours=1)
    noted = [
        {"id": f"{door}{number}", "at": format_time(begins + timedelta(minutes=at)), "undo": undo}
        for door, notes in (("a", a), ("b", b))
        for number, (undo, at) in enumerate(notes)
    ]
    scans(world, event, *({**scan, "sign_up": one} for scan in noted))
    for scan in data.draw(st.permutations(noted)):
        scans(world, event, {**scan, "sign_up": two})
    entries = world.rpc.call("events.door_list", {"event": event}, principal=world.partner)["entries"]
    first, second = ({**entry, "sign_up": "", "ticket": ""} for entry in entries)
    assert first == second
    assert numbers(world, event)["checked_in"] == 2 * (first["checked_in"] is not None)


def test_who_walks_in_counts_apart_and_takes_no_seat_of_who_signed_up(world: World) -> None:
    event = world.published(capacity=2)["id"]
    world.sign_up(event, "a@example.org")
    walk_in = {"event": event, "name": "Esimerkki Ohikulkija"}
    first = world.rpc.call("events.add_walk_in", walk_in, principal=world.partner)
    assert first["over_capacity"] is False
    with pytest.raises(errors.Conflict, match="full"):
        world.rpc.call("events.add_walk_in", walk_in, principal=world.partner)
    again = {**walk_in, "over_capacity": True, "size": 3}
    assert world.rpc.call("events.add_walk_in", again, principal=world.partner)["over_capacity"] is True
    assert world.sign_up(event, "b@example.org")["state"] == "confirmed"
    expected = {"signed_up": 2, "confirmed": 2, "checked_in": 0, "walked_in": 2, "over_capacity": 1, "persons": 4}
    assert {name: numbers(world, event)[name] for name in expected} == expected
    world.rpc.call("events.undo_check_in", {"event": event, "sign_up": first["sign_up"]}, principal=world.partner)
    assert numbers(world, event)["walked_in"] == 1


def test_it_is_kept_through_which_door_somebody_was_let_in_or_looked_up(
    world: World, node: NodeUnderTest, ticket_of: TicketOf
) -> None:
    event = world.published()["id"]
    person = world.sign_up(event, "a@example.org")["id"]
    door = world.rpc.call("events.make_door", {"event": event, "label": "Pääovi"}, principal=world.partner)
    checked_in(world, event, ticket=ticket_of(person), key=door["key"])
    world.rpc.call("events.undo_check_in", {"event": event, "sign_up": person, "door": "B"}, principal=world.partner)
    world.rpc.call("events.door_list", {"event": event, "key": door["key"]})
    with pymongo.MongoClient(node.mongodb_uri) as client:
        kept = list(client[f"{node.database_prefix}events"]["audit"].find({"record": event}).sort("_id"))
    assert [(each["why"], each["by"]["kind"], each["through"], each["persons"]) for each in kept] == [
        ("events.check_in", "visitor", "Pääovi", [person]),
        ("events.undo_check_in", "account", "B", [person]),
        ("events.door_list", "visitor", "Pääovi", [person]),
    ]


def test_the_list_to_take_home_has_everybody_and_is_audited(world: World, node: NodeUnderTest) -> None:
    event = world.published(capacity=1)["id"]
    a, b = (world.sign_up(event, f"{name}@example.org")["id"] for name in "ab")
    checked_in(world, event, sign_up=a, door="A")
    walk_in = {"event": event, "name": "=cmd", "email": "w@example.org", "over_capacity": True}
    walked = world.rpc.call("events.add_walk_in", walk_in, principal=world.partner)["sign_up"]
    table = world.rpc.call("events.attendees", {"event": event}, principal=world.partner)
    rows = [dict(zip(table["columns"], row, strict=True)) for row in table["rows"]]
    assert [(row["sign_up"], row["state"], row["walked_in"]) for row in rows] == [
        (a, "confirmed", False),
        (b, "waiting", False),
        (walked, "walked_in", True),
    ]
    assert (rows[0]["door"], rows[0]["arrived"], rows[1]["checked_in"]) == ("A", 1, None)
    assert (rows[2]["name"], rows[2]["email"]) == ("=cmd", "w@example.org")
    waiting = world.rpc.call("events.attendees", {"event": event, "states": ["waiting"]}, principal=world.partner)
    assert [row[0] for row in waiting["rows"]] == [b]
    with pymongo.MongoClient(node.mongodb_uri) as client:
        seen = list(client[f"{node.database_prefix}events"]["audit"].find({"why": "events.attendees", "record": event}))
    assert {a, b, walked} in [set(entry["persons"]) for entry in seen]
