"""Answers are kept while nothing changes, and never longer: the next read shows a change."""

import re
from concurrent.futures import ThreadPoolExecutor
from datetime import timedelta

import httpx
import pytest

from services.contracts import identifiers
from tests.gateway.http import records
from tests.gateway.http.serving import GatewayProcess, ReadModel
from tests.gateway.read_model import samples


@pytest.mark.parametrize(
    "path",
    [
        "/api/v1/events/{id}",
        "/api/v1/events/{id}.jsonld",
        "/api/v1/events/{id}.ics",
        "/api/v1/events?q={word}",
        "/api/v1/events.ics?q={word}",
        "/api/v1/events.atom?q={word}",
        "/fi/events/{id}",
    ],
)
def test_the_read_after_a_change_shows_it_however_often_it_was_read_before(
    gateway: GatewayProcess, read_model: ReadModel, path: str
) -> None:
    identity = identifiers.new_id(identifiers.EVENT)
    word = f"sana{identity[-8:]}"
    address, client = path.format(id=identity, word=word), gateway.client()
    read_model.show(samples.event(identity, title={"fi": f"{word} nolla (esimerkki)"}))
    for version in range(2, 42):
        before = client.get(address)
        assert client.get(address).content == before.content
        title = f"{word} kierros{version}"
        read_model.show(samples.event(identity, title={"fi": f"{title} (esimerkki)"}, version=version))
        after = client.get(address)
        assert f"kierros{version}" in _unfolded(after), f"{address} at version {version}"
        assert after.headers.get("ETag", "new") != before.headers.get("ETag", "old")


def test_the_front_page_shows_a_new_event_at_once(gateway: GatewayProcess, read_model: ReadModel) -> None:
    client = gateway.client()
    for number in range(10):
        client.get("/fi/")
        identity, soon = identifiers.new_id(identifiers.EVENT), records.NOW + timedelta(hours=1, minutes=number)
        read_model.show(samples.event(identity, begins=soon, ends=soon + timedelta(minutes=5)))
        assert identity in client.get("/fi/").text


def test_a_reader_never_sees_an_older_version_after_a_newer_one(gateway: GatewayProcess, read_model: ReadModel) -> None:
    """Readers ask without pause while the record changes; each also sees at once what was committed before it asked."""
    identity = identifiers.new_id(identifiers.EVENT)
    read_model.show(samples.event(identity))
    shown = [1]

    def read(_: int) -> int:
        seen = 0
        with httpx.Client(base_url=gateway.url, timeout=15) as client:
            while shown[0] < 150:
                committed = shown[0]
                version = client.get(f"/api/v1/events/{identity}").json()["version"]
                assert version >= max(seen, committed)
                seen = version
        return seen

    with ThreadPoolExecutor(4) as readers:
        found = readers.map(read, range(4))
        for version in range(2, 151):
            read_model.show(samples.event(identity, version=version))
            shown[0] = version
        assert all(seen > 100 for seen in found)


def test_what_differs_by_format_language_or_caller_is_kept_apart(
    gateway: GatewayProcess, read_model: ReadModel
) -> None:
    identity = identifiers.new_id(identifiers.EVENT)
    read_model.show(samples.event(identity))
    client = gateway.client()
    address = f"/api/v1/events/{identity}"
    for _ in range(2):
        assert client.get(address).headers["Content-Type"] == "application/json"
        assert client.get(address, headers={"Accept": "text/calendar"}).text.startswith("BEGIN:VCALENDAR")
        assert "Mine water seminar" in client.get(f"{address}.ics", headers={"Accept-Language": "en"}).text
        assert "Kaivosvesiseminaari" in client.get(f"{address}.ics", headers={"Accept-Language": "fi"}).text
        assert client.get(address, headers={"Authorization": "Bearer malmi_wrong"}).status_code == 401
        signed_in = gateway.client(session=read_model.session()).get("/fi/")
        assert "/fi/sign-out" in signed_in.text
        assert "/fi/sign-out" not in client.get("/fi/").text


def test_a_kept_answer_has_an_id_a_log_line_and_conditions_of_its_own(
    gateway: GatewayProcess, read_model: ReadModel
) -> None:
    identity = identifiers.new_id(identifiers.EVENT)
    read_model.show(samples.event(identity))
    client, address = gateway.client(), f"/api/v1/events/{identity}"
    first, second = client.get(address), client.get(address)
    assert first.headers["X-Request-ID"] != second.headers["X-Request-ID"]
    assert client.get(address, headers={"X-Request-ID": "kept-and-followed"}).headers["X-Request-ID"] == (
        "kept-and-followed"
    )
    same = {name: value for name, value in first.headers.items() if name not in ("x-request-id", "date")}
    assert same == {name: value for name, value in second.headers.items() if name not in ("x-request-id", "date")}
    for known, status in ((first.headers["ETag"], 304), ('"other"', 200), (f"W/{first.headers['ETag']}", 304)):
        answer = client.get(address, headers={"If-None-Match": known})
        assert (answer.status_code, answer.content) == (status, b"" if status == 304 else first.content)
        assert answer.headers["ETag"] == first.headers["ETag"]
        assert answer.headers["Cache-Control"] == "public, no-cache"
    assert client.head(address).content == b""
    assert client.get("/metrics").text.count('route="/api/v1/events/{id}"') > 1


def _unfolded(answer: httpx.Response) -> str:
    return re.sub("\r\n[ \t]", "", answer.text)
