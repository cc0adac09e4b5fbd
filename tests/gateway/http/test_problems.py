"""Whatever ends a request early is told as RFC 9457 says: to programs as JSON, to readers of pages as a page."""

import httpx
import pytest

from gateway.problems import TYPES, pointer
from tests.gateway.http.serving import GatewayProcess


def problem_of(answer: httpx.Response, status: int, code: str) -> None:
    assert answer.status_code == status
    assert answer.headers["Content-Type"] == "application/problem+json"
    assert answer.json()["type"].endswith(f"/problems/{code}")
    assert answer.json()["status"] == status
    assert answer.json()["detail"]


def test_an_unknown_address_is_404(gateway: GatewayProcess) -> None:
    problem_of(gateway.client().get("/api/v1/nothing"), 404, "not_found")


def test_a_method_that_an_address_does_not_take_is_405_and_names_those_it_takes(gateway: GatewayProcess) -> None:
    answer = gateway.client().put("/api/v1/events", json={})
    problem_of(answer, 405, "method_not_allowed")
    assert {"GET", "POST", "HEAD"} <= set(answer.headers["Allow"].split(", "))


def test_a_format_that_is_not_there_is_406(gateway: GatewayProcess) -> None:
    problem_of(gateway.client().get("/api/v1/my/events", headers={"Accept": "image/png"}), 406, "not_acceptable")


def test_a_broken_path_is_a_problem_and_not_a_crash(gateway: GatewayProcess) -> None:
    for path in ("/api/v1/events/%00", "/api/v1/events/%ff%fe", "/fi/events/..%2f..%2fetc", "/api/v1/events?limit=%ff"):
        answer = gateway.client().get(path)
        assert 400 <= answer.status_code < 500, path


def test_a_head_is_a_get_without_a_body(gateway: GatewayProcess) -> None:
    client = gateway.client()
    head, get = client.head("/api/v1/events"), client.get("/api/v1/events")
    assert head.status_code == 200
    assert head.content == b""
    assert head.headers["Content-Length"] == get.headers["Content-Length"]
    assert head.headers["ETag"] == get.headers["ETag"]


@pytest.mark.parametrize("code", sorted(TYPES))
def test_the_type_of_every_problem_leads_to_a_page_that_explains_it(gateway: GatewayProcess, code: str) -> None:
    page = gateway.client().get(f"/problems/{code}", headers={"Accept": "text/html"})
    assert page.status_code == 200
    assert TYPES[code].title in page.text.replace("&#39;", "'")


def test_a_reader_of_pages_gets_a_page_in_their_language(gateway: GatewayProcess) -> None:
    client = gateway.client()
    html = {"Accept": "text/html,application/xhtml+xml,*/*;q=0.8"}
    missing = client.get("/sv/ingenting/har", headers=html)
    assert missing.status_code == 404
    assert '<html lang="sv">' in missing.text
    assert "Sidan finns inte" in missing.text
    wished = client.get("/nothing-here", headers={**html, "Accept-Language": "en-GB,en;q=0.9,fi;q=0.1"})
    assert "There is no such page" in wished.text


@pytest.mark.parametrize(
    ("dotted", "expected"),
    [
        ("", ""),
        ("title", "/title"),
        ("place.region", "/place/region"),
        ("themes.0", "/themes/0"),
        ("a/b~c", "/a~1b~0c"),
    ],
)
def test_a_field_is_named_by_a_json_pointer(dotted: str, expected: str) -> None:
    assert pointer(dotted) == expected


def test_every_answer_says_that_browsers_may_not_guess_or_frame(gateway: GatewayProcess) -> None:
    for path in ("/api/v1/events", "/fi/", "/healthz", "/static/malmi.css", "/docs", "/api/v1/nothing"):
        headers = gateway.client().get(path).headers
        assert headers["X-Content-Type-Options"] == "nosniff", path
        assert "frame-ancestors 'none'" in headers["Content-Security-Policy"], path
        assert "script-src 'unsafe-inline'" not in headers["Content-Security-Policy"], path
