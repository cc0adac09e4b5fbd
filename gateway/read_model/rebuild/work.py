"""One rebuild, from the first page of the first snapshot to the swap."""

import asyncio
import sqlite3
import time
from collections.abc import Awaitable, Callable
from dataclasses import asdict, dataclass, replace
from datetime import UTC, datetime
from functools import partial
from pathlib import Path
from typing import Any, Final, Protocol, TypeVar

import orjson

from gateway.read_model.projection import Projection, RebuildGivenUp
from gateway.read_model.records import TOMBSTONES, Record, record_of_snapshot
from services.contracts.envelope import UndecodableFact, format_time
from services.contracts.errors import Refusal
from services.contracts.principal import OPERATOR
from services.runtime import logging
from services.runtime.rpc_client import CallFailed

from .comparison import Comparison, Snapshots, has_caught_up
from .control import Report

log = logging.get(__name__)

T = TypeVar("T")

SOURCES: Final = (
    ("actors", "organisation"),
    ("actors", "relation"),
    ("actors", "offering"),
    ("actors", "package"),
    ("actors", "session"),
    ("actors", "key"),
    ("consortium", "consortium"),
    ("consortium", "membership"),
    ("consortium", "working_group"),
    ("consortium", "news"),
    ("events", "series"),
    ("events", "event"),
    ("events", "places"),
    ("events", "block"),
)
_PAGE: Final = 100  # of events, a quarter of a second; live facts wait that long
_PATIENCE: Final = 10.0
_CALL_LIMIT: Final = 20.0


class Caller(Protocol):
    """services.runtime.rpc_client.RpcClient."""

    async def call(
        self, method: str, arguments: dict[str, Any], *, principal: Any, correlation_id: str, timeout: float
    ) -> Any: ...


@dataclass(frozen=True, slots=True)
class Bench:
    """What a rebuild works with. write: runs work in the thread that may touch the files. tell: hands on how far it
    is."""

    projection: Projection
    write: Callable[[Callable[[], Any]], Awaitable[Any]]
    tell: Callable[[Report], None]


async def rebuild(bench: Bench, caller: Caller, identity: str) -> Report:
    """Rebuilds and swaps. The report says `failed` when a service did not answer or a file could not be written;
    then the live files are as they were."""
    began = time.monotonic()
    report = Report(identity, "running", format_time(datetime.now(UTC)), step="making new files")
    bench.tell(report)
    try:
        await bench.write(bench.projection.begin_next)
        for service, kind in SOURCES:
            report = replace(report, step=f"reading {service}.{kind}")
            bench.tell(report)
            report = await _fill(bench, caller, report, service, kind)
        report = replace(report, step="comparing")
        bench.tell(report)
        report = await _compare(bench, report)
        await bench.write(bench.projection.swap)
        report = replace(report, state="done", step="")
    except (CallFailed, Refusal, sqlite3.Error, OSError, RebuildGivenUp) as error:
        log.error("rebuild failed", step=report.step, error=str(error))
        await bench.write(bench.projection.abandon)
        report = replace(report, state="failed", error=f"{type(error).__name__}: {error}")
    except asyncio.CancelledError:
        bench.tell(replace(report, state="failed", error="the projector was stopped"))
        raise
    report = replace(report, seconds=round(time.monotonic() - began, 2))
    bench.tell(report)
    log.info("rebuild ended", state=report.state, rows=report.rows, differing=report.differing, took=report.seconds)
    return report


async def _fill(bench: Bench, caller: Caller, report: Report, service: str, kind: str) -> Report:
    after: str | None = None
    count = 0
    while True:
        page = await caller.call(
            f"{service}.snapshot",
            {"kind": kind, "after": after, "limit": _PAGE},
            principal=OPERATOR,
            correlation_id=report.id,
            timeout=_CALL_LIMIT,
        )
        records, wrong = _records(kind, page["records"])
        await bench.write(partial(bench.projection.fill_next, records))
        count += len(records)
        report = replace(report, records={**report.records, kind: count}, undecodable=report.undecodable + wrong)
        bench.tell(report)
        after = page["next"]
        if after is None:
            return report


def _records(kind: str, entries: list[dict[str, Any]]) -> tuple[list[Record], int]:
    records, wrong = [], 0
    for entry in entries:
        try:
            records.append(record_of_snapshot(kind, entry))
        except UndecodableFact as error:
            log.error("undecodable record in a snapshot", kind=kind, error=str(error))
            wrong += 1
    return records, wrong


async def _compare(bench: Bench, report: Report) -> Report:
    """Compares both as they stand at one moment, while facts go on being applied to both."""
    ends = time.monotonic() + _PATIENCE
    live, rebuilt = _paths(bench.projection)
    while not await asyncio.to_thread(has_caught_up, live[0], rebuilt[0]) and time.monotonic() < ends:  # noqa: ASYNC110
        await asyncio.sleep(0.2)
    kept = await bench.write(lambda: _keep_tombstones(bench.projection))
    public, identity = await bench.write(lambda: (Snapshots(live[0], rebuilt[0]), Snapshots(live[1], rebuilt[1])))
    result = Comparison()
    try:
        await asyncio.to_thread(public.compare_public, result)
        await asyncio.to_thread(identity.compare_identity, result)
    finally:
        public.close()
        identity.close()
    return replace(
        report,
        tombstones=kept,
        rows=result.rows,
        equal=result.equal,
        differing=result.differing,
        differences=tuple(asdict(difference) for difference in result.differences),
    )


def _paths(projection: Projection) -> tuple[tuple[Path, Path], tuple[Path, Path]]:
    if projection.next is None:
        raise RebuildGivenUp("the new files could not be written")
    live, rebuilt = projection.live, projection.next
    return (live.public.path, live.identity.path), (rebuilt.public.path, rebuilt.identity.path)


def _keep_tombstones(projection: Projection) -> int:
    """Takes over tombstones that no snapshot has, lest an old fact that comes once more brings the record back."""
    if projection.next is None:
        raise RebuildGivenUp("the new files could not be written")
    marks = ", ".join("?" * len(TOMBSTONES))
    rows = projection.live.public.database.execute(
        f"SELECT kind, ref, incarnation, version, state, data FROM record WHERE state IN ({marks})",  # noqa: S608
        sorted(TOMBSTONES),
    ).fetchall()
    known = projection.next.public.database
    missing = []
    for kind, ref, incarnation, version, state, data in rows:
        if known.execute("SELECT 1 FROM record WHERE kind = ? AND ref = ?", (kind, ref)).fetchone() is None:
            record_id, _, home = ref.partition("@")
            missing.append(Record(kind, home, record_id, incarnation, version, state, orjson.loads(data)))
    projection.fill_next(missing)
    return len(missing)
