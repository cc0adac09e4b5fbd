"""Importing organisations from one CSV file, while somebody else goes on using the registry."""

import threading
from collections.abc import Iterator
from urllib.parse import urlencode

from tests.harness import until

from . import processor
from .calendar_of_events import REGION, coordinator
from .figures import Figure, Scale
from .load import Connection, milliseconds
from .site import Site

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
    client.close()
    other.close()


def _of_others(seconds: list[float]) -> dict[str, float]:
    return {f"private_read_meanwhile_{name}": value for name, value in milliseconds(seconds or [0.0]).items()}
