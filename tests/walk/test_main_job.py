"""The main job of a node, by its HTTP API and its mails alone (the six points of what it is for)."""

import re
import threading
from collections.abc import Iterator
from email.message import EmailMessage
from typing import Any

import httpx
import icalendar
import pytest
from standardwebhooks import Webhook

from services.contracts.principal import OPERATOR
from tests.harness import until
from tests.harness.mailserver import calendar_of, text_of
from tests.harness.receiver import Receiver
from tests.harness.whole import WholeNode

SEMINAR = {
    "title": {"fi": "Esimerkkiseminaari", "sv": "Exempelseminarium", "en": "Example seminar"},
    "begins": "2090-05-04T09:00:00+03:00",
    "ends": "2090-05-04T12:00:00+03:00",
    "place": {"name": "Outokumpu", "region": "FI1DC"},
    "themes": ["side_streams"],
}


def made(response: httpx.Response, status: int = 201) -> dict[str, Any]:
    assert response.status_code == status, response.text
    record: dict[str, Any] = response.json()
    return record


def link_in(mail: EmailMessage, words: str) -> str:
    found = re.search(rf"http\S*/{words}/\S+", text_of(mail))
    assert found is not None, text_of(mail)
    return found.group()


@pytest.fixture(scope="module")
def organisation(coordinator: httpx.Client) -> dict[str, Any]:
    body = {
        "name": {"fi": "GTK Mintec", "en": "GTK Mintec"},
        "kind": "research",
        "regions": ["FI1DC"],
        "places": ["Outokumpu"],
        "competences": ["side_streams.research"],
    }
    return made(coordinator.post("/organisations", json=body))


@pytest.fixture(scope="module")
def consortium(coordinator: httpx.Client, organisation: dict[str, Any]) -> dict[str, Any]:
    body = {"name": {"fi": "Outokumpu Mining Hub"}, "kind": "cluster", "regions": ["FI1DC"]}
    founded = made(coordinator.post("/consortia", json=body))
    member = {"organisation": organisation["id"], "role": "lead", "agreed": True, "since": "2023-06-01"}
    made(coordinator.post(f"/consortia/{founded['id']}/members", json=member))
    return founded


@pytest.fixture(scope="module")
def partner(whole: WholeNode, organisation: dict[str, Any]) -> Iterator[httpx.Client]:
    """A partner who signed in by the link in the mail."""
    whole.person("kumppani@example.org", "partner", organisation["id"])
    with whole.client(Origin=whole.url) as client:
        assert client.post("/sign-in", json={"email": "kumppani@example.org"}).status_code == 202
        link = link_in(whole.mails.wait_for("kumppani@example.org"), "sign-in")
        assert client.post(link).status_code == 303
        assert client.get("/me").json()["email"] == "kumppani@example.org"
        yield client


@pytest.fixture(scope="module")
def subscriber(whole: WholeNode, visitor: httpx.Client) -> str:
    address = "tilaaja@example.org"
    wishes = {"email": address, "language": "sv", "filter": {"regions": ["FI1DC"]}}
    assert visitor.post("/subscriptions", json=wishes).status_code == 202
    link = link_in(whole.mails.wait_for(address), "confirm")
    assert visitor.post(link).status_code == 200
    return address


def mail_about(whole: WholeNode, address: str, words: str) -> EmailMessage:
    return whole.mails.wait_for(address, lambda mail: words in str(mail["subject"]))


def test_organisations_are_added_one_by_one_and_as_csv_and_found(
    coordinator: httpx.Client, visitor: httpx.Client, organisation: dict[str, Any]
) -> None:
    rows = [
        "name_fi;kind;regions;y-tunnus",
        "Esimerkki Oy;company;FI1DC;2077474-0",
        "Toinen Oy;company;FI1DC;2069746-9",
    ]
    csv = "\n".join(rows)
    report = made(
        coordinator.post(
            "/organisations/import", params={"region": "FI1DC"}, content=csv, headers={"Content-Type": "text/csv"}
        ),
        200,
    )
    assert (report["added"], report["refused"]) == (1, 1)

    def found(**wanted: str) -> list[str]:
        return [one["name"]["fi"] for one in visitor.get("/organisations", params=wanted).json()["items"]]

    until(lambda: found(q="esimerkki") == ["Esimerkki Oy"], says="the import is found")
    assert found(competence="side_streams.research") == ["GTK Mintec"]
    assert found(region="FI1D7") == []
    assert found(kind="research", q="outokumpu") == ["GTK Mintec"]


def test_a_published_seminar_reaches_the_subscriber_in_her_language_with_its_calendar_file(
    whole: WholeNode, partner: httpx.Client, visitor: httpx.Client, organisation: dict[str, Any], subscriber: str
) -> None:
    organiser = {"kind": "organisation", "id": organisation["id"]}
    draft = made(partner.post("/events", json={**SEMINAR, "organiser": organiser, "capacity": 1}))
    assert visitor.get(f"/events/{draft['id']}").status_code == 404
    event = made(partner.post(f"/events/{draft['id']}/publish", headers={"X-Request-ID": "walk-correlation"}), 200)
    assert visitor.get(f"/events/{event['id']}").json()["state"] == "published"
    mail = mail_about(whole, subscriber, "Exempelseminarium")
    method, calendar = calendar_of(mail)
    assert method == "PUBLISH"
    (component,) = icalendar.Calendar.from_ical(calendar).walk("VEVENT")
    assert str(component["UID"]) == f"{event['id']}@pohjois-karjala"
    assert mail["List-Unsubscribe-Post"] == "List-Unsubscribe=One-Click"

    changed = {"place": {"name": "Joensuu", "region": "FI1DC"}}
    etag = visitor.get(f"/events/{event['id']}").headers["ETag"]
    made(partner.patch(f"/events/{event['id']}", json=changed, headers={"If-Match": etag}), 200)
    whole.mails.wait_for(subscriber, lambda mail: "Joensuu" in text_of(mail))
    stale = partner.patch(f"/events/{event['id']}", json=changed, headers={"If-Match": etag})
    assert stale.status_code == 412

    first = made(visitor.post(f"/events/{event['id']}/sign-ups", json={"name": "Esimerkki", "email": "a@example.org"}))
    second = made(visitor.post(f"/events/{event['id']}/sign-ups", json={"name": "Exempel", "email": "b@example.org"}))
    assert (first["state"], second["state"]) == ("confirmed", "waiting")
    link = link_in(whole.mails.wait_for("a@example.org"), "sign-up")
    assert visitor.get(link).status_code == 200
    people = partner.get(f"/events/{event['id']}/sign-ups").json()["items"]
    assert [one["state"] for one in people] == ["confirmed", "waiting"]
    assert visitor.post(link).status_code == 200
    people = partner.get(f"/events/{event['id']}/sign-ups").json()["items"]
    assert [one["state"] for one in people] == ["cancelled", "confirmed"]

    made(partner.post(f"/events/{event['id']}/cancel", json={"reason": {"sv": "Exempel: inställt"}}), 200)
    cancelled = whole.mails.wait_for(subscriber, lambda mail: "Exempel: inställt" in text_of(mail))
    assert calendar_of(cancelled)[0] == "CANCEL"
    until(lambda: len(whole.mails.to("b@example.org")) == 3, says="waiting, then a place, then cancelled")


def test_one_correlation_id_leads_from_the_request_to_the_last_delivery(
    whole: WholeNode,
) -> None:
    """After the test above, whose publishing request had an X-Request-ID of its own."""
    for part, event in (("gateway", "request"), ("events", "done"), ("courier", "sent")):

        def logged(part: str = part, event: str = event) -> bool:
            return any(
                line.get("correlation_id") == "walk-correlation" and line.get("event") == event
                for line in whole.logs(part)
            )

        until(logged, says=f"{part} logs {event!r} with the request's id")


def test_news_reach_a_member_by_mail_and_its_system_by_a_signed_webhook_and_nobody_else(
    whole: WholeNode,
    coordinator: httpx.Client,
    partner: httpx.Client,
    visitor: httpx.Client,
    consortium: dict[str, Any],
    subscriber: str,
) -> None:
    receiver = Receiver()
    wishes = {"filter": {"consortia": [consortium["id"]]}, "language": "fi"}
    made(partner.post("/subscriptions", json=wishes))
    registered = made(partner.post("/webhooks", json={**wishes, "url": f"{receiver.url}/hook"}))
    news = {
        "target": {"kind": "consortium", "id": consortium["id"]},
        "title": {"fi": "Esimerkkiuutinen jäsenille"},
        "body": {"fi": "Vain jäsenille."},
        "audience": "members",
    }
    posted = made(coordinator.post("/news", json=news))
    mail_about(whole, "kumppani@example.org", "Esimerkkiuutinen")
    call = until(lambda: receiver.got and receiver.got[0], says="the webhook is called")
    payload = Webhook(registered["secret"]).verify(call.body, call.headers)
    assert payload["subject"] == posted["id"]
    assert visitor.get(f"/news/{posted['id']}").status_code == 404
    assert not [mail for mail in whole.mails.to(subscriber) if "Esimerkkiuutinen" in str(mail["subject"])]
    receiver.stop()


def test_one_click_ends_the_subscription_at_once(
    whole: WholeNode, coordinator: httpx.Client, visitor: httpx.Client
) -> None:
    address = "lopettaja@example.org"
    assert visitor.post("/subscriptions", json={"email": address, "filter": {"themes": ["funding"]}}).status_code == 202
    visitor.post(link_in(whole.mails.wait_for(address), "confirm"))
    mine = {**SEMINAR, "organiser": {"kind": "region", "id": "FI1DC"}, "themes": ["funding"]}
    first = made(coordinator.post("/events", json=mine))
    made(coordinator.post(f"/events/{first['id']}/publish"), 200)
    mail = mail_about(whole, address, "Esimerkkiseminaari")
    link = str(mail["List-Unsubscribe"]).strip("<>")
    assert visitor.post(link, data={"List-Unsubscribe": "One-Click"}).status_code == 200
    until(lambda: visitor.get(link).status_code in (200, 404), says="the page still opens")
    witness = "todistaja@example.org"
    assert visitor.post("/subscriptions", json={"email": witness, "filter": {"themes": ["funding"]}}).status_code == 202
    visitor.post(link_in(whole.mails.wait_for(witness), "confirm"))
    second = made(coordinator.post("/events", json={**mine, "title": {"fi": "Toinen esimerkki"}}))
    made(coordinator.post(f"/events/{second['id']}/publish"), 200)
    mail_about(whole, witness, "Toinen esimerkki")
    assert len(whole.mails.to(address)) == 2


def test_the_calendar_comes_as_icalendar_atom_and_live_with_replay(
    whole: WholeNode, coordinator: httpx.Client, visitor: httpx.Client
) -> None:
    mine = {**SEMINAR, "organiser": {"kind": "region", "id": "FI1DC"}, "title": {"fi": "Esimerkki suorana"}}
    draft = made(coordinator.post("/events", json=mine))
    lines: list[str] = []

    def listen() -> None:
        with visitor.stream("GET", "/events/stream", params={"region": "FI1DC"}, timeout=20) as stream:
            for line in stream.iter_lines():
                lines.append(line)
                if "Esimerkki suorana" in line:
                    return

    listener = threading.Thread(target=listen)
    listener.start()
    until(lambda: lines, says="the stream is open")
    made(coordinator.post(f"/events/{draft['id']}/publish"), 200)
    listener.join(20)
    assert any("Esimerkki suorana" in line for line in lines)
    last = next(line.removeprefix("id:").strip() for line in reversed(lines) if line.startswith("id:"))
    with visitor.stream("GET", "/events/stream", headers={"Last-Event-ID": str(int(last) - 1)}, timeout=20) as stream:
        assert any("Esimerkki suorana" in line for line in _until_data(stream))
    assert "Esimerkki suorana" in visitor.get("/events.ics", params={"region": "FI1DC"}).text
    assert "Esimerkki suorana" not in visitor.get("/events.ics", params={"region": "FI1D7"}).text
    assert "Esimerkki suorana" in visitor.get("/events.atom", params={"theme": "side_streams"}).text


def _until_data(stream: httpx.Response) -> list[str]:
    lines = []
    for line in stream.iter_lines():
        lines.append(line)
        if line.startswith("data:"):
            break
    return lines


def test_the_node_says_that_all_its_parts_are_ready(whole: WholeNode) -> None:
    answer = until(lambda: _ready(whole), says="all parts are heard")
    assert {part["part"] for part in answer["parts"]} >= {"actors", "events", "consortium", "notifications", "relay"}
    letters = [whole.rpc.call(f"{service}.dead_letters", principal=OPERATOR) for service in ("events", "notifications")]
    assert letters == [[], []]


def _ready(whole: WholeNode) -> dict[str, Any] | None:
    answer = httpx.get(f"{whole.url}/readyz")
    return answer.json() if answer.status_code == 200 else None


def test_no_log_holds_an_address_or_the_token_of_a_link(whole: WholeNode) -> None:
    """After all of the above, in the logs of all parts: who did what stands there by references alone."""
    logs = {part.name: part.log.read_text(errors="replace") for part in whole.node.parts}
    assert all(logs.values())
    address = re.compile(r"[\w.+-]+@example\.org", re.IGNORECASE)
    token = re.compile(r"\b(?:sgn|sub|sgi|dtr)_[0-9a-z]{26}\.[\w-]{20,}")
    assert {name: found[:3] for name, log in logs.items() if (found := address.findall(log) + token.findall(log))} == {}
