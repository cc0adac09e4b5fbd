"""How fast public reads are, beside bare Falcon on Granian sending the same bytes (raw.py)."""

import statistics
import subprocess
import sys
from collections.abc import Iterator, Mapping, Sequence
from contextlib import contextmanager
from pathlib import Path
from urllib.parse import urlencode

import httpx
import orjson
import psutil

from deploy.node.ports import next_free
from tests.harness import until
from tests.harness.node import ROOT

from . import made_up, wrk
from .figures import Figure, Scale
from .made_up import MadeUp
from .site import Site
from .wrk import Run

_ROUNDS = 3
_AIMS = {
    "list of 50 events": "0.5 of raw; 5,000 a second",
    "one event": "0.5 of raw; 8,000 a second",
    "filtered calendar feed": "0.5 of raw",
}


def reads(site: Site, scale: Scale) -> Iterator[Figure]:
    """Lists of 50, single events, filtered calendar feeds. The read model is filled by the projector's own writer."""
    wrk.install()
    filled = fill(site, scale)
    yield from compared(
        site.node.folder / "bench", site.url, psutil.Process(site.parts["gateway"].process.pid), filled, scale.seconds
    )


def fill(site: Site, scale: Scale) -> MadeUp:
    """A read model of the scale's size, with projector and gateway running on it."""
    site.stop("gateway", "projector")
    filled = made_up.fill_read_model(site.node.folder, scale, site.url)
    site.start("projector", "gateway")
    until(lambda: _status(f"{site.url}/readyz") == 200, limit=60, says="the gateway is ready again")
    return filled


def compared(
    folder: Path, url: str, gateway: psutil.Process, filled: MadeUp, seconds: float, names: Sequence[str] | None = None
) -> Iterator[Figure]:
    """Each kind of read of a running gateway, ours and raw in turn within one run."""
    with httpx.Client(base_url=url, timeout=30) as client:
        wanted = {name: found for name, found in targets_of(client, filled).items() if names is None or name in names}
        answers = {target: _answer(client, target) for targets in wanted.values() for target in targets}
    held = folder / "answers.json"
    folder.mkdir(parents=True, exist_ok=True)
    held.write_bytes(orjson.dumps(answers))
    with _raw(folder, held) as (raw_url, raw):
        for name, targets in wanted.items():
            ours, bare = [], []
            for _ in range(_ROUNDS):
                bare.append(wrk.run(folder, raw_url, targets, seconds / _ROUNDS, raw))
                ours.append(wrk.run(folder, url, targets, seconds / _ROUNDS, gateway))
            yield _figure(name, ours, bare, targets, answers)


def targets_of(client: httpx.Client, filled: MadeUp) -> dict[str, list[str]]:
    """The addresses that each benchmark asks for, by its name."""
    lists = [
        f"/api/v1/events?{urlencode(query)}"
        for query in (
            *({"region": region, "from": "2026-01-01"} for region in made_up.REGIONS),
            *({"theme": theme, "from": "2026-01-01"} for theme in made_up.THEMES),
            *(
                {"theme": theme, "region": region, "from": "2026-01-01"}
                for theme in made_up.THEMES[:5]
                for region in made_up.REGIONS
            ),
        )
    ]
    lists += _pages(client, "/api/v1/events?from=2026-01-01", most=40)
    full = [target for target in lists if len(orjson.loads(_answer(client, target)[1])["items"]) == 50]
    feeds = [
        f"/api/v1/events.ics?{urlencode(query)}"
        for query in (
            {"theme": theme, "region": region, "lang": made_up.LANGUAGES[number % 3]}
            for theme in made_up.THEMES
            for number, region in enumerate(made_up.REGIONS)
        )
    ]
    return {
        "list of 50 events": full or lists,
        "one event": [f"/api/v1/events/{identity}" for identity in filled.events],
        "filtered calendar feed": feeds,
    }


def _pages(client: httpx.Client, first: str, most: int) -> list[str]:
    found, target = [], first
    while target and len(found) < most:
        found.append(target)
        target = orjson.loads(_answer(client, target)[1])["next"]
    return found


def _figure(
    name: str, ours: Sequence[Run], bare: Sequence[Run], targets: Sequence[str], answers: Mapping[str, tuple[str, str]]
) -> Figure:
    details: dict[str, float | int | str] = {
        "p50_ms": round(statistics.median(run.p50_ms for run in ours), 2),
        "p99_ms": round(statistics.median(run.p99_ms for run in ours), 2),
        "raw_p50_ms": round(statistics.median(run.p50_ms for run in bare), 2),
        "raw_p99_ms": round(statistics.median(run.p99_ms for run in bare), 2),
        "cpu_us": round(statistics.median(run.cpu_us for run in ours), 1),
        "raw_cpu_us": round(statistics.median(run.cpu_us for run in bare), 1),
        "addresses": len(targets),
        "kilobytes": round(statistics.mean(len(answers[target][1].encode()) for target in targets) / 1_000, 1),
    }
    return Figure(name, _rate(ours), "1/s", raw=_rate(bare), aim=_AIMS[name], details=details)


def _rate(runs: Sequence[Run]) -> float:
    return sum(run.answers for run in runs) / sum(run.seconds for run in runs)


def _answer(client: httpx.Client, target: str) -> tuple[str, str]:
    answer = client.get(target)
    assert answer.status_code == 200, f"{target}: {answer.status_code}"
    return answer.headers["content-type"], answer.content.decode()


@contextmanager
def _raw(folder: Path, answers: Path) -> Iterator[tuple[str, psutil.Process]]:
    port = next_free(18_900)
    log = folder / "raw.log"
    with log.open("wb") as output:
        process = subprocess.Popen(
            [sys.executable, "-m", "tests.benchmarks.raw", str(answers), str(port)],
            cwd=ROOT,
            stdout=output,
            stderr=output,
        )
    url = f"http://127.0.0.1:{port}"
    try:
        until(lambda: _status(f"{url}/") == 404, limit=60, says=f"the raw server answers; see {log}")
        yield url, psutil.Process(process.pid)
    finally:
        process.terminate()
        process.wait(20)


def _status(url: str) -> int:
    try:
        return httpx.get(url, timeout=5).status_code
    except httpx.TransportError:
        return 0
