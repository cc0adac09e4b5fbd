"""How much processor time each part used: what decides where all of them share the same cores."""

from collections.abc import Mapping
from typing import Any

import psutil
from pymongo import MongoClient

from .site import Site


def seconds_of(site: Site) -> dict[str, float]:
    """Processor time so far of every part with its children, of broker and store."""
    pids = {name: part.process.pid for name, part in site.parts.items()}
    pids["broker"] = site.node.broker.pid
    if site.node.store is not None:
        pids["store"] = site.node.store.pid
    return {name: _with_children(pid) for name, pid in pids.items()}


def used(before: Mapping[str, float], after: Mapping[str, float]) -> dict[str, float]:
    """What each part used between two moments."""
    return {name: after[name] - before.get(name, 0.0) for name in after}


def each(used_seconds: Mapping[str, float], count: int) -> dict[str, float]:
    """Milliseconds of processor time for one of `count` pieces of work: in all, and by part."""
    shares = {f"{name}_ms": round(seconds * 1000 / count, 2) for name, seconds in used_seconds.items()}
    return {"all_ms": round(sum(used_seconds.values()) * 1000 / count, 2), **shares}


def _with_children(pid: int) -> float:
    process = psutil.Process(pid)
    family = [process, *process.children(recursive=True)]
    times = [member.cpu_times() for member in family]
    return sum(time.user + time.system for time in times)


def store_commands(site: Site) -> dict[str, int]:
    """How many commands the store has carried out so far, by collection (`top`, MongoDB's and SecantusDB's)."""
    with MongoClient[dict[str, Any]](site.node.mongodb_uri) as client:
        totals = client.admin.command("top")["totals"]
    return {
        name: int(entry["total"]["count"])
        for name, entry in totals.items()
        if isinstance(entry, dict) and name.startswith(site.node.database_prefix)
    }
