"""How seats are given, by remote calls: groups, offers, approval, questions, invitation codes, asking again."""

from collections.abc import Iterator
from concurrent.futures import ThreadPoolExecutor
from datetime import UTC, datetime, timedelta
from typing import Any

import pymongo
import pytest

from services.contracts import errors
from services.contracts.envelope import format_time
from services.contracts.principal import OPERATOR
from services.events.use_cases.sign_ups import LINK
from services.runtime import links
from tests.harness import Facts, NodeUnderTest, until
from tests.integration.events.world import World


class People:
    """Who signs up for one event, by their first letters."""

    def __init__(self, world: World, secret: bytes, **changes: Any) -> None:
        self.world, self._secret = world, secret
        self.event = str(world.published(**changes)["id"])
        self.ids: dict[str, str] = {}

    def sign_up(self, who: str, size: int = 1, **rest: Any) -> dict[str, Any]:
        arguments = {"event": self.event, "name": "Esimerkki", "email": f"{who}@example.org", "size": size, **rest}
        answer: dict[str, Any] = self.world.rpc.call("events.sign_up", arguments)
        self.ids[who] = answer["id"]
        return answer

    def token(self, who: str) -> dict[str, str]:
        return {"token": links.token_of(self._secret, LINK, self.ids[who])}

    def by_link(self, call: str, who: str, **rest: Any) -> Any:
        return self.world.rpc.call(f"events.{call}", {**self.token(who), **rest})

    def organiser(self, call: str, **arguments: Any) -> Any:
        return self.world.rpc.call(f"events.{call}", arguments, principal=self.world.partner)

    def decide(self, *who: str, approve: bool, **rest: Any) -> Any:
        chosen = [self.ids[one] for one in who]
        return self.organiser("decide_sign_ups", event=self.event, sign_ups=chosen, approve=approve, **rest)

    def states(self) -> dict[str, str]:
        listed = self.organiser("sign_ups", id=self.event)
        return {one["email"].partition("@")[0]: one["state"] for one in listed}


@pytest.fixture(scope="module")
def secret(node: NodeUnderTest) -> bytes:
    return bytes.fromhex(node.environment["MALMI_SECRET"])


@pytest.fixture(scope="module")
def database(node: NodeUnderTest) -> Iterator[Any]:
    client: Any = pymongo.MongoClient(node.mongodb_uri, tz_aware=True)
    yield client[f"{node.database_prefix}events"]
    client.close()


# groups


def test_a_group_that_does_not_fit_is_passed_over_and_keeps_its_place(world: World, secret: bytes) -> None:
    people = People(world, secret, capacity=4, admission={"group_most": 4})
    people.sign_up("a", 2)
    people.sign_up("b", 2)
    people.sign_up("c", 3)
    people.sign_up("d", 1)
    people.by_link("cancel_sign_up", "a")
    assert people.states() == {"a": "cancelled", "b": "confirmed", "c": "waiting", "d": "confirmed"}
    assert people.by_link("own_sign_up", "c")["position"] == 1
    assert people.by_link("own_sign_up", "c")["ticket"] is None
    people.by_link("cancel_sign_up", "b")
    assert people.states()["c"] == "confirmed"


def test_a_new_one_may_have_seats_that_suffice_for_nobody_who_waits(world: World, secret: bytes, facts: Facts) -> None:
    people = People(world, secret, capacity=3, admission={"group_most": 3})
    assert people.sign_up("a", 2)["state"] == "confirmed"
    assert people.sign_up("b", 2)["state"] == "waiting"
    assert people.sign_up("c")["state"] == "confirmed"
    counted = facts.wait_for(
        "events.places.changed", lambda fact: fact.subject == people.event and fact.data["confirmed"] == 3
    )
    assert (counted.data["waiting"], counted.data["offered"]) == (2, 0)


def test_a_group_larger_than_allowed_or_than_the_event_is_told_so(world: World, secret: bytes) -> None:
    people = People(world, secret, capacity=3, admission={"group_most": 4})
    for size in (4, 5):
        with pytest.raises(errors.Invalid) as caught:
            people.sign_up("a", size)
        assert caught.value.details["errors"][0]["field"] == "size"


def test_who_comes_with_fewer_gives_seats_on_and_with_more_only_while_there_is_room(
    world: World, secret: bytes
) -> None:
    people = People(world, secret, capacity=4, admission={"group_most": 4})
    people.sign_up("a", 3)
    people.sign_up("b", 2)
    assert people.by_link("change_sign_up", "a", size=2)["size"] == 2
    assert people.states() == {"a": "confirmed", "b": "confirmed"}
    with pytest.raises(errors.Invalid, match="room for 0 more"):
        people.by_link("change_sign_up", "a", size=3)


# offers


def test_a_freed_seat_is_offered_and_kept_until_it_is_taken(world: World, secret: bytes, facts: Facts) -> None:
    people = People(world, secret, capacity=1, admission={"offer_hours": 24})
    for who in "abc":
        people.sign_up(who)
    people.by_link("cancel_sign_up", "a")
    facts.wait_for("events.sign_up.offered", lambda fact: fact.subject == people.ids["b"])
    assert people.sign_up("d")["state"] == "waiting"
    mail = world.rpc.call(
        "events.recipient", {"reference": people.ids["b"], "purpose": "sign_up.offered"}, principal=OPERATOR
    )
    assert mail["says"]["sign_up"]["offered_until"] > format_time(datetime.now(UTC) + timedelta(hours=23))
    assert people.by_link("accept_seat", "b")["state"] == "confirmed"
    assert people.by_link("accept_seat", "b")["state"] == "confirmed"
    assert people.states() == {"a": "cancelled", "b": "confirmed", "c": "waiting", "d": "waiting"}


def test_a_declined_offer_goes_on_at_once_to_one_person_only(world: World, secret: bytes, facts: Facts) -> None:
    people = People(world, secret, capacity=1, admission={"offer_hours": 24})
    for who in "abcd":
        people.sign_up(who)
    people.by_link("cancel_sign_up", "a")
    assert people.by_link("decline_seat", "b")["state"] == "cancelled"
    assert people.by_link("decline_seat", "b")["state"] == "cancelled"
    assert people.states() == {"a": "cancelled", "b": "cancelled", "c": "offered", "d": "waiting"}
    assert people.by_link("own_sign_up", "b")["why"] == "declined"
    with pytest.raises(errors.Conflict):
        people.by_link("accept_seat", "b")
    with pytest.raises(errors.Conflict):
        people.by_link("decline_seat", "d")


def test_an_offer_that_is_not_taken_ends_and_the_seat_goes_on(
    world: World, secret: bytes, database: Any, facts: Facts
) -> None:
    people = People(world, secret, capacity=1, admission={"offer_hours": 24})
    for who in "abc":
        people.sign_up(who)
    people.by_link("cancel_sign_up", "a")
    past = datetime.now(UTC) - timedelta(seconds=1)
    database["sign_ups"].update_one({"_id": people.ids["b"]}, {"$set": {"offered_until": past}})
    with pytest.raises(errors.Conflict):
        people.by_link("accept_seat", "b")
    database["places"].update_one({"_id": people.event}, {"$set": {"offers_until": past}})
    facts.wait_for("events.sign_up.expired", lambda fact: fact.subject == people.ids["b"])
    assert people.states() == {"a": "cancelled", "b": "cancelled", "c": "offered"}
    assert people.by_link("own_sign_up", "b")["why"] == "expired"


def test_no_offer_outlasts_the_beginning_and_none_is_made_after_it(
    world: World, secret: bytes, database: Any, facts: Facts
) -> None:
    begins = datetime.now(UTC) + timedelta(seconds=4)
    people = People(
        world,
        secret,
        capacity=1,
        admission={"offer_hours": 24},
        begins=format_time(begins),
        ends=format_time(begins + timedelta(hours=2)),
    )
    for who in "abc":
        people.sign_up(who)
    people.by_link("cancel_sign_up", "a")
    assert people.by_link("own_sign_up", "b")["offered_until"] == format_time(begins)
    facts.wait_for("events.sign_up.expired", lambda fact: fact.subject == people.ids["b"])
    assert datetime.now(UTC) >= begins
    assert people.states() == {"a": "cancelled", "b": "cancelled", "c": "waiting"}


# approval


def test_the_organiser_approves_in_order_of_arrival_and_refuses_with_a_reason(
    world: World, secret: bytes, facts: Facts
) -> None:
    people = People(world, secret, capacity=1, admission={"approval": True})
    assert {people.sign_up(who)["state"] for who in "abc"} == {"pending"}
    answer = people.decide("c", "a", approve=True)
    assert [(one["id"], one["state"]) for one in answer] == [
        (people.ids["c"], "waiting"),
        (people.ids["a"], "confirmed"),
    ]
    people.decide("b", approve=False, reason={"fi": "Esimerkkisyy"})
    facts.wait_for("events.sign_up.refused", lambda fact: fact.subject == people.ids["b"])
    refused = people.by_link("own_sign_up", "b")
    assert (refused["state"], refused["why"], refused["reason"]) == ("cancelled", "refused", {"fi": "Esimerkkisyy"})
    assert people.decide("c", "a", approve=True) == answer, "deciding the same again changes nothing"


def test_a_decision_on_a_sign_up_that_is_not_pending_is_refused_as_a_whole(world: World, secret: bytes) -> None:
    people, other = (People(world, secret, admission={"approval": True}) for _ in range(2))
    people.sign_up("a")
    people.sign_up("b")
    other.sign_up("c")
    people.decide("b", approve=False)
    people.ids["c"] = other.ids["c"]
    for wrong in ("b", "c"):
        with pytest.raises(errors.Invalid) as caught:
            people.decide("a", wrong, approve=True)
        assert caught.value.details["errors"][0]["field"] == "sign_ups.1"
    assert people.states() == {"a": "pending", "b": "cancelled"}


# questions

LUNCH = {
    "id": "lunch",
    "text": {"fi": "Lounas (esimerkki)"},
    "kind": "choice",
    "choices": [{"id": "fish", "text": {"fi": "Kala"}}, {"id": "veg", "text": {"fi": "Kasvis"}}],
    "required": True,
}
DIET = {"id": "diet", "text": {"fi": "Ruokavalio"}, "kind": "text"}


def test_answers_are_checked_and_seen_by_the_person_and_the_organiser_alone(
    world: World, secret: bytes, facts: Facts
) -> None:
    people = People(world, secret, admission={"questions": [LUNCH, DIET]})
    with pytest.raises(errors.Invalid) as caught:
        people.sign_up("a", answers={"diet": "gluteeniton"})
    assert caught.value.details["errors"][0]["field"] == "answers.lunch"
    answers = {"lunch": "fish", "diet": "gluteeniton"}
    people.sign_up("a", answers=answers)
    people.by_link("change_sign_up", "a", answers={"lunch": "veg"})
    assert people.by_link("own_sign_up", "a")["answers"] == {"lunch": "veg"}
    assert people.organiser("sign_ups", id=people.event)[0]["answers"] == {"lunch": "veg"}
    facts.wait_for("events.sign_up.changed", lambda fact: fact.subject == people.ids["a"])
    assert not [fact for fact in facts.seen if "gluteeniton" in fact.to_json().decode()]


def test_a_question_that_was_answered_keeps_its_kind_and_choices(world: World, secret: bytes) -> None:
    people = People(world, secret, admission={"questions": [LUNCH, DIET]})
    people.sign_up("a", answers={"lunch": "fish"})
    other = {**LUNCH, "choices": [LUNCH["choices"][1], {"id": "meat", "text": {"fi": "Liha"}}]}  # type: ignore[index]
    with pytest.raises(errors.Invalid) as caught:
        people.organiser("change_event", id=people.event, admission={"questions": [DIET, other]})
    assert caught.value.details["errors"][0]["field"] == "admission.questions.1.kind"
    unanswered = {**DIET, "kind": "yes_no"}
    changed = people.organiser("change_event", id=people.event, admission={"questions": [LUNCH, unanswered]})
    assert changed["admission"]["questions"][1]["kind"] == "yes_no"


# invitation codes


def invited_only(world: World, secret: bytes, **rest: Any) -> People:
    return People(world, secret, audience={"kind": "invited", "ids": []}, **rest)


def test_a_code_shows_an_event_for_those_invited_and_lets_one_sign_up(world: World, secret: bytes) -> None:
    people = invited_only(world, secret)
    made = people.organiser("make_invitation", event=people.event, label="Esimerkkivieraat")
    seen = world.rpc.call("events.invited_event", {"code": made["code"].upper()})
    assert seen["id"] == people.event
    assert people.sign_up("a", code=made["code"])["state"] == "confirmed"
    (listed,) = people.organiser("invitations", event=people.event)
    assert (listed["used"], listed["label"]) == (1, "Esimerkkivieraat")
    assert "code" not in listed
    assert people.organiser("sign_ups", id=people.event)[0]["code"] == made["id"]


def test_without_a_good_code_nobody_learns_that_there_is_an_event(world: World, secret: bytes) -> None:
    people, other = invited_only(world, secret), invited_only(world, secret)
    foreign = other.organiser("make_invitation", event=other.event)["code"]
    gone = people.organiser("make_invitation", event=people.event)
    people.organiser("revoke_invitation", id=gone["id"])
    answers = set()
    for event in (people.event, "evt_01kahp5v3mf0gt8zqk4c2w7x9e"):
        for code in (foreign, gone["code"], "0000-0000-0000-0000", None):
            arguments = {"event": event, "name": "Esimerkki", "email": "x@example.org", "code": code}
            with pytest.raises(errors.NotFound) as caught:
                world.rpc.call("events.sign_up", arguments)
            answers.add(caught.value.message.replace(event, ""))
    assert len(answers) == 1
    with pytest.raises(errors.NotFound):
        world.rpc.call("events.invited_event", {"code": gone["code"]})


def test_each_use_of_a_code_counts_once_whoever_comes_at_once(world: World, secret: bytes) -> None:
    people = People(world, secret, admission={"by_code": True})
    made = people.organiser("make_invitation", event=people.event, most=3)
    with pytest.raises(errors.Invalid) as missing:
        people.sign_up("nobody")
    assert missing.value.details["errors"][0]["field"] == "code"

    def come(number: int) -> str:
        try:
            return str(people.sign_up(f"p{number}", code=made["code"])["state"])
        except errors.Invalid as refusal:
            return str(refusal.details["errors"][0]["field"])

    with ThreadPoolExecutor(8) as crowd:
        came = sorted(crowd.map(come, range(8)))
    assert came == ["code"] * 5 + ["confirmed"] * 3
    assert people.organiser("invitations", event=people.event)[0]["used"] == 3


def test_a_code_is_kept_nowhere(world: World, secret: bytes, database: Any) -> None:
    people = People(world, secret, admission={"by_code": True})
    code = people.organiser("make_invitation", event=people.event)["code"]
    people.sign_up("a", code=code)
    for name in database.list_collection_names():
        assert not [found for found in database[name].find() if code in repr(found)], name


# asking again after postponing


def postpone(people: People, days: int = 60) -> Any:
    begins = datetime.now(UTC) + timedelta(days=days)
    moved = {"begins": format_time(begins), "ends": format_time(begins + timedelta(hours=3))}
    return people.organiser("postpone_event", id=people.event, **moved)


def test_after_postponing_those_with_a_seat_are_asked_once_and_keep_it(
    world: World, secret: bytes, facts: Facts
) -> None:
    people = People(world, secret, capacity=2)
    for who in "abc":
        people.sign_up(who)
    postpone(people)
    for who in "ab":
        facts.wait_for("events.sign_up.asked", lambda fact, who=who: fact.subject == people.ids[who])  # type: ignore[misc]
    people.by_link("accept_seat", "a")
    people.by_link("accept_seat", "a")
    people.by_link("cancel_sign_up", "b")
    facts.wait_for("events.sign_up.promoted", lambda fact: fact.subject == people.ids["c"])
    listed = {one["email"][0]: one for one in people.organiser("sign_ups", id=people.event)}
    assert {who: (one["state"], one["comes_again"]) for who, one in listed.items()} == {
        "a": ("confirmed", True),
        "b": ("cancelled", False),
        "c": ("confirmed", False),
    }
    assert listed["a"]["asked_again"]
    assert listed["c"]["asked_again"] is None, "who comes in afterwards knows the new dates"
    assert len(facts.of("events.sign_up.asked", people.ids["a"])) == 1
    assert len(facts.of("events.sign_up.kept", people.ids["a"])) == 1


def test_each_postponement_asks_anew(world: World, secret: bytes, facts: Facts) -> None:
    people = People(world, secret)
    people.sign_up("a")
    postpone(people, 60)
    facts.wait_for("events.sign_up.asked", lambda fact: fact.subject == people.ids["a"])
    people.by_link("accept_seat", "a")
    postpone(people, 70)
    until(lambda: len(facts.of("events.sign_up.asked", people.ids["a"])) == 2, says="asked a second time")
    assert people.by_link("own_sign_up", "a")["comes_again"] is False
