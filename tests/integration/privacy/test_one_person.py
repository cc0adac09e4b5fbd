"""One person does everything that leaves a trace; sees it all in one export; erases it; and nothing is left, which the
test looks for by itself."""

import re
import threading
from typing import Any

import httpx
import pytest

from services.contracts.addresses import hash_of
from services.contracts.principal import OPERATOR
from tests.harness import until
from tests.harness.mailserver import text_of
from tests.harness.whole import WholeNode

from .conftest import HOLD, Everything

ADDRESS = "refused-Ässä.O'Henkilo+malmi@example.org"
AS_KEPT = "refused-ässä.o'henkilo+malmi@example.org"
NAME = "Ässä Esimerkkihenkilö"
OTHER = "ei-refused-Ässä.O'Henkilo+malmi@example.org"
"""Somebody else, whose address ends like it."""


def made(answer: httpx.Response, *statuses: int) -> Any:
    assert answer.status_code in (statuses or (200, 201, 202)), answer.text
    return answer.json()


def an_event(coordinator: httpx.Client, title: str, **more: Any) -> str:
    body = {
        "organiser": {"kind": "region", "id": "FI1DC"},
        "title": {"fi": title},
        "begins": "2090-05-04T09:00:00+03:00",
        "ends": "2090-05-04T12:00:00+03:00",
        "place": {"name": "Outokumpu", "region": "FI1DC"},
        "themes": ["side_streams"],
        **more,
    }
    draft = made(coordinator.post("/events", json=body))
    made(coordinator.post(f"/events/{draft['id']}/publish"))
    return str(draft["id"])


def link_in(whole: WholeNode, address: str, page: str) -> str:
    """The newest link to this page that was mailed there."""

    def found() -> str | None:
        links = [re.search(rf"http\S*/{page}/\S+", text_of(mail)) for mail in whole.mails.to(address)]
        return next((link.group() for link in reversed(links) if link is not None), None)

    link = until(found, says=f"a link to {page} for {address}")
    assert link is not None
    return link


class Person:
    """What somebody does on the node, by HTTP, as far as people can."""

    def __init__(
        self, whole: WholeNode, visitor: httpx.Client, coordinator: httpx.Client, everything: Everything
    ) -> None:
        self.whole, self.visitor, self.coordinator, self.everything = whole, visitor, coordinator, everything
        opened = {"email": ADDRESS.replace("example", "Example"), "name": NAME, "language": "sv"}
        self.account = str(made(coordinator.post("/accounts", json=opened))["id"])
        self.full, self.open = an_event(coordinator, "Täysi esimerkki", capacity=1), an_event(coordinator, "Esimerkki")
        self._bounced()
        self.key = self._key()
        self.browser = self._signed_in()
        self._signs_up()
        self._subscribes()
        self._is_read_by_others()

    def _bounced(self) -> None:
        """The first mail is refused for good, and the server repeats the address."""
        wishes = {"email": ADDRESS, "filter": {"themes": ["skills"]}}
        made(self.visitor.post("/subscriptions", json=wishes))
        deliveries = self.everything.collection("notifications", "deliveries")
        until(lambda: deliveries.find_one({"state": "dead"}), says="the mail is refused")
        self.whole.mails.forgive(ADDRESS)
        error = f"ValueError: <{ADDRESS.upper()}> could not be applied"
        letter = {
            "_id": "fct_esimerkki",
            "state": "dead",
            "error": error,
            "attempts": 8,
            "body": "{}",
            "type": "esimerkki",
        }
        more = {"subject": "esimerkki", "correlation_id": "esimerkki", "next_at": None}
        first = self.everything.collection("actors", "accounts").find_one({"_id": self.account})["created"]
        row = {"cells": {"name": "Esimerkki Oy", "contact": f"{NAME} <{ADDRESS}>", "person": NAME}}
        self.everything.collection("actors", "import_rows").insert_one({"_id": "imp_esimerkki.0", "rows": [row]})
        self.everything.collection("events", "inbox").insert_one({**letter, **more, "at": first, "first_at": first})

    def _key(self) -> httpx.Client:
        organisation = {"name": {"fi": "Esimerkki Oy"}, "kind": "company", "regions": ["FI1DC"]}
        registered = made(self.coordinator.post("/organisations", json=organisation))
        mandate = {"account": self.account, "role": "partner", "target": registered["id"]}
        made(self.coordinator.post("/mandates", json=mandate))
        client = self.whole.client_of(self.account)
        until(lambda: client.get("/me").status_code == 200, says="the key is known")
        made(client.post("/me/keys", json={"name": f"Kone, {NAME}", "scopes": ["read"]}))
        made(client.patch("/me", json={"language": "en"}))
        return client

    def _signed_in(self) -> httpx.Client:
        browser = self.whole.client(Origin=self.whole.url)
        made(browser.post("/sign-in", json={"email": ADDRESS.lower()}))
        assert browser.post(link_in(self.whole, ADDRESS, "sign-in")).status_code == 303
        assert browser.get("/me").status_code == 200
        return browser

    def _signs_up(self) -> None:
        for event, address in (
            (self.full, ADDRESS),
            (self.open, ADDRESS.upper()),
        ):
            made(self.visitor.post(f"/events/{event}/sign-ups", json={"name": NAME, "email": address}))
        waits = {"name": "Esimerkki Odottaja", "email": "odottaja@example.org"}
        assert made(self.visitor.post(f"/events/{self.full}/sign-ups", json=waits))["state"] == "waiting"
        other = {"name": "Esimerkki Toinen", "email": OTHER}
        made(self.visitor.post(f"/events/{self.open}/sign-ups", json=other))
        proposed = {"name": {"fi": "Esimerkkiehdotus"}, "kind": "company", "regions": ["FI1DC"], "contact": ADDRESS}
        made(self.visitor.post("/proposals", json=proposed))

    def _subscribes(self) -> None:
        wishes = {"email": ADDRESS, "filter": {"themes": ["funding"]}}
        made(self.visitor.post("/subscriptions", json=wishes))
        assert self.visitor.post(link_in(self.whole, ADDRESS, "confirm")).status_code == 200
        made(self.key.post("/subscriptions", json={"filter": {"regions": ["FI1DC"]}}))
        url = "https://example.org/hooks/assa-esimerkkihenkilo"
        made(self.key.post("/webhooks", json={"url": url, "filter": {"regions": ["FI1DC"]}}))

    def _is_read_by_others(self) -> None:
        made(self.coordinator.get(f"/events/{self.full}/sign-ups"))
        made(self.coordinator.get("/proposals", params={"region": "FI1DC"}))
        self.whole.rpc.call("actors.account", {"account": self.account}, principal=OPERATOR)

    def asks_for_the_link(self) -> str:
        before = len(self.whole.mails.to(ADDRESS))
        made(self.visitor.post("/my/data/link", json={"email": ADDRESS, "language": "fi"}), 202)
        until(lambda: len(self.whole.mails.to(ADDRESS)) > before, says="the link is mailed")
        return link_in(self.whole, ADDRESS, "my-data")


@pytest.fixture(scope="module")
def person(whole: WholeNode, visitor: httpx.Client, coordinator: httpx.Client, everything: Everything) -> Person:
    return Person(whole, visitor, coordinator, everything)


def test_the_export_holds_all_that_the_node_knows_and_who_saw_it(person: Person, visitor: httpx.Client) -> None:
    link = person.asks_for_the_link()
    page = visitor.get(link)
    assert page.status_code == 200
    assert NAME in page.text
    file = visitor.get(f"{link}/download")
    assert "attachment" in file.headers["Content-Disposition"]
    export = file.json()
    assert export == {
        **made(visitor.post("/my/data/view", json={"token": link.rpartition("/")[2]})),
        "made": export["made"],
    }
    found = {kind: records for said in export["services"].values() for kind, records in said["records"].items()}
    assert {kind: len(found[kind]) for kind in ("accounts", "sign_ups", "subscriptions", "webhooks", "proposals")} == {
        "accounts": 1,
        "sign_ups": 2,
        "subscriptions": 3,
        "webhooks": 1,
        "proposals": 1,
    }
    assert len(found["keys"]) == 2
    assert {"mandates", "sessions", "sign_ins", "messages", "data_requests"} <= found.keys()
    assert found["accounts"][0]["name"] == NAME
    assert {"sent", "dead"} <= {each["state"] for each in found["messages"]}
    assert not [each for each in found["keys"] + found["sessions"] if "hash" in each]
    seen = [each for said in export["services"].values() for each in said["seen_by"]]
    assert {"events.sign_ups", "actors.account", "actors.open_account"} <= {each["why"] for each in seen}
    assert all(OTHER.casefold() not in str(each).casefold() for each in found.values())


def test_the_account_holder_gets_the_same_and_nobody_elses(person: Person, visitor: httpx.Client) -> None:
    export = made(person.browser.get("/my/data"))
    assert export["address"] == ADDRESS
    assert len(export["services"]["events"]["records"]["sign_ups"]) == 2
    assert made(person.key.get("/my/data"))["address"] == ADDRESS
    assert visitor.get("/my/data").status_code == 401


def test_who_saw_or_changed_personal_data_is_for_the_operator_alone(
    whole: WholeNode, person: Person, coordinator: httpx.Client
) -> None:
    assert coordinator.get("/audit", params={"service": "events"}).status_code == 403
    page = whole.rpc.call("events.audit", {"record": person.full, "limit": 1}, principal=OPERATOR)
    (entry,) = page["items"]
    assert (entry["did"], entry["kind"], entry["why"], entry["count"]) == ("saw", "sign_up", "events.sign_ups", 2)
    assert entry["account"] is not None
    assert "@" not in str(entry)


def test_an_address_that_nobody_knows_gets_the_same_answer_and_an_empty_page(
    whole: WholeNode, visitor: httpx.Client
) -> None:
    known = visitor.post("/my/data/link", json={"email": "koordinaattori@example.org"})
    unknown = visitor.post("/my/data/link", json={"email": "tuntematon@example.org"})
    assert (known.status_code, known.text) == (unknown.status_code, unknown.text)
    page = visitor.get(link_in(whole, "tuntematon@example.org", "my-data"))
    assert "Tästä osoitteesta ei tiedetä mitään" not in page.text, "the request itself is known for an hour"
    assert "tuntematon@example.org" in page.text


def test_nobody_is_erased_by_mistake(person: Person, visitor: httpx.Client) -> None:
    for body in ({}, {"address": OTHER}, {"token": "x", "address": ADDRESS}):
        assert person.key.post("/my/data/erase", json=body).status_code == 422
    assert visitor.post("/my/data/erase", json={"address": ADDRESS}).status_code == 401
    assert visitor.post("/my/data/erase", json={"token": "dtr_x.y"}).status_code == 404
    link = person.asks_for_the_link()
    assert visitor.get(link).status_code == visitor.get(link).status_code == 200
    assert person.browser.get("/me").status_code == 200


def test_a_service_that_dies_in_the_middle_leaves_an_erasure_that_a_repeat_completes(
    whole: WholeNode, person: Person, visitor: httpx.Client, everything: Everything
) -> None:
    assert everything.documents_with(AS_KEPT), "the search finds what is there"
    link, hold = person.asks_for_the_link(), whole.node.folder / HOLD
    hold.write_text("events erasure.prepared\n")
    answers: list[int] = []

    def press() -> None:
        with whole.client() as client:
            answers.append(client.post(link, timeout=60).status_code)

    pressing = threading.Thread(target=press)
    pressing.start()
    events = next(part for part in whole.node.parts if part.name == "events")
    subscriptions = everything.collection("notifications", "subscriptions")
    until(lambda: not subscriptions.find_one({"email": {"$ne": None}}), says="notifications has erased")
    rechecks = everything.collection("events", "erasures")
    until(lambda: rechecks.find_one({}), says="events is about to")
    events.kill()
    hold.write_text("")
    pressing.join(60)
    assert answers == [503]
    assert everything.documents_with(NAME), "only half of it is done"
    whole.node.start("events")

    def repeated() -> bool:
        with whole.client() as client:
            answer = client.post(link, timeout=60)
        answers.append(answer.status_code)
        return answer.status_code == 200 and "note good" in answer.text

    until(repeated, limit=60, says=f"the repeat completes: {answers}")


def test_nothing_is_left_in_any_record_outbox_inbox_dead_letter_log_or_file(
    whole: WholeNode, person: Person, everything: Everything
) -> None:
    for text in (AS_KEPT, NAME):
        found = [each for each in everything.documents_with(text) if OTHER.casefold() not in each.casefold()]
        assert found == [], text
        until(lambda text=text: not everything.files_with(text), says=f"no file has {text}")  # type: ignore[misc]
    letter = everything.collection("events", "inbox").find_one({"_id": "fct_esimerkki"})
    assert letter["error"] == "ValueError: <> could not be applied", "what went wrong is still to be seen"
    rows = everything.collection("actors", "import_rows").find_one({"_id": "imp_esimerkki.0"})["rows"]
    assert rows == [{"cells": {"name": "Esimerkki Oy", "contact": " <>", "person": ""}}]
    assert everything.documents_with(OTHER), "somebody else is not erased with them"


def test_the_seat_went_on_and_the_other_numbers_stayed(person: Person, coordinator: httpx.Client) -> None:
    people = made(coordinator.get(f"/events/{person.full}/sign-ups"))["items"]
    assert [(one["name"], one["state"]) for one in people] == [("", "cancelled"), ("Esimerkki Odottaja", "confirmed")]
    until(lambda: person.whole.mails.to("odottaja@example.org")[-1]["Subject"], says="who waited is told")


def test_the_account_is_gone_with_its_session_and_keys(
    whole: WholeNode, person: Person, everything: Everything
) -> None:
    until(lambda: person.key.get("/me").status_code == 401, says="the key is no longer known")
    until(lambda: person.browser.get("/me").status_code == 401, says="the session is closed")
    mandates = everything.collection("events", "mandates")
    until(lambda: not mandates.find_one({"account": person.account, "state": "granted"}), says="events was told")
    sent = len(whole.mails.to(ADDRESS))
    made(person.visitor.post("/sign-in", json={"email": ADDRESS}))
    assert not everything.collection("actors", "sign_ins").find_one({"account": person.account})
    assert len(whole.mails.to(ADDRESS)) == sent


def test_the_link_is_over_and_doing_it_again_is_harmless(
    whole: WholeNode, person: Person, visitor: httpx.Client
) -> None:
    assert visitor.post(link_in(whole, ADDRESS, "my-data")).status_code == 410
    again = visitor.post(person.asks_for_the_link())
    assert again.status_code == 200
    assert "note good" in again.text


def test_what_comes_back_on_its_way_is_erased_a_minute_later_and_what_is_new_stays(
    whole: WholeNode, person: Person, visitor: httpx.Client, everything: Everything
) -> None:
    """Its time is made to come at once."""
    noted = everything.collection("events", "erasures")
    hashed = hash_of(bytes.fromhex(whole.node.environment["MALMI_SECRET"]), ADDRESS)
    erased = until(lambda: noted.find_one({"_id": hashed}), says="the erasure is noted")
    sign_ups = everything.collection("events", "sign_ups")
    old = sign_ups.find_one({"event": person.open, "email": ""})
    late = {**old, "email": ADDRESS, "email_key": AS_KEPT, "name": NAME}
    sign_ups.replace_one({"_id": old["_id"]}, late)
    noted.update_one({"_id": hashed}, {"$set": {"due": erased["at"]}})
    until(lambda: not noted.find_one({"_id": hashed}), says="it was looked at again")
    assert everything.documents_with(NAME) == []
    again = an_event(person.coordinator, "Uusi esimerkki")
    made(visitor.post(f"/events/{again}/sign-ups", json={"name": NAME, "email": ADDRESS}))
    noted.insert_one({"_id": hashed, "at": erased["at"], "due": erased["at"]})
    until(lambda: not noted.find_one({"_id": hashed}), says="it was looked at once more")
    assert sign_ups.find_one({"event": again})["email"] == ADDRESS


def test_after_a_restore_the_ledger_finds_who_was_erased(whole: WholeNode, person: Person) -> None:
    """The sign-up of the test before, as a backup might bring it back."""
    lines = (whole.node.folder / "erasures.log").read_text().splitlines()
    hashed = hash_of(bytes.fromhex(whole.node.environment["MALMI_SECRET"]), ADDRESS)
    assert len(lines) >= 3
    assert all(hashed in line and "@" not in line for line in lines)
    entries = [{"hash": hashed, "at": "2026-01-01T00:00:00Z"}, {"hash": "0" * 64, "at": "2026-01-01T00:00:00Z"}]
    found = whole.rpc.call("events.find_erased", {"entries": entries}, principal=OPERATOR)
    assert found == [{"address": AS_KEPT, "at": "2026-01-01T00:00:00.000Z"}]
    assert whole.rpc.call("consortium.find_erased", {"entries": entries}, principal=OPERATOR) == []
