"""Importing organisations from one file, CSV and XLSX, while somebody else goes on using the registry."""

import io
import threading
import time
from collections.abc import Iterator
from typing import Any
from urllib.parse import urlencode

import openpyxl

from tests.harness import until

from . import processor
from .calendar_of_events import REGION, coordinator
from .figures import Figure, Scale
from .load import Connection, milliseconds
from .site import Site

XLSX = "application/vnd.openxmlformats-officedocument.spreadsheetml.sheet"
HEADER = "name_fi;kind;regions;places;website\n"


def imports(site: Site, scale: Scale) -> Iterator[Figure]:
    """At most 10,000 rows in one call, as the API takes them."""
    key, count = coordinator(site), min(scale.actors, 10_000)
    rows = [f"Esimerkkiyritys {n} Oy;company;{REGION};Outokumpu;https://example.org/{n}\n" for n in range(count)]
    file, path = (HEADER + "".join(rows)).encode(), "/organisations/import?" + urlencode({"region": REGION})
    client, other, ended = Connection(site.port, key), Connection(site.port, key), threading.Event()
    meanwhile: list[float] = []

    def look() -> None:
        while not ended.wait(0.05):
            meanwhile.append(other.get("/me").seconds)

    looking = threading.Thread(target=look)
    before = processor.seconds_of(site)
    looking.start()
    answer = client.post(path, file, content_type="text/csv")
    ended.set()
    looking.join()
    assert answer.status == 200, answer.body[:300]
    report = answer.json()
    assert report["added"] == count, {name: report[name] for name in ("added", "duplicate", "refused", "unchanged")}
    last = report["rows"][-1]["id"]
    until(lambda: client.get(f"/organisations/{last}").status == 200, limit=120, says="the last one is public")
    used = processor.used(before, processor.seconds_of(site))
    yield Figure(
        f"import of {count} organisations",
        answer.seconds,
        "s",
        details={"rows_per_s": round(count / answer.seconds), **_of_others(meanwhile)},
    )
    cost = processor.each(used, count)
    yield Figure("processor time of an imported organisation", cost.pop("all_ms"), "ms", details=cost)
    again = client.post(path, file, content_type="text/csv")
    assert (again.status, again.json()["unchanged"]) == (200, count)
    yield Figure(f"the same file again ({count} unchanged)", again.seconds, "s")
    yield from _by_workbook(client, count)
    client.close()
    other.close()


def _by_workbook(client: Connection, count: int) -> Iterator[Figure]:
    """As a coordinator does it: the file goes in and is looked at, tried, run, run again."""
    path = "/imports?" + urlencode({"region": REGION})
    opened = client.post(path, _workbook(count), content_type=XLSX)
    assert opened.status == 201, opened.body[:300]
    view = opened.json()
    yield Figure(f"reading a workbook of {count} rows", opened.seconds, "s")
    wanted = {"added": count}
    for turn, says in (("try", "its dry run"), ("run", "its import"), ("run", "its import again")):
        began = time.monotonic()
        assert client.post(f"/imports/{view['id']}/{turn}", {}).status == 202
        ended = until(lambda: _ended(client, view["id"]), limit=600, says=says)
        assert ended["counts"] == wanted, ended
        yield Figure(f"{says} ({count} rows)", time.monotonic() - began, "s")
        wanted = wanted if turn == "try" else {"unchanged": count}


def _ended(client: Connection, import_id: str) -> dict[str, Any] | None:
    view: dict[str, Any] = client.get(f"/imports/{import_id}").json()
    return view if view["state"] in ("tried", "done", "failed") else None


def _workbook(count: int) -> bytes:
    book, out = openpyxl.Workbook(write_only=True), io.BytesIO()
    sheet = book.create_sheet("Toimijat")
    sheet.append(["Nimi", "Tyyppi", "Maakunta", "Paikkakunta", "www"])
    for number in range(count):
        name = f"Taulukkoyritys {number} Oy (esimerkki)"
        sheet.append([name, "Yritys", REGION, "Outokumpu", f"https://example.org/t{number}"])
    book.save(out)
    return out.getvalue()


def _of_others(seconds: list[float]) -> dict[str, float]:
    return {f"private_read_meanwhile_{name}": value for name, value in milliseconds(seconds or [0.0]).items()}
