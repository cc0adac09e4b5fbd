"""The way of a ticket, by mail, pages and HTTP alone: signed up, reminded, checked in, taken home, asked how it was."""

import csv
import re
from collections.abc import Iterator
from contextlib import contextmanager
from datetime import UTC, datetime, timedelta
from html import unescape
from io import BytesIO, StringIO
from typing import Any

import httpx
import pymongo
import pytest
from openpyxl import load_workbook

from gateway.pages.qr import qr_code
from tests.harness.mailserver import text_of
from tests.harness.whole import WholeNode
from tests.integration.events.passing_time import let_pass

QUESTIONS = [
    {"id": "arvio", "kind": "rating", "title": {"fi": "Esimerkki: millaista oli?"}},
    {"id": "terveiset", "kind": "text", "title": {"fi": "Esimerkki: terveiset"}},
]


def made(response: httpx.Response, status: int = 201) -> dict[str, Any]:
    assert response.status_code == status, response.text
    record: dict[str, Any] = response.json()
    return record


def an_event(coordinator: httpx.Client, begins: datetime | None = None, **rest: Any) -> str:
    begins = begins or datetime.now(UTC) + timedelta(days=30)
    event = {
        "organiser": {"kind": "region", "id": "FI1DC"},
        "title": {"fi": "Esimerkkityöpaja ovella", "en": "Example workshop at the door"},
        "begins": begins.isoformat(),
        "ends": (begins + timedelta(hours=3)).isoformat(),
        "place": {"name": "Outokumpu", "region": "FI1DC"},
        **rest,
    }
    draft = made(coordinator.post("/events", json=event))["id"]
    made(coordinator.post(f"/events/{draft}/publish"), 200)
    return str(draft)


def signed_up(visitor: httpx.Client, event: str, name: str, address: str, **rest: Any) -> str:
    person = {"name": name, "email": address, **rest}
    return str(made(visitor.post(f"/events/{event}/sign-ups", json=person))["id"])


def link_in(whole: WholeNode, address: str, subject: str, what: str) -> str:
    mail = whole.mails.wait_for(address, lambda mail: subject in mail["subject"])
    found = re.search(rf"http\S+/{what}/\S+", text_of(mail))
    assert found is not None, text_of(mail)
    return found.group().rstrip(">).")


def test_the_ticket_in_the_mail_shows_a_code_that_the_door_takes_once(
    whole: WholeNode, coordinator: httpx.Client, visitor: httpx.Client
) -> None:
    event = an_event(coordinator)
    signed_up(visitor, event, "Esimerkki Lipunhaltija", "lippu@example.org", language="sv")
    address = link_in(whole, "lippu@example.org", "Din plats", "ticket")
    page = httpx.get(address)
    assert page.status_code == 200
    assert "Esimerkki Lipunhaltija" in page.text
    assert "Visa koden vid dörren" in page.text
    (shown,) = re.findall(r'src="(data:image/svg\+xml[^"]+)"', page.text)
    assert unescape(shown) == qr_code(address)
    door = made(coordinator.post(f"/events/{event}/doors", json={"label": "Pääovi"}))
    scan = {"key": door["key"], "ticket": address}
    first = made(visitor.post(f"/events/{event}/door/check-ins", json=scan), 200)
    again = made(visitor.post(f"/events/{event}/door/check-ins", json=scan), 200)
    assert (first["already"], again["already"], again["door"]) == (False, True, "Pääovi")
    assert again["checked_in"] == first["checked_in"]
    assert "Du är incheckad" in httpx.get(address).text
    assert made(visitor.post(f"/events/{event}/door/view", json={"key": door["key"]}), 200)["entries"]
    assert visitor.get(f"/events/{event}/door").status_code == 401
    assert not [line for line in whole.logs("gateway") if address.rpartition("/")[2] in repr(line)]


def test_the_list_home_is_a_file_in_which_nothing_is_a_formula(
    coordinator: httpx.Client, visitor: httpx.Client
) -> None:
    event = an_event(coordinator)
    signed_up(visitor, event, "=1+1", "laskuri@example.org")
    path = f"/events/{event}/attendees"
    table = made(coordinator.get(path), 200)
    as_csv = coordinator.get(path, params={"format": "csv"})
    as_xlsx = coordinator.get(path, params={"format": "xlsx"})
    assert as_csv.headers["Content-Disposition"].startswith("attachment")
    header, row = csv.reader(StringIO(as_csv.content.decode("utf-8-sig"), newline=""), delimiter=";")
    assert header == table["columns"]
    assert row[header.index("name")] == "'=1+1"
    sheet = load_workbook(BytesIO(as_xlsx.content)).active
    assert sheet is not None
    assert sheet.cell(2, header.index("name") + 1).data_type == "s"
    assert sheet.cell(2, header.index("name") + 1).value == "=1+1"
    assert visitor.get(path).status_code == 401
    assert coordinator.get(path, params={"format": "pdf"}).status_code == 400


@pytest.fixture
def database(whole: WholeNode) -> Iterator[Any]:
    with pymongo.MongoClient(whole.node.mongodb_uri, tz_aware=True) as client:
        yield client[f"{whole.node.database_prefix}events"]


@contextmanager
def passed(database: Any, event: str, span: timedelta) -> Iterator[None]:
    """So much later. Afterwards the event is as it was told, for the read model has heard of nothing."""
    told = database["events"].find_one({"_id": event})
    let_pass(database, event, span)
    try:
        yield
    finally:
        database["events"].replace_one({"_id": event}, told)


def test_a_mail_reminds_before_and_a_mail_asks_after_on_a_page_without_scripts(
    whole: WholeNode, coordinator: httpx.Client, visitor: httpx.Client, database: Any
) -> None:
    begins = datetime.now(UTC) + timedelta(hours=24, seconds=10)
    event = an_event(coordinator, begins, reminders=[24], feedback=QUESTIONS)
    signed_up(visitor, event, "Esimerkki Vastaaja", "vastaaja@example.org", language="fi")
    ticket = link_in(whole, "vastaaja@example.org", "Muistutus", "ticket")
    assert httpx.get(ticket).status_code == 200
    with passed(database, event, timedelta(hours=29)):
        page = link_in(whole, "vastaaja@example.org", "Millaista oli", "feedback")
        assert "Millainen tapahtuma oli?" in httpx.get(page).text
        assert httpx.post(page, data={"answer-arvio": "9"}).status_code == 422
        done = httpx.post(page, data={"answer-arvio": "4", "answer-terveiset": "Esimerkki\r\nkiitos"})
        assert (done.status_code, "Kiitos vastauksistasi" in done.text) == (200, True)
        assert "Tack för dina svar" in httpx.get(page.replace("/fi/", "/sv/")).text
        report = made(coordinator.get(f"/events/{event}/feedback"), 200)
        assert (report["answered"], report["questions"][0]["counts"]["4"]) == (1, 1)
        assert report["questions"][1]["texts"] == ["Esimerkki\nkiitos"]
