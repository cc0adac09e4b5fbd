"""Reminders before an event, questions after it, and forgetting: each at its time, once, and nobody too many."""

import secrets
from collections.abc import Iterator
from datetime import datetime, timedelta
from typing import Any

import pymongo
import pytest

from services.contracts import errors
from services.contracts.principal import OPERATOR
from services.events.model import FeedbackQuestion, SignUp
from services.events.store import EventStore
from services.events.use_cases import FillAgendas, ask_for_feedback, forget_attendees, remind
from services.events.use_cases.agenda import plan_ahead
from services.runtime.documents import to_document
from services.runtime.work import Origin, Work
from tests.harness import Facts, NodeUnderTest, until
from tests.integration.events.passing_time import let_pass
from tests.integration.events.world import World
from tests.unit.events.drafts import NOW, draft_at

RATING = {"id": "arvio", "kind": "rating", "title": {"fi": "Esimerkki: millaista oli?"}}
CHOICE = {
    "id": "jatko",
    "kind": "choice",
    "title": {"fi": "Esimerkki: tuletko uudelleen?"},
    "choices": [{"id": "kylla", "title": {"fi": "Kyllä"}}, {"id": "ei", "title": {"fi": "En"}}],
}
TEXT = {"id": "terveiset", "kind": "text", "title": {"fi": "Esimerkki: terveiset"}}


@pytest.fixture
def database(node: NodeUnderTest) -> Iterator[Any]:
    with pymongo.MongoClient(node.mongodb_uri, tz_aware=True) as client:
        yield client[f"{node.database_prefix}events"]


def told(facts: Facts, what: str, *sign_ups: str) -> list[int]:
    """How often each of them was the subject of such a fact."""
    return [len(facts.of(f"events.sign_up.{what}", sign_up)) for sign_up in sign_ups]


def link_of(world: World, sign_up: str, purpose: str) -> Any:
    asked = {"reference": sign_up, "purpose": purpose}
    return world.rpc.call("events.recipient", asked, principal=OPERATOR)


def agenda_of(database: Any, event: str) -> dict[str, Any]:
    found: dict[str, Any] = database["agendas"].find_one({"_id": event})
    return found


def test_those_with_a_place_are_reminded_once_and_nobody_who_signed_up_after_the_moment(
    world: World, facts: Facts, database: Any
) -> None:
    event = world.published(capacity=3, reminders=[24])["id"]
    a, cancels, late, waits = (world.sign_up(event, f"{name}@example.org")["id"] for name in "abcd")
    token = link_of(world, cancels, "sign_up.confirmed")["link"].rpartition("/")[2]
    world.rpc.call("events.change_event", {"id": event, "capacity": 2}, principal=world.partner)
    world.rpc.call("events.cancel_sign_up", {"token": token})
    let_pass(database, event, timedelta(days=29, minutes=5), not_of=[late])
    until(lambda: agenda_of(database, event)["remind_at"] is None, says="the reminder is sent")
    until(lambda: told(facts, "reminded", a) == [1], says="it is told")
    assert told(facts, "reminded", cancels, late, waits) == [0, 0, 0]
    assert link_of(world, a, "sign_up.reminded")["says"]["begins"]


def test_a_postponed_event_reminds_anew_and_one_that_began_reminds_nobody(
    world: World, facts: Facts, database: Any
) -> None:
    event = world.published(reminders=[24, 2])
    sign_up = world.sign_up(event["id"], "a@example.org")["id"]
    let_pass(database, event["id"], timedelta(days=29, minutes=5))
    until(lambda: told(facts, "reminded", sign_up) == [1], says="the first is told")
    dates = {name: event[name] for name in ("begins", "ends")}
    world.rpc.call("events.postpone_event", {"id": event["id"], **dates}, principal=world.partner)
    let_pass(database, event["id"], timedelta(days=29, minutes=5))
    until(lambda: told(facts, "reminded", sign_up) == [2], says="it is told anew")
    let_pass(database, event["id"], timedelta(days=1))
    until(lambda: agenda_of(database, event["id"])["remind_at"] is None, says="nothing is due any more")
    assert told(facts, "reminded", sign_up) == [2]
    assert link_of(world, sign_up, "sign_up.reminded") is None


def test_those_who_came_are_asked_once_and_their_answers_stand_apart_from_them(
    world: World, facts: Facts, database: Any
) -> None:
    event = world.published(feedback=[RATING, CHOICE, TEXT])["id"]
    came, stayed_away = (world.sign_up(event, f"{name}@example.org")["id"] for name in "ab")
    world.rpc.call("events.check_in", {"event": event, "sign_up": came}, principal=world.partner)
    walk_in = {"event": event, "name": "Esimerkki Ohikulkija", "email": "w@example.org"}
    walked = world.rpc.call("events.add_walk_in", walk_in, principal=world.partner)["sign_up"]
    let_pass(database, event, timedelta(days=30, hours=5))
    until(lambda: told(facts, "feedback_asked", came, walked) == [1, 1], says="those who came are asked")
    assert told(facts, "feedback_asked", stayed_away) == [0]
    for sign_up, rating in ((came, "5"), (walked, "2")):
        token = link_of(world, sign_up, "sign_up.feedback_asked")["link"].rpartition("/")[2]
        assert world.rpc.call("events.feedback_form", {"token": token})["answered"] is False
        answers = {"arvio": rating, "jatko": "kylla", "terveiset": f"Esimerkki {rating}"}
        world.rpc.call("events.give_feedback", {"token": token, "answers": answers})
        with pytest.raises(errors.Conflict, match="already"):
            world.rpc.call("events.give_feedback", {"token": token, "answers": answers})
        assert link_of(world, sign_up, "sign_up.feedback_asked") is None
    report = world.rpc.call("events.feedback", {"event": event}, principal=world.partner)
    rating, choice, text = report["questions"]
    assert (report["asked"], report["answered"], report["regions"]) == (2, 2, ["FI1DC"])
    assert (rating["average"], rating["counts"]["5"], choice["counts"]) == (3.5, 1, {"kylla": 2, "ei": 0})
    assert text["texts"] == ["Esimerkki 2", "Esimerkki 5"]
    kept = list(database["feedback"].find({"event": event}))
    assert not any(reference in repr(kept) for reference in (came, walked))
    assert all(set(document) == {"_id", "bucket", "event", "version", "regions", "answers"} for document in kept)


def test_all_with_a_place_are_asked_when_nobody_was_checked_in(world: World, facts: Facts, database: Any) -> None:
    event = world.published(capacity=1, feedback=[RATING])["id"]
    has_place, waits = (world.sign_up(event, f"{name}@example.org")["id"] for name in "ab")
    let_pass(database, event, timedelta(days=30, hours=5))
    until(lambda: told(facts, "feedback_asked", has_place) == [1], says="it is asked")
    assert told(facts, "feedback_asked", waits) == [0]


def test_attendees_are_forgotten_when_the_time_is_over_and_the_numbers_stay(world: World, database: Any) -> None:
    word = secrets.token_hex(6)
    event = world.published(capacity=2, forget_days=30)["id"]
    for number in range(3):
        person = {"event": event, "name": f"Esimerkki {word}", "email": f"{word}.{number}@example.org"}
        made = world.rpc.call("events.sign_up", person)
        if number == 0:
            world.rpc.call("events.check_in", {"event": event, "sign_up": made["id"]}, principal=world.partner)
    walk_in = {"event": event, "name": f"Ohi {word}", "email": f"{word}@example.org", "over_capacity": True}
    world.rpc.call("events.add_walk_in", walk_in, principal=world.partner)
    asked = {"event": event}
    before = world.rpc.call("events.event_numbers", asked, principal=world.partner)
    assert found(database, word), "the search finds what is there"
    let_pass(database, event, timedelta(days=60))
    assert found(database, word), "a day too early nothing is forgotten"
    let_pass(database, event, timedelta(days=1))
    until(lambda: not found(database, word), says="the persons are nowhere")
    assert world.rpc.call("events.event_numbers", asked, principal=world.partner) == before
    assert (before["checked_in"], before["walked_in"], before["waiting"]) == (1, 1, 1)
    until(lambda: agenda_of(database, event)["forget_at"] is None, says="it is done")
    table = world.rpc.call("events.attendees", asked, principal=world.partner)
    assert {row[table["columns"].index("name")] for row in table["rows"]} == {""}


def found(database: Any, word: str) -> list[str]:
    """Collections of the service's database with a document that has this word anywhere."""
    return [
        name
        for name in database.list_collection_names()
        if any(word in repr(document).casefold() for document in database[name].find())
    ]


def test_hundreds_are_reminded_asked_and_forgotten_part_by_part_each_once(node: NodeUnderTest) -> None:
    """The parts as the duties do them, one after the other, without waiting for their turns."""
    begins = NOW + timedelta(days=30)
    event = draft_at(begins, state="published", reminders=(24,), feedback=(FeedbackQuestion("a", "text", {"fi": "x"}),))
    with pymongo.MongoClient(node.mongodb_uri, tz_aware=True) as client:
        database = client[f"{node.database_prefix}many"]
        store = EventStore(database, None)
        store.events.add(event)
        database["sign_ups"].insert_many([to_document(_signed_up(number)) for number in range(1, 251)])
        plan_ahead(_work(NOW), store, event)
        for do, at, parts in (
            (remind, begins - timedelta(hours=24), 3),
            (ask_for_feedback, event.ends + timedelta(hours=1), 3),
            (forget_attendees, event.ends + timedelta(days=90), 3),
        ):
            rounds = [_work(at) for _ in range(parts + 1)]
            for work in rounds:
                do(work, store, {"id": event.id})
            told_of = [fact.subject for work in rounds for fact in work.told]
            assert len(told_of) == len(set(told_of)) == (0 if do is forget_attendees else 250)
            assert not rounds[-1].told
        assert not found(database, "example.org")
        assert database["sign_ups"].count_documents({}) == 250
        client.drop_database(database.name)


def _signed_up(number: int) -> SignUp:
    address = f"a{number}@example.org"
    record = (f"sgn_{number:026}", "pohjois-karjala", 1, 1, "confirmed", NOW, NOW, "evt_1", number)
    return SignUp(*record, name="Esimerkki", email=address, email_key=address, language="fi")  # type: ignore[arg-type]


def _work(now: datetime) -> Work:
    return Work(Origin("pohjois-karjala", 1, "test", "test"), now, OPERATOR, lambda _: ())


def test_events_that_are_older_than_agendas_get_theirs_once(node: NodeUnderTest) -> None:
    begins = NOW + timedelta(days=30)
    with pymongo.MongoClient(node.mongodb_uri, tz_aware=True) as client:
        store = EventStore(client[f"{node.database_prefix}older"], None)
        store.events.add(draft_at(begins, id="evt_old", state="published"))
        store.events.add(draft_at(begins, id="evt_draft"))
        FillAgendas()(store)
        agenda = store.agendas.find("evt_old")
        assert agenda is not None
        assert agenda.forget_at == begins + timedelta(days=90, hours=3)
        assert store.agendas.find("evt_draft") is None
        store.agendas.remove("evt_old")
        FillAgendas()(store)
        assert store.agendas.find("evt_old") is None, "what is there now has its agenda from the commands"
        client.drop_database(f"{node.database_prefix}older")
