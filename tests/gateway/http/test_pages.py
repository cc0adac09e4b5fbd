"""The pages that mails lead to: looking changes nothing, pressing the button acts, in the reader's language."""

import re
from html.parser import HTMLParser
from typing import Any

import httpx
import pytest

from services.contracts import errors, identifiers
from tests.gateway.http import records
from tests.gateway.http.responder import Responder
from tests.gateway.http.serving import GatewayProcess, ReadModel, credential

HTML = {"Accept": "text/html,*/*;q=0.8"}


class Page(HTMLParser):
    """What of a page the tests look at."""

    def __init__(self, answer: httpx.Response) -> None:
        super().__init__()
        self.elements: list[tuple[str, dict[str, str | None]]] = []
        self.feed(answer.text)

    def handle_starttag(self, tag: str, attributes: list[tuple[str, str | None]]) -> None:
        self.elements.append((tag, dict(attributes)))

    def all(self, tag: str) -> list[dict[str, str | None]]:
        return [attributes for name, attributes in self.elements if name == tag]


def sound(answer: httpx.Response, language: str) -> Page:
    """Checks what every page must have."""
    page = Page(answer)
    assert answer.headers["Content-Type"] == "text/html; charset=utf-8"
    assert page.all("html")[0]["lang"] == language
    assert len(page.all("h1")) == 1
    assert len(page.all("main")) == 1
    assert page.all("a")[0]["href"] == "#content", "the first link skips to the content"
    assert page.all("title")
    assert not page.all("script")
    assert not any("style" in attributes or "onclick" in attributes for _, attributes in page.elements)
    labelled = {label["for"] for label in page.all("label")}
    fields = [*page.all("input"), *page.all("select"), *page.all("textarea")]
    assert all(field["id"] in labelled for field in fields if field.get("type") != "hidden")
    identities = [attributes["id"] for _, attributes in page.elements if "id" in attributes]
    assert len(identities) == len(set(identities))
    policy = answer.headers["Content-Security-Policy"]
    assert "default-src 'none'" in policy
    assert "script-src" not in policy
    assert "unsafe" not in policy
    assert answer.headers["Content-Language"] == language
    return page


@pytest.mark.parametrize("language", ["fi", "sv", "en"])
def test_looking_at_the_link_of_a_mail_calls_no_command(
    gateway: GatewayProcess, services: Responder, language: str
) -> None:
    event = records.event()
    services.answer("notifications.own_subscription", records.subscription())
    services.answer(
        "events.own_sign_up",
        {"id": "sgn_1", "event": event["id"], "state": "waiting", "name": "N. N.", "email": "n@example.org",
         "language": language, "position": 3, "event_record": event},
    )  # fmt: skip
    client = gateway.client()
    for path in ("confirm", "subscription", "unsubscribe", "sign-up", "sign-in"):
        answer = client.get(f"/{language}/{path}/token", headers=HTML)
        assert answer.status_code == 200, (path, answer.text)
        page = sound(answer, language)
        assert answer.headers["Cache-Control"] == "no-store"
        assert answer.headers["X-Robots-Tag"] == "noindex"
        assert any((form.get("method") or "").lower() == "post" for form in page.all("form")), path
        assert client.head(f"/{language}/{path}/token").status_code == 200
    assert {call.id for call in services.calls} == {None}


def test_pressing_confirm_starts_the_subscription(gateway: GatewayProcess, services: Responder) -> None:
    services.answer("notifications.confirm", records.subscription("active"))
    answer = gateway.client().post("/fi/confirm/the-token", headers=HTML)
    sound(answer, "fi")
    assert "Tilaus on vahvistettu" in answer.text
    call = services.last("confirm")
    assert call.arguments == {"token": "the-token"}
    assert call.id


DONE = {
    "confirm": ("Tilaus on vahvistettu", "Prenumerationen är bekräftad", "The subscription is confirmed"),
    "unsubscribe": ("Tilaus on lopetettu", "Prenumerationen är avslutad", "The subscription has ended"),
    "subscription": ("Tilausta on muutettu", "Prenumerationen är ändrad", "The subscription is changed"),
    "sign-up": ("Ilmoittautuminen on peruttu", "Anmälan är avbokad", "The sign-up is cancelled"),
}


@pytest.mark.parametrize(
    ("path", "language", "heading"),
    [(path, *pair) for path, headings in DONE.items() for pair in zip(("fi", "sv", "en"), headings, strict=True)],
)
def test_heading_and_title_say_what_was_done_and_only_then(
    gateway: GatewayProcess, services: Responder, path: str, language: str, heading: str
) -> None:
    event = records.event()
    sign_up = {"id": "sgn_1", "event": event["id"], "name": "N. N.", "email": "n@example.org", "language": "fi"}
    sign_up |= {"state": "confirmed", "position": None, "event_record": event}
    services.answer("events.own_sign_up", lambda _: dict(sign_up))
    services.answer("events.cancel_sign_up", lambda _: sign_up.update(state="cancelled"))
    before = records.subscription("active" if path != "confirm" else "pending")
    services.answer("notifications.own_subscription", before)
    for call, state in (("confirm", "active"), ("unsubscribe", "ended"), ("manage", "active")):
        services.answer(f"notifications.{call}", records.subscription(state))

    client = gateway.client()
    asked = client.get(f"/{language}/{path}/t").text
    done = client.post(f"/{language}/{path}/t", data={"language": language, "themes": ["funding"]}).text

    assert f"<h1>{heading}</h1>" in done
    assert f"<title>{heading} – " in done
    assert f"<h1>{heading}</h1>" not in asked
    assert f"<title>{heading} – " not in asked


@pytest.mark.parametrize(
    ("body", "headers"),
    [
        (b"List-Unsubscribe=One-Click", {"Content-Type": "application/x-www-form-urlencoded"}),
        (
            b'--b\r\nContent-Disposition: form-data; name="List-Unsubscribe"\r\n\r\nOne-Click\r\n--b--\r\n',
            {"Content-Type": "multipart/form-data; boundary=b"},
        ),
        (b"", {}),
    ],
    ids=["form", "multipart", "button"],
)
def test_one_click_unsubscribes_without_session_origin_or_redirect(
    gateway: GatewayProcess, services: Responder, body: bytes, headers: dict[str, str]
) -> None:
    services.answer("notifications.unsubscribe", records.subscription("ended"))
    answer = gateway.client().post("/sv/unsubscribe/the-token", content=body, headers=headers)
    assert answer.status_code == 200
    assert services.last("unsubscribe").arguments == {"token": "the-token"}
    sound(answer, "sv")
    assert "Prenumerationen är avslutad" in answer.text


def test_a_one_click_that_could_not_be_carried_out_does_not_report_success(
    gateway: GatewayProcess, services: Responder
) -> None:
    services.answer("notifications.unsubscribe", errors.StoreAway("Unknown."))
    assert gateway.client().post("/fi/unsubscribe/t", content=b"List-Unsubscribe=One-Click").status_code == 503


def test_a_subscription_is_changed_by_its_form(gateway: GatewayProcess, services: Responder) -> None:
    seen = records.subscription("active")
    services.answer("notifications.own_subscription", seen)
    services.answer("notifications.manage", {**seen, "language": "sv"})
    client = gateway.client()
    page = sound(client.get("/fi/subscription/t"), "fi")
    ticked = [box["value"] for box in page.all("input") if "checked" in box]
    assert ticked == ["FI1DC", "side_streams"]
    answer = client.post("/fi/subscription/t", data={"language": "sv", "themes": ["training", "funding"]})
    assert "Muutokset on tallennettu" in answer.text
    sent = services.last("manage").arguments
    assert sent["language"] == "sv"
    assert sent["filter"]["themes"] == ["training", "funding"]
    assert sent["filter"]["regions"] == []


def test_a_form_with_nothing_chosen_says_what_to_do(gateway: GatewayProcess, services: Responder) -> None:
    services.answer("notifications.own_subscription", records.subscription("active"))
    answer = gateway.client().post("/en/subscription/t", data={"language": "en"})
    assert answer.status_code == 422
    sound(answer, "en")
    assert "Choose at least one region" in answer.text


@pytest.mark.parametrize("path", ["confirm", "subscription", "unsubscribe", "sign-up"])
def test_a_link_that_is_over_says_so(gateway: GatewayProcess, services: Responder, path: str) -> None:
    for method in ("notifications.own_subscription", "events.own_sign_up"):
        services.answer(method, errors.NotFound("No such token."))
    answer = gateway.client().get(f"/en/{path}/old", headers=HTML)
    assert answer.status_code == 410
    sound(answer, "en")
    assert "no longer valid" in answer.text


def test_a_sign_up_is_cancelled_by_its_button(gateway: GatewayProcess, services: Responder) -> None:
    event = records.event()
    seen = {
        "id": "sgn_1",
        "event": event["id"],
        "state": "confirmed",
        "name": "<b>N. N.</b>",
        "email": "n@example.org",
        "language": "fi",
        "position": None,
        "event_record": event,
    }
    services.answer("events.own_sign_up", lambda _: dict(seen))

    def cancel(_: object) -> dict[str, Any]:
        seen["state"] = "cancelled"
        return {"id": "sgn_1", "event": event["id"], "state": "cancelled"}

    services.answer("events.cancel_sign_up", cancel)
    client = gateway.client()
    page = client.get("/fi/sign-up/t")
    assert "Sinulla on paikka" in page.text
    assert "<b>N. N.</b>" not in page.text
    answer = client.post("/fi/sign-up/t")
    sound(answer, "fi")
    assert "Ilmoittautuminen on peruttu" in answer.text
    assert services.last("cancel_sign_up").arguments == {"token": "t"}


def test_a_sign_in_link_opens_a_session_from_our_own_page_alone(
    gateway: GatewayProcess, services: Responder, read_model: ReadModel
) -> None:
    secret = f"secret-{identifiers.new_id('ses')}"
    opened = credential("session", secret, "open")
    read_model.show(opened)
    services.answer("actors.open_session", {"session": opened.data, "secret": secret})
    client = gateway.client()
    foreign = client.post("/fi/sign-in/t", headers={"Origin": "https://evil.example"})
    assert foreign.status_code == 403
    assert services.calls == []
    answer = client.post("/fi/sign-in/t", headers={"Origin": gateway.url})
    assert answer.status_code == 303
    assert answer.headers["Location"] == "/fi/"
    assert f"malmi_session={secret}" in answer.headers["Set-Cookie"]
    front = client.get("/fi/")
    assert "Kirjaudu ulos" in front.text
    closed = records.fact("actors.session.closed", opened.data | {"state": "closed", "version": 2}, "node")
    services.answer("actors.close_session", lambda _: [read_model.show(closed), closed.data][1])
    assert client.post("/fi/sign-out", headers={"Origin": gateway.url}).status_code == 303
    assert "Kirjaudu ulos" not in client.get("/fi/").text


def test_the_front_page_shows_what_comes_and_subscribes(
    gateway: GatewayProcess, services: Responder, read_model: ReadModel
) -> None:
    event, news = records.event(), records.news()
    read_model.show(records.fact("events.event.published", event), records.fact("consortium.news.posted", news))
    services.answer("notifications.subscribe", None)
    client = gateway.client()
    for language in ("fi", "sv", "en"):
        answer = client.get(f"/{language}/")
        page = sound(answer, language)
        assert f"/{language}/events/{event['id']}" in [link["href"] for link in page.all("a")]
        assert f"/{language}/news/{news['id']}" in [link["href"] for link in page.all("a")]
    form = {"email": "lukija@example.org", "language": "sv", "regions": ["FI1DC"], "everything": ""}
    answer = client.post("/sv/", data=form)
    assert "Se din e-post" in answer.text
    sent = services.last("subscribe").arguments
    assert sent["email"] == "lukija@example.org"
    assert sent["language"] == "sv"
    assert sent["filter"]["regions"] == ["FI1DC"]
    wrong = client.post("/sv/", data={"email": "lukija", "language": "sv", "regions": ["FI1DC"]})
    assert wrong.status_code == 422
    page = sound(wrong, "sv")
    email = next(field for field in page.all("input") if field.get("name") == "email")
    assert email["aria-invalid"] == "true"
    assert email["value"] == "lukija"
    assert next(box for box in page.all("input") if box.get("value") == "FI1DC").get("checked", "no") is None


def test_an_event_is_shown_in_the_readers_language_and_its_own_zone(
    gateway: GatewayProcess, read_model: ReadModel
) -> None:
    event = records.event(
        begins="2027-03-28T09:00:00.000Z",
        ends="2027-03-28T12:30:00.000Z",
        sign_up_closes=None,
        title={"fi": "Kelloseminaari (esimerkki)", "en": "Clock seminar (example)"},
    )
    read_model.show(records.fact("events.event.published", event))
    client = gateway.client()
    finnish = client.get(f"/fi/events/{event['id']}")
    page = sound(finnish, "fi")
    assert "su 28.3.2027 klo 12.00–15.30" in finnish.text
    assert "Itä-Euroopan kesäaika" in finnish.text
    assert "&lt;kappale&gt;" in finnish.text
    assert f"/api/v1/events/{event['id']}.ics" in [link["href"] for link in page.all("a")]
    swedish = client.get(f"/sv/events/{event['id']}").text
    assert "sön 28.3.2027 kl. 12.00–15.30" in swedish
    assert re.search(r'<h1><span lang="fi">Kelloseminaari', swedish), "a text in another language says so"
    assert "Sun 28 March 2027, 12:00–15:30" in client.get(f"/en/events/{event['id']}").text


def test_a_cancelled_event_says_so_and_takes_no_sign_ups(gateway: GatewayProcess, read_model: ReadModel) -> None:
    event = records.event(state="cancelled", cancellation={"fi": "Lumimyrsky."})
    read_model.show(records.fact("events.event.cancelled", event))
    answer = gateway.client().get(f"/fi/events/{event['id']}")
    page = sound(answer, "fi")
    assert "Tapahtuma on peruttu" in answer.text
    assert "Lumimyrsky." in answer.text
    assert not page.all("input")


def test_a_visitor_signs_up_on_the_events_page(
    gateway: GatewayProcess, services: Responder, read_model: ReadModel
) -> None:
    event = records.event()
    read_model.show(records.fact("events.event.published", event))
    services.answer("events.sign_up", {"id": "sgn_1", "event": event["id"], "state": "waiting"})
    client = gateway.client()
    address = f"/fi/events/{event['id']}"
    wrong = client.post(address, data={"name": "", "email": "x"})
    assert wrong.status_code == 422
    page = sound(wrong, "fi")
    assert [field["name"] for field in page.all("input") if "aria-invalid" in field] == ["name", "email"]
    answer = client.post(address, data={"name": "N. N.", "email": "n@example.org"})
    assert "Olet jonossa" in answer.text
    assert services.last("sign_up").arguments == {
        "event": event["id"],
        "name": "N. N.",
        "email": "n@example.org",
        "language": "fi",
    }
    services.answer("events.sign_up", errors.Conflict("Sign-up has closed."))
    closed = client.post(address, data={"name": "N. N.", "email": "n@example.org"})
    assert closed.status_code == 409
    assert "ei voi juuri nyt ilmoittautua" in closed.text


def test_news_is_a_page(gateway: GatewayProcess, read_model: ReadModel) -> None:
    news = records.news()
    read_model.show(records.fact("consortium.news.posted", news))
    answer = gateway.client().get(f"/en/news/{news['id']}")
    sound(answer, "en")
    assert "Ensimmäinen rivi<br>toinen rivi." in answer.text
    assert gateway.client().get(f"/en/news/{identifiers.new_id('nws')}", headers=HTML).status_code == 404


def test_the_language_switch_leads_to_the_same_page(gateway: GatewayProcess, read_model: ReadModel) -> None:
    event = records.event()
    read_model.show(records.fact("events.event.published", event))
    page = sound(gateway.client().get(f"/fi/events/{event['id']}"), "fi")
    switches = {
        link["href"]: link["lang"] for link in page.all("a") if link.get("hreflang") in ("sv", "en") and "lang" in link
    }
    assert switches == {f"/sv/events/{event['id']}": "sv", f"/en/events/{event['id']}": "en"}


@pytest.mark.parametrize(
    ("accepted", "language"), [("sv-FI,sv;q=0.9", "sv"), ("de,en;q=0.5", "en"), ("de", "fi"), ("", "fi")]
)
def test_the_root_leads_to_the_language_that_the_browser_asks_for(
    gateway: GatewayProcess, accepted: str, language: str
) -> None:
    answer = gateway.client().get("/", headers={"Accept-Language": accepted})
    assert answer.status_code == 302
    assert answer.headers["Location"] == f"/{language}/"


def test_there_are_no_pages_in_an_unknown_language(gateway: GatewayProcess) -> None:
    assert gateway.client().get("/de/", headers=HTML).status_code == 404


def test_asking_for_a_sign_in_link_by_form(gateway: GatewayProcess, services: Responder) -> None:
    services.answer("actors.request_sign_in", None)
    client = gateway.client()
    sound(client.get("/sv/sign-in"), "sv")
    assert "Om adressen har ett konto" in client.post("/sv/sign-in", data={"email": "a@example.org"}).text
    assert client.post("/sv/sign-in", data={"email": "a"}).status_code == 422
