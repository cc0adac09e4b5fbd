"""Postponing, series, co-hosts, clashes and free dates by HTTP: what is sent on, what comes back, what is refused."""

from typing import Any

import pytest

from services.contracts import errors, identifiers
from tests.gateway.http import records
from tests.gateway.http.responder import Responder
from tests.gateway.http.serving import GatewayProcess

EVENT = identifiers.new_id(identifiers.EVENT)
HOST = {"kind": "organisation", "id": identifiers.new_id(identifiers.ORGANISATION)}
DATES = {"begins": "2027-05-10T06:00:00.000Z", "ends": "2027-05-10T09:00:00.000Z"}
CLASH = {
    "severity": "hard",
    "kind": "event",
    "id": EVENT,
    "home": records.HOME,
    "state": "published",
    "title": {"fi": "Esimerkki"},
    **DATES,
    "time_zone": "Europe/Helsinki",
    "first_day": "2027-05-10",
    "last_day": "2027-05-10",
    "days": 0,
    "overlaps": True,
    "themes": [],
    "regions": ["FI1DC"],
    "reasons": [],
}


def test_clashes_are_asked_by_an_event_or_by_a_proposal(gateway: GatewayProcess, services: Responder) -> None:
    services.answer("events.clashes", [CLASH])
    by_event = gateway.client().get(f"/api/v1/clashes?event={EVENT}")
    assert (by_event.status_code, by_event.json()) == (200, {"items": [CLASH], "next": None})
    assert services.last("clashes").arguments == {"event": EVENT}
    assert services.last("clashes").id is None, "it is a question, not a command"
    proposal = {"organiser": HOST, **DATES, "themes": ["funding"], "speakers": [{"name": "Esimerkki Puhuja"}]}
    by_proposal = gateway.client().post("/api/v1/clashes", json=proposal)
    assert by_proposal.json()["items"] == [CLASH]
    assert services.last("clashes").arguments == proposal


def test_free_dates_are_asked_for_a_span_of_days(gateway: GatewayProcess, services: Responder) -> None:
    services.answer("events.free_dates", [])
    span = {
        "organiser": HOST,
        "first_day": "2027-05-01",
        "last_day": "2027-05-31",
        "weekdays": [2, 3, 4],
        "minutes": 180,
    }
    answer = gateway.client().post("/api/v1/free-dates", json=span)
    assert answer.status_code == 200, answer.text
    assert services.last("free_dates").arguments == span


@pytest.mark.parametrize(
    ("path", "sent", "pointers"),
    [
        (
            "clashes",
            {"organiser": {"kind": "firm", "id": ""}, "themes": ["gold"]},
            {"/organiser/kind", "/organiser/id", "/themes/0"},
        ),
        (
            "free-dates",
            {"organiser": HOST, "first_day": "1.5.2027", "starts": "9", "weekdays": [0, 8]},
            {"/first_day", "/last_day", "/starts", "/weekdays/0", "/weekdays/1"},
        ),
        (f"events/{EVENT}/postpone", {"begins": "2027-05-10"}, {"/begins", "/ends"}),
        (f"events/{EVENT}/co-hosts", {"organisations": ["gtk"]}, {"/organisations/0"}),
        ("series", {"organiser": HOST, "title": {}}, {"/title"}),
        (
            "events",
            {
                **records.draft_arguments(),
                "attendance": "by phone",
                "sessions": [{"title": {"fi": "x"}, "begins": "later", "ends": None, "speakers": ["p1", "p1"]}],
                "speakers": [{"id": "No Id", "name": ""}],
            },
            {
                "/attendance",
                "/sessions/0/begins",
                "/sessions/0/ends",
                "/sessions/0/speakers",
                "/speakers/0/id",
                "/speakers/0/name",
            },
        ),
    ],
)
def test_what_is_wrong_is_named_before_anything_is_sent(
    gateway: GatewayProcess, services: Responder, path: str, sent: dict[str, Any], pointers: set[str]
) -> None:
    services.calls.clear()
    answer = gateway.client().post(f"/api/v1/{path}", json=sent)
    assert answer.status_code == 422, answer.text
    assert {entry["pointer"] for entry in answer.json()["errors"]} == pointers
    assert services.calls == []


def test_postponing_sends_the_new_dates_and_the_version(gateway: GatewayProcess, services: Responder) -> None:
    services.answer("events.postpone_event", records.draft(identity=EVENT, version=4))
    answer = gateway.client().post(
        f"/api/v1/events/{EVENT}/postpone", json={**DATES, "reason": {"fi": "Esimerkki"}}, headers={"If-Match": '"1-3"'}
    )
    assert answer.status_code == 200
    assert services.last("postpone_event").arguments == {
        "id": EVENT,
        **DATES,
        "reason": {"fi": "Esimerkki"},
        "expected_version": 3,
    }


def test_co_hosts_are_asked_listed_answered_and_dropped(gateway: GatewayProcess, services: Responder) -> None:
    organisation = identifiers.new_id(identifiers.ORGANISATION)
    asked = records.record(
        identifiers.CO_HOST, state="asked", event=EVENT, organisation=organisation, message={"fi": "Esimerkki"}
    )
    address = f"/api/v1/co-host-requests/{asked['id']}"
    client = gateway.client()
    services.answer("events.ask_co_hosts", [asked])
    answer = client.post(f"/api/v1/events/{EVENT}/co-hosts", json={"organisations": [organisation]})
    assert (answer.status_code, answer.json()["items"]) == (200, [asked])
    assert services.last("ask_co_hosts").arguments == {"event": EVENT, "organisations": [organisation]}
    services.answer("events.co_hosts", [asked])
    assert client.get(f"/api/v1/events/{EVENT}/co-hosts").json()["items"] == [asked]
    services.answer("events.co_host_requests", [asked])
    assert client.get("/api/v1/my/co-host-requests").json()["items"] == [asked]
    services.answer("events.answer_co_host", {**asked, "state": "consented"})
    assert client.post(f"{address}/answer", json={"consent": True}).json()["state"] == "consented"
    services.answer("events.drop_co_host", errors.Conflict("This request is withdrawn already."))
    assert client.delete(address).status_code == 409


def test_a_series_is_answered_with_its_address(gateway: GatewayProcess, services: Responder) -> None:
    made = records.record(
        identifiers.SERIES, state="active", organiser=HOST, title={"fi": "Esimerkki"}, summary={}, themes=[], regions=[]
    )
    services.answer("events.start_series", made)
    answer = gateway.client().post("/api/v1/series", json={"organiser": HOST, "title": {"fi": "Esimerkki"}})
    assert (answer.status_code, answer.headers["Location"]) == (201, f"/api/v1/series/{made['id']}")
