"""Pages for how one gets a seat: the form asks what the event asks, one's own sign-up is changed, taken, declined."""

from typing import Any

import pytest

from services.contracts import errors
from tests.gateway.http import records
from tests.gateway.http.responder import Responder
from tests.gateway.http.serving import GatewayProcess, ReadModel
from tests.gateway.http.test_pages import HTML, sound

ADMISSION = {
    "group_most": 4,
    "approval": True,
    "by_code": True,
    "offer_hours": None,
    "questions": [
        {
            "id": "lunch",
            "text": {"fi": "Lounas", "en": "Lunch"},
            "kind": "choice",
            "choices": [{"id": "fish", "text": {"fi": "Kala"}}, {"id": "veg", "text": {"fi": "Kasvis"}}],
            "required": True,
        },
        {"id": "diet", "text": {"fi": "Ruokavalio"}, "kind": "text", "choices": [], "required": False},
        {"id": "bus", "text": {"fi": "Bussilla?"}, "kind": "yes_no", "choices": [], "required": False},
        {"id": "why", "text": {"fi": "Miksi tulet?"}, "kind": "long_text", "choices": [], "required": False},
    ],
}
LANGUAGES = ("fi", "sv", "en")


def _own(state: str, **rest: Any) -> dict[str, Any]:
    event = records.event(admission=rest.pop("admission", ADMISSION))
    person = {"id": "sgn_1", "event": event["id"], "name": "N. N.", "email": "n@example.org", "language": "fi"}
    seen = {"state": state, "size": 2, "answers": {"lunch": "veg"}, "position": None, "offered_until": None, "why": ""}
    return {**person, **seen, "reason": {}, "event_record": event, **rest}


@pytest.mark.parametrize("language", LANGUAGES)
def test_the_form_asks_what_the_event_asks(gateway: GatewayProcess, read_model: ReadModel, language: str) -> None:
    event = records.event(admission=ADMISSION)
    read_model.show(records.fact("events.event.published", event))
    page = sound(gateway.client().get(f"/{language}/events/{event['id']}"), language)
    named = [field["name"] for kind in ("input", "select", "textarea") for field in page.all(kind)]
    assert sorted(named) == sorted(
        ["name", "email", "code", "size", "answer-lunch", "answer-diet", "answer-bus", "answer-why"]
    )


def test_what_was_filled_in_is_sent_and_what_is_wrong_is_marked(
    gateway: GatewayProcess, services: Responder, read_model: ReadModel
) -> None:
    event = records.event(admission=ADMISSION)
    read_model.show(records.fact("events.event.published", event))
    services.answer("events.sign_up", {"id": "sgn_1", "event": event["id"], "state": "pending"})
    client, address = gateway.client(), f"/fi/events/{event['id']}"
    filled = {"name": "N. N.", "email": "n@example.org", "code": "ABCD-efgh", "size": "3", "answer-lunch": "fish"}
    answer = client.post(address, data={**filled, "answer-why": "yksi\r\nkaksi"})
    sound(answer, "fi")
    assert "odottaa järjestäjän hyväksyntää" in answer.text
    sent = services.last("sign_up").arguments
    assert (sent["size"], sent["code"]) == (3, "ABCD-efgh")
    assert sent["answers"] == {"lunch": "fish", "diet": "", "bus": "", "why": "yksi\nkaksi"}
    wrongs = [{"field": name, "message": "Not so."} for name in ("size", "code", "answers.diet")]
    services.answer("events.sign_up", errors.Invalid("Not so.", {"errors": wrongs}))
    wrong = client.post(address, data=filled)
    assert wrong.status_code == 422
    page = sound(wrong, "fi")
    marked = [field["name"] for field in page.all("input") if "aria-invalid" in field]
    assert sorted(marked) == ["answer-diet", "code", "size"]
    assert client.post(address, data={**filled, "size": "9" * 5_000}).status_code == 422


@pytest.mark.parametrize("language", LANGUAGES)
@pytest.mark.parametrize("state", ["pending", "waiting", "offered", "confirmed", "cancelled"])
def test_each_state_of_a_sign_up_has_its_page_and_looking_changes_nothing(
    gateway: GatewayProcess, services: Responder, state: str, language: str
) -> None:
    until = records.event()["begins"] if state == "offered" else None
    services.answer("events.own_sign_up", _own(state, offered_until=until, why="expired"))
    page = sound(gateway.client().get(f"/{language}/sign-up/t", headers=HTML), language)
    buttons = sorted(button["value"] for button in page.all("button") if button.get("name") == "do")
    expected = {"offered": ["accept", "change", "decline"], "cancelled": []}
    assert buttons == expected.get(state, ["cancel", "change"])
    assert {call.id for call in services.calls} == {None}


@pytest.mark.parametrize(
    ("do", "call", "state", "says"),
    [
        ("accept", "accept_seat", "confirmed", "Sinulla on paikka"),
        ("decline", "decline_seat", "cancelled", "Ilmoittautuminen on peruttu"),
        ("cancel", "cancel_sign_up", "cancelled", "Kiitos tiedosta"),
        ("change", "change_sign_up", "confirmed", "Muutokset on tallennettu"),
    ],
)
def test_a_button_does_what_it_says(
    gateway: GatewayProcess, services: Responder, do: str, call: str, state: str, says: str
) -> None:
    services.answer(f"events.{call}", {"id": "sgn_1", "event": "evt_1", "state": state})
    services.answer("events.own_sign_up", _own(state))
    answer = gateway.client().post("/fi/sign-up/t", data={"do": do, "size": "1", "answer-lunch": "fish"})
    sound(answer, "fi")
    assert says in answer.text
    sent = services.last(call).arguments
    assert sent["token"] == "t"
    if do == "change":
        assert (sent["size"], sent["answers"]["lunch"]) == (1, "fish")


def test_an_offer_that_is_over_is_said_to_be_over(gateway: GatewayProcess, services: Responder) -> None:
    services.answer("events.accept_seat", errors.Conflict("Over."))
    services.answer("events.own_sign_up", _own("cancelled", why="expired"))
    answer = gateway.client().post("/en/sign-up/t", data={"do": "accept"})
    assert answer.status_code == 409
    sound(answer, "en")
    assert "no longer possible" in answer.text
    assert "not accepted in time" in answer.text


def test_a_group_that_is_too_large_is_marked_on_the_own_page(gateway: GatewayProcess, services: Responder) -> None:
    services.answer(
        "events.change_sign_up",
        errors.Invalid("No.", {"errors": [{"field": "size", "message": "There is room for 0."}]}),
    )
    services.answer("events.own_sign_up", _own("confirmed"))
    answer = gateway.client().post("/sv/sign-up/t", data={"do": "change", "size": "4", "answer-lunch": "veg"})
    assert answer.status_code == 422
    page = sound(answer, "sv")
    assert [field["value"] for field in page.all("input") if "aria-invalid" in field] == ["4"]


def test_who_has_a_seat_finds_the_ticket(gateway: GatewayProcess, services: Responder) -> None:
    services.answer("events.own_sign_up", _own("confirmed", ticket="sgn_1.mac"))
    page = sound(gateway.client().get("/fi/sign-up/t", headers=HTML), "fi")
    assert "/fi/ticket/sgn_1.mac" in [link["href"] for link in page.all("a")]
    services.answer("events.own_sign_up", _own("waiting", ticket=None, position=1))
    page = sound(gateway.client().get("/fi/sign-up/t", headers=HTML), "fi")
    assert not [link for link in page.all("a") if "/ticket/" in link["href"]]


def test_who_is_asked_again_can_say_yes_or_cancel(gateway: GatewayProcess, services: Responder) -> None:
    since = records.event()["created"]
    services.answer("events.own_sign_up", _own("confirmed", asked_again=since, comes_again=False, admission=None))
    page = sound(gateway.client().get("/fi/sign-up/t", headers=HTML), "fi")
    assert [button["value"] for button in page.all("button") if button.get("name") == "do"] == ["accept", "cancel"]


def test_an_invited_event_is_seen_and_signed_up_for_by_its_code(gateway: GatewayProcess, services: Responder) -> None:
    event = records.event(audience={"kind": "invited", "ids": []}, admission=ADMISSION)
    services.answer("events.invited_event", event)
    services.answer("events.sign_up", {"id": "sgn_1", "event": event["id"], "state": "confirmed"})
    client, address = gateway.client(), "/en/invited/7x2m-0k4t-c9ra-e5vh"
    seen = client.get(address, headers=HTML)
    page = sound(seen, "en")
    assert "code" not in [field.get("name") for field in page.all("input")]
    assert seen.headers["Cache-Control"] == "no-store"
    assert seen.headers["X-Robots-Tag"] == "noindex"
    assert ".ics" not in seen.text.partition("<footer>")[0]
    services.answer("events.invited_event", event)
    answer = client.post(address, data={"name": "N. N.", "email": "n@example.org", "size": "1", "answer-lunch": "veg"})
    assert "you have a place" in answer.text
    assert services.last("sign_up").arguments["code"] == "7x2m-0k4t-c9ra-e5vh"
    services.answer("events.invited_event", errors.NotFound("Nothing."))
    assert client.get("/en/invited/0000", headers=HTML).status_code == 410
