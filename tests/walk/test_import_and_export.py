"""A register goes in as a spreadsheet and comes out again: by HTTP alone, as a coordinator does it."""

import csv
import io
from typing import Any

import httpx
import openpyxl
import pytest

from tests.harness import until

XLSX = "application/vnd.openxmlformats-officedocument.spreadsheetml.sheet"
TYPES = {"csv": "text/csv", "xlsx": XLSX, "json": "application/json"}
ROWS = [
    ["Nimi", "Tyyppi", "Y-tunnus", "Paikkakunta"],
    ["Vientiesimerkki Oy", "Yritys", 1572860, "Outokumpu"],
    ["Vienti-esimerkki", "Yritys", None, "Outokumpu"],
    ["Väärä tunnus Oy (esimerkki)", "Yritys", "2069746-9", "Joensuu"],
    ["Toinen vientiyhtiö Oy (esimerkki)", "Yritys", "1572860-0", "=1+1"],
]


def workbook() -> bytes:
    book, out = openpyxl.Workbook(), io.BytesIO()
    assert book.active is not None
    for row in ROWS:
        book.active.append(row)
    book.save(out)
    return out.getvalue()


def opened(coordinator: httpx.Client, data: bytes, media_type: str) -> dict[str, Any]:
    parameters = {"region": "FI1DC", "file": "toimijat"}
    answer = coordinator.post("/imports", params=parameters, content=data, headers={"Content-Type": media_type})
    assert answer.status_code == 201, answer.text
    assert answer.headers["Location"] == f"/api/v1/imports/{answer.json()['id']}"
    view: dict[str, Any] = answer.json()
    return view


def ended(coordinator: httpx.Client, view: dict[str, Any], turn: str, **plan: Any) -> dict[str, Any]:
    answer = coordinator.post(f"/imports/{view['id']}/{turn}", json=plan)
    assert answer.status_code == 202, answer.text
    found: dict[str, Any] = {}

    def there() -> bool:
        found.update(coordinator.get(f"/imports/{view['id']}").json())
        return found["state"] in ("tried", "done", "failed")

    until(there, limit=60, says="the import ends")
    return found


@pytest.fixture(scope="module")
def imported(coordinator: httpx.Client) -> dict[str, Any]:
    view = opened(coordinator, workbook(), XLSX)
    assert [column["field"] for column in view["columns"]] == ["name_fi", "kind", "y-tunnus", "places"]
    assert ended(coordinator, view, "try")["tried"] == {"added": 1, "like": 1, "refused": 2}
    return ended(coordinator, view, "run")


def test_the_report_is_a_table_of_the_rows_with_what_to_do(coordinator: httpx.Client, imported: dict[str, Any]) -> None:
    assert imported["counts"] == {"added": 1, "like": 1, "refused": 2}
    path = f"/imports/{imported['id']}"
    refused = coordinator.get(f"{path}/rows", params={"outcome": "refused", "limit": 1}).json()
    assert [row["row"] for row in refused["items"]] == [4]
    assert coordinator.get(refused["next"].removeprefix("/api/v1")).json()["items"][0]["row"] == 5
    text = coordinator.get(f"{path}/report.csv", params={"lang": "fi"})
    assert text.headers["Content-Type"].startswith("text/csv")
    table = list(csv.reader(io.StringIO(text.text.removeprefix("\ufeff")), delimiter=";"))
    assert table[0] == ["Nimi", "Tyyppi", "Y-tunnus", "Paikkakunta", "rivi", "tulos", "rekisterissä", "mitä tehdä"]
    assert "0157286-0" in table[1][7]
    assert table[2][5] == "muistuttaa toista"
    assert "2069746 päättyisi numeroon 6" in table[3][7]
    assert "kaava" in table[4][7]
    sheet = coordinator.get(f"{path}/report.xlsx", params={"lang": "sv", "outcome": "refused"})
    book = openpyxl.load_workbook(io.BytesIO(sheet.content))
    assert book.active is not None
    rows = list(book.active.values)
    assert (rows[0][7], len(rows)) == ("vad ska göras", 3)
    for visitor in ("rows", "report.csv", "report.xlsx"):
        answer = httpx.get(f"{coordinator.base_url}{path.removeprefix('/')}/{visitor}")
        assert answer.status_code == 401, visitor


@pytest.mark.parametrize("format", list(TYPES))
def test_what_is_exported_is_imported_without_a_change(
    coordinator: httpx.Client, visitor: httpx.Client, imported: dict[str, Any], format: str
) -> None:
    mine = coordinator.get(f"/imports/{imported['id']}/rows", params={"outcome": "added"}).json()["items"][0]["id"]
    until(lambda: visitor.get(f"/organisations/{mine}").status_code == 200, says="what was imported is public")
    before = {one["id"]: one["version"] for one in visitor.get("/organisations?limit=200").json()["items"]}
    file = visitor.get(f"/organisations.{format}")
    assert (file.status_code, file.headers["Content-Type"].partition(";")[0]) == (200, TYPES[format])
    assert f"organisations.{format}" in file.headers["Content-Disposition"]
    view = opened(coordinator, file.content, TYPES[format])
    assert view["rows"] == len(before)
    done = ended(coordinator, view, "run", existing="change", alike="add")
    assert done["counts"] == {"unchanged": len(before)}
    after = {one["id"]: one["version"] for one in visitor.get("/organisations?limit=200").json()["items"]}
    assert after == before
    some = visitor.get(f"/organisations.{format}", params={"kind": "municipality"})
    assert some.status_code == 200
    assert coordinator.delete(f"/imports/{view['id']}").status_code == 204
    assert coordinator.get(f"/imports/{view['id']}").status_code == 404


@pytest.mark.parametrize("format", list(TYPES))
def test_the_calendar_is_exported(visitor: httpx.Client, format: str) -> None:
    file = visitor.get(f"/events.{format}")
    assert (file.status_code, file.headers["Content-Type"].partition(";")[0]) == (200, TYPES[format])
    assert visitor.get(f"/events.{format}", params={"colour": "red"}).status_code == 400
    if format == "json":
        assert isinstance(file.json()["items"], list)


def test_a_file_that_is_none_is_refused_with_what_to_do(coordinator: httpx.Client) -> None:
    for content, media_type, status in (
        (b"PK\x03\x04 cut off", XLSX, 422),
        (b"", "text/csv", 422),
        (b'{"a": 1}', "application/json", 422),
        (b"x", "application/pdf", 415),
        (b"\xd0\xcf\x11\xe0" + b"x" * 600, XLSX, 415),
        (b"x" * 5_000_000, "text/csv", 413),
    ):
        headers = {"Content-Type": media_type}
        answer = coordinator.post("/imports", params={"region": "FI1DC"}, content=content, headers=headers)
        assert (answer.status_code, bool(answer.json()["detail"])) == (status, True), answer.text
