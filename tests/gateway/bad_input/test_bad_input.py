"""Bad input over HTTP to a whole node: a clear 4xx that names the field, and nothing is changed.

Every operation of /openapi.json is tried, so that one that comes later is tried as well.
"""

import json
import socket
import time
from collections.abc import Iterator
from typing import Any
from urllib.parse import quote, urlsplit

import httpx
import pytest

from tests.gateway.bad_input import document
from tests.gateway.bad_input.conftest import Subject
from tests.gateway.bad_input.document import SOME_ID, Asked
from tests.gateway.bad_input.store import Kept
from tests.harness.whole import WholeNode

JSON = {"Content-Type": "application/json"}
MEGABYTES = 10_000_000


@pytest.fixture(scope="module")
def kept(whole: WholeNode, subject: Subject) -> Iterator[Kept]:
    kept = Kept(whole)
    yield kept
    kept.close()


@pytest.fixture(autouse=True)
def nothing_is_changed(kept: Kept) -> Iterator[None]:
    """By any test of this module."""
    before = kept.fingerprint()
    yield
    assert kept.fingerprint() == before


@pytest.fixture(scope="module")
def client(subject: Subject) -> Iterator[httpx.Client]:
    """A coordinator's: what is wrong is the input, not who sends it."""
    with httpx.Client(base_url=subject.url, headers={"Authorization": subject.secret}, timeout=30) as client:
        yield client


@pytest.fixture(scope="module")
def operations(client: httpx.Client) -> list[Asked]:
    found = document.operations(client.get("/openapi.json").json())
    assert len([each for each in found if each.body]) > 30
    return found


class Wrong:
    """Collects what was not answered as it must be, so that one run shows all of it."""

    def __init__(self) -> None:
        self.found: list[str] = []
        self.tried = 0

    def check(self, what: str, answer: httpx.Response, *statuses: int, names: str | None = None) -> None:
        self.tried += 1
        media_type = answer.headers.get("Content-Type")
        if answer.status_code not in statuses or media_type != "application/problem+json":
            self.found.append(f"{what}: {answer.status_code} {media_type} {answer.text[:300]}")
            return
        problem = answer.json()
        if answer.status_code == 404:
            return
        named = [str(entry.get("pointer", entry.get("parameter"))) for entry in problem.get("errors", [])]
        if names is not None and not any(name == names or name.startswith(f"{names}/") for name in named):
            self.found.append(f"{what}: names {named}, not {names}: {answer.text[:300]}")

    def done(self) -> None:
        assert self.tried
        assert not self.found, f"{len(self.found)} of {self.tried}:\n" + "\n".join(self.found[:40])


BODIES = {
    "no JSON": b"{",
    "a list": b"[]",
    "a text": b'"text"',
    "nothing": b"null",
    "100,000 brackets": b"[" * 50_000 + b"]" * 50_000,
    "objects in objects": b'{"a":' * 8_000 + b"1" + b"}" * 8_000,
    "lists in lists within a field": b'{"name":' + b"[" * 500 + b"]" * 500 + b"}",
    "broken UTF-8": b'{"name": "\xff\xfe"}',
    "UTF-8 of a surrogate": b'{"name": "\xed\xa0\x80"}',
    "a lone surrogate": rb'{"name": "\ud800"}',
    "UTF-16": '{"name": "x"}'.encode("utf-16"),
    "a byte order mark": b"\xef\xbb\xbf{}",
    "not a number": b'{"name": NaN}',
    "infinity": b'{"name": -Infinity}',
    "a number too large": b'{"name": 1e999}',
    "a whole number too large": b'{"name": ' + b"9" * 5_000 + b"}",
    "a field that stands twice": b'{"name": 1, "name": 2}',
    "a raw control character": b'{"name": "a\0b"}',
    "a comment": b"{} // text",
}
FILES = ("import_organisations", "open_import")
"""They take a file, whatever is in it."""
MEDIA_TYPES = ("text/plain", "application/x-www-form-urlencoded", "multipart/form-data; boundary=x", "")


def commands(operations: list[Asked]) -> list[Asked]:
    """Those that take a JSON body."""
    return [each for each in operations if each.is_command and each.body is not None]


def some(choices: list[Any], number: int, thorough: bool) -> list[Any]:
    """All of them, or two, others for each operation: together the operations meet them all."""
    return choices if thorough else [choices[number % len(choices)], choices[(number * 7 + 3) % len(choices)]]


THOROUGHLY = pytest.mark.parametrize(
    "thorough", [False, pytest.param(True, marks=pytest.mark.full)], ids=["shortly", "thoroughly"]
)


@THOROUGHLY
def test_a_body_that_is_no_json_object_is_refused(
    client: httpx.Client, operations: list[Asked], subject: Subject, thorough: bool
) -> None:
    wrong = Wrong()
    for number, each in enumerate(commands(operations)):
        for name, content in some(list(BODIES.items()), number, thorough):
            answer = client.request(each.method, each.at(subject.ids), content=content, headers=JSON)
            wrong.check(f"{each.name}, {name}", answer, 400, *((413,) if len(content) > 64_000 else ()))
        for media_type in MEDIA_TYPES if thorough else [MEDIA_TYPES[number % len(MEDIA_TYPES)]]:
            answer = client.request(
                each.method, each.at(subject.ids), content=b"{}", headers={"Content-Type": media_type}
            )
            wrong.check(f"{each.name}, {media_type!r}", answer, 415)
    wrong.done()


@THOROUGHLY
def test_each_field_refuses_what_it_must_not_hold_and_is_named(
    client: httpx.Client, operations: list[Asked], subject: Subject, thorough: bool
) -> None:
    wrong = Wrong()
    for number, each in enumerate(commands(operations)):
        for place, (field, schema) in enumerate((each.body or {}).items()):
            for value in some(list(document.wrong_values(schema)), number + place, thorough):
                answer = client.request(each.method, each.at(subject.ids), json={field: value})
                expected = each.refusals(subject.ids)
                wrong.check(f"{each.name}, {field} = {value!r:.80}", answer, *expected, names=f"/{field}")
    wrong.done()


def test_an_unknown_field_is_refused_and_named(client: httpx.Client, operations: list[Asked], subject: Subject) -> None:
    wrong = Wrong()
    for each in (one for one in operations if one.is_command and one.name not in FILES):
        if each.body is None and each.method != "POST":
            continue
        for name in ("unknown", "$where", "a.b", "__proto__", "name\0"):
            answer = client.request(each.method, each.at(subject.ids), json={name: 1})
            wrong.check(f"{each.name}, {name!r}", answer, *each.refusals(subject.ids), names=f"/{name}")
    wrong.done()


def test_ten_megabytes_are_refused_whether_announced_or_not(
    client: httpx.Client, operations: list[Asked], subject: Subject
) -> None:
    wrong = Wrong()

    def pieces() -> Iterator[bytes]:
        for _ in range(MEGABYTES // 10_000):
            yield b"x" * 10_000

    for each in (one for one in operations if one.is_command):
        answer = _announced(subject, each.method, each.at(subject.ids), MEGABYTES)
        expected = b"HTTP/1.1 413 " if each.body is not None else b"HTTP/1.1 4"
        assert answer.startswith(expected), f"{each.name}: {answer[:300]!r}"
    for name in ("propose_organisation", "register_organisation"):  # with a public body's limit, and a private one's
        (each,) = (one for one in operations if one.name == name)
        wrong.check(f"{name}, in pieces", client.post(each.path, content=pieces(), headers=JSON), 413)
        wrong.check(f"{name}, at once", client.post(each.path, content=b"x" * MEGABYTES, headers=JSON), 413)
    csv = {"Content-Type": "text/csv"}
    answer = client.post("/api/v1/organisations/import?region=FI1DC", content=pieces(), headers=csv)
    wrong.check("an import in pieces", answer, 411)
    wrong.done()


def test_an_address_that_names_no_such_record_is_not_found(
    client: httpx.Client, operations: list[Asked], subject: Subject
) -> None:
    wrong = Wrong()
    foreign = {"events": "organisations", "organisations": "events", "consortia": "news", "news": "consortia"}
    for each in (one for one in operations if "{id}" in one.path):
        other = subject.ids[foreign.get(each.place, "news")]
        strange = ("x", other, f"evt_{SOME_ID}", f"evt_{'0' * 5_000}", "\0", "..", "../../etc/passwd", '{"$gt":""}')
        for identity in (*strange, "💩", f"{other}\n", f"{other}\0", "%", "evt_%FF", "[$ne]=1"):
            encoded = quote(identity, safe="") if not identity.startswith("evt_%") else identity
            address = each.path.replace("{id}", "%2E%2E" if identity == ".." else encoded)
            body = {"json": _least(each)} if each.body is not None else {}
            wrong.check(f"{each.name}, {identity!r:.60}", client.request(each.method, address, **body), 404, 422)
    wrong.done()


def _least(each: Asked) -> dict[str, Any]:
    """A body that passes as far as can be; a command that needs more is refused for that (422)."""
    return {name: True for name, schema in (each.body or {}).items() if document.types_of(schema) == {"boolean"}}


def test_a_query_that_is_no_filter_is_refused_and_named(client: httpx.Client, operations: list[Asked]) -> None:
    wrong = Wrong()
    ends = [each for each in operations if each.method == "GET" and each.parameters and "{id}" not in each.path]
    for each in ends:
        for name in ("a[$ne]", "$where", "a.b", *(f"{known}[$gt]" for known in each.parameters)):
            answer = client.get(each.path, params={name: "1"})
            wrong.check(f"{each.name}, {name}", answer, 400, names=name)
        for name in each.parameters:
            for value in ("%00", "a%0Ab", "%FF%FE", "%ED%A0%80", "x" * 5_000):
                answer = client.get(f"{each.path}?{name}={value}")
                wrong.check(f"{each.name}, {name} = {value[:20]}", answer, 400, names=name)
        numbers = ("-1", "0", "1e3", "NaN", "9" * 400, "1.5") if "limit" in each.parameters else ()
        for value in numbers:
            wrong.check(
                f"{each.name}, limit = {value[:9]}", client.get(each.path, params={"limit": value}), 400, names="limit"
            )
        for name in {"from", "to"} & {*each.parameters}:
            for value in ("0000-01-01", "9999-12-31", "2027-03-28T09:00:00%2B99:99", "0001-01-01T00:00:00%2B14:00"):
                answer = client.get(f"{each.path}?{name}={value}")
                wrong.check(f"{each.name}, {name} = {value}", answer, 400, names=name)
    wrong.done()


def test_headers_that_are_none_are_refused(client: httpx.Client, subject: Subject) -> None:
    wrong = Wrong()
    event = f"/api/v1/events/{subject.ids['events']}"
    for key in ("two words", "x" * 256, "ä"):
        headers = {"Idempotency-Key": key.encode()}
        wrong.check(f"key {key[:9]}", client.post(f"{event}/cancel", headers=headers), 400)
    for etag in ("0", "1-5", '"x"', '"1-5", "1-6"', '"1-' + "9" * 400 + '"', '"1-5"x'):
        wrong.check(f"If-Match {etag[:9]}", client.patch(event, json={}, headers={"If-Match": etag}), 400)
    for secret in ("Bearer x", "Bearer " + "x" * 5_000, "Basic eDp4", "Bearer \xff"):
        headers = {"Authorization": secret.encode("latin-1")}
        wrong.check(f"Authorization {secret[:9]}", client.get("/api/v1/me", headers=headers), 401)
    wrong.done()


ENCODED = "=?utf-8?q?a=0D=0ABcc=3A_x?=@example.org"
INJECTIONS = ("Esimerkki\r\nBcc: x@example.org", "Esimerkki\nBcc: x@example.org", "a\rb", "a\u2028b", "a\vb", "a\x85b")


def test_line_breaks_in_what_ends_in_a_mails_head_are_refused(client: httpx.Client, subject: Subject) -> None:
    wrong = Wrong()
    sign_ups, event = f"/api/v1/events/{subject.ids['events']}/sign-ups", f"/api/v1/events/{subject.ids['events']}"
    news = {"target": {"kind": "consortium", "id": subject.ids["consortia"]}, "body": {"fi": "Esimerkki"}}
    for text in INJECTIONS:
        person = {"name": text, "email": "a@example.org"}
        wrong.check(f"name {text!r}", client.post(sign_ups, json=person), 422, names="/name")
        for address in (f"a{text}@example.org", f"a@example.org{text}", "a@b@example.org", "<a@example.org>", ENCODED):
            person = {"name": "Esimerkki", "email": address}
            wrong.check(f"address {address!r}", client.post(sign_ups, json=person), 422, names="/email")
        wrong.check(f"title {text!r}", client.patch(event, json={"title": {"fi": text}}), 422, names="/title")
        answer = client.post("/api/v1/news", json={**news, "title": {"fi": text}})
        wrong.check(f"news {text!r}", answer, 422, names="/title")
        wrong.check(f"own name {text!r}", client.patch("/api/v1/me", json={"name": text}), 422, names="/name")
    wrong.done()


HEADER = "name_fi,kind,regions,website\n"
FORMULAS = ("=1+1", "+1", "-1", "@SUM(A1)", "\t=1", "=cmd|' /C calc'!A0", "  =1", "Esimerkki|=1")
SHEETS: dict[str, bytes] = {
    "UTF-16": (HEADER + "Esimerkki Oy,company,FI1DC,\n").encode("utf-16"),
    "Latin-1": (HEADER + "Esimerkki Öljy Oy,company,FI1DC,\n").encode("latin-1"),
    "no text": bytes(range(256)),
    "nothing": b"",
    "a header alone, of other columns": b"a,b,c\n1,2,3\n",
    "a column twice": b"name_fi,name_fi,kind\na,b,company\n",
    "a huge field": (HEADER + "x" * 300_000 + ",company,FI1DC,\n").encode(),
    "too many rows": (HEADER + "".join(f"Esimerkki {n} Oy,company,FI1DC,\n" for n in range(10_001))).encode(),
}
ROWS = {
    "a NUL": "Esimerkki\0 Oy,company,FI1DC,",
    "a control character": "Esimerkki\x1b[2J Oy,company,FI1DC,",
    "a turned direction": "Esimerkki\u202e Oy,company,FI1DC,",
    "a line break in a name": '"Esimerkki\r\nBcc: x@example.org",company,FI1DC,',
    "an unknown kind": "Esimerkki Oy,{$gt: 1},FI1DC,",
    "another's region": "Esimerkki Oy,company,FI1D7,",
    "a script for an address": "Esimerkki Oy,company,FI1DC,javascript:alert(1)",
    "too many cells": "Esimerkki Oy,company,FI1DC,,,,,x",
}


def _import(client: httpx.Client, content: bytes) -> httpx.Response:
    csv = {"Content-Type": "text/csv"}
    return client.post("/api/v1/organisations/import?region=FI1DC", content=content, headers=csv)


def test_a_file_that_is_no_csv_in_utf_8_is_refused(client: httpx.Client) -> None:
    wrong = Wrong()
    for name, content in SHEETS.items():
        wrong.check(name, _import(client, content), 400, 422, 429)
    wrong.done()
    never_closed = _import(client, (HEADER + '"Esimerkki Oy,company,FI1DC,\n' * 3).encode()).json()
    assert (never_closed["added"], bool(never_closed["refused"])) == (0, True)


def test_a_row_with_a_formula_or_a_broken_cell_is_refused_and_named(client: httpx.Client) -> None:
    formulas = {f"{text!r}": f'"{text}",company,FI1DC,' for text in FORMULAS}
    for name, row in {**ROWS, **formulas}.items():
        answer = _import(client, (HEADER + row + "\n").encode())
        if answer.status_code == 422:
            assert answer.json()["errors"], f"{name}: {answer.text}"
            continue
        assert answer.status_code == 200, f"{name}: {answer.text}"
        report = answer.json()
        assert (report["added"], report["refused"]) == (0, 1), f"{name}: {report}"
        assert report["rows"][0]["errors"], name


def test_a_body_that_is_cut_off_is_not_carried_out(subject: Subject) -> None:
    rows = (HEADER + "Katkennut Oy (esimerkki),company,FI1DC,\n").encode()
    where = "POST", "/api/v1/organisations/import?region=FI1DC"
    with _begun(subject, *where, f"Content-Type: text/csv\r\nContent-Length: {len(rows) * 2}") as connection:
        connection.sendall(rows)
        _end(connection)
    piece = f"{len(rows):x}\r\n".encode() + rows + b"\r\n"
    for rest in (piece, piece + b"40\r\nToinen", piece + b"zz\r\n"):
        with _begun(subject, *where, "Content-Type: text/csv\r\nTransfer-Encoding: chunked") as connection:
            connection.sendall(rest)
            _end(connection)


def test_what_is_no_http_is_refused(subject: Subject) -> None:
    head = f"Host: x\r\nAuthorization: {subject.secret}\r\nContent-Type: application/json\r\n"
    for request in (
        "GARBAGE\r\n\r\n",
        f"POST /api/v1/proposals HTTP/1.1\r\n{head}Content-Length: -5\r\n\r\n{{}}",
        f"POST /api/v1/proposals HTTP/1.1\r\n{head}Content-Length: {'9' * 30}\r\n\r\n{{}}",
        f"GET /api/v1/events HTTP/1.1\r\n{head}X-Text: a\0b\r\n\r\n",
        f"GET /api/v1/events?q={'a' * 100_000} HTTP/1.1\r\n{head}\r\n",
        f"GET /api/v1/events HTTP/1.1\r\n{head}{''.join(f'X-{n}: a' + chr(13) + chr(10) for n in range(500))}\r\n",
    ):
        with _connected(subject) as connection:
            connection.sendall(request.encode("latin-1"))
            assert connection.recv(1_000).startswith(b"HTTP/1.1 4"), request[:90]


@pytest.mark.full
def test_half_a_head_and_half_a_body_end(subject: Subject) -> None:
    began = time.monotonic()
    with (
        _connected(subject) as head,
        _begun(subject, "POST", "/api/v1/proposals", "Content-Type: application/json\r\nContent-Length: 90") as body,
        _begun(
            subject, "POST", "/fi/", "Content-Type: application/x-www-form-urlencoded\r\nContent-Length: 90"
        ) as form,
    ):
        head.sendall(b"GET /api/v1/events HTTP/1.1\r\nHost: x\r\nX-Te")
        body.sendall(b'{"na')
        form.sendall(b"email=")
        for connection in (head, body, form):
            connection.settimeout(60)
        assert head.recv(1_000) == b"" or head.recv(1_000) == b""
        assert body.recv(1_000).startswith(b"HTTP/1.1 408 ")
        assert form.recv(1_000).startswith(b"HTTP/1.1 408 ")
    assert time.monotonic() - began < 60


def _connected(subject: Subject) -> socket.socket:
    place = urlsplit(subject.url)
    return socket.create_connection((str(place.hostname), place.port or 80), timeout=20)


def _begun(subject: Subject, method: str, path: str, headers: str) -> socket.socket:
    """A connection on which the head of a request went out."""
    connection = _connected(subject)
    head = f"{method} {path} HTTP/1.1\r\nHost: x\r\nAuthorization: {subject.secret}\r\n{headers}\r\n\r\n"
    connection.sendall(head.encode())
    return connection


def _announced(subject: Subject, method: str, path: str, length: int) -> bytes:
    """What is answered to the head alone."""
    with _begun(subject, method, path, f"Content-Type: application/json\r\nContent-Length: {length}") as connection:
        return connection.recv(2_000)


def _end(connection: socket.socket) -> None:
    """Says no more, and waits for the server's last word."""
    connection.shutdown(socket.SHUT_WR)
    answer = b""
    while more := connection.recv(10_000):
        answer += more
        if answer.endswith(b"}"):
            break
    if answer:
        assert answer.startswith(b"HTTP/1.1 4"), answer[:300]


def test_a_form_that_is_none_is_answered_with_a_page_that_says_so(subject: Subject, client: httpx.Client) -> None:
    event = subject.ids["events"]
    form = {"Content-Type": "application/x-www-form-urlencoded", "Accept": "text/html"}
    contents = (
        b"",
        b"\xff=\xfe",
        b"email=%FF",
        b"a=1&" * 600,
        b"email=a%00b",
        b"email=a@example.org%0D%0ABcc:x",
    )
    for path in ("/fi/", "/sv/sign-in", f"/en/events/{event}"):
        for content in (*contents, b"x" * 70_000, json.dumps({"email": {"$gt": ""}}).encode()):
            answer = client.post(path, content=content, headers={**form, "Origin": subject.url})
            assert 400 <= answer.status_code < 500, f"{path} {content[:40]!r}: {answer.status_code}"
            assert answer.headers["Content-Type"].startswith("text/html"), f"{path} {content[:40]!r}"
    for page in ("confirm", "subscription", "unsubscribe", "sign-up", "sign-in"):
        for token in ("x", "%00", "%F0%9F%92%A9", "a" * 5_000, f"sgn_{SOME_ID}.x", "{$gt:1}", "..%2F..%2Fetc"):
            for method in ("GET", "POST"):
                if (page, method) == ("sign-in", "GET"):
                    continue  # shows a button alone: mail programs follow links
                headers = {"Accept": "text/html", "Origin": subject.url}
                answer = client.request(method, f"/fi/{page}/{token}", headers=headers)
                assert 400 <= answer.status_code < 500, f"{method} {page}/{token[:40]}: {answer.status_code}"
