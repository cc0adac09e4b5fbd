"""The clash check and the search for free dates against ten thousand events, as a partner asks for them.

The events stand in the store as the service's own code writes them; by commands they would take an hour.
"""

import random
import time
from collections.abc import Iterator
from datetime import UTC, datetime, timedelta
from typing import Any

from pymongo import MongoClient

from services.contracts.envelope import format_time, parse_time
from services.contracts.principal import Principal
from services.events import calendar
from services.events.model.clash import FARTHEST
from services.runtime.documents import as_stored
from tests.harness import until

from . import calendar_of_events, made_up
from .figures import Figure, Scale
from .site import Site

EVENTS = 10_000
_AIM = "under 50 ms"
_ASKED = 200
_AT_ONCE = 1_000


def clashes(site: Site, scale: Scale) -> Iterator[Figure]:
    """By remote call, so with the store's query, and beside that query by bare pymongo."""
    count = EVENTS if scale.events >= 1_000 else scale.events
    who = _coordinator(site)
    begins = _fill(site, count)
    days = random.Random(5)
    asked = [days.choice(begins) for _ in range(min(_ASKED, count))]
    took, found = [], 0
    for moment in asked:
        began = time.perf_counter()
        found += len(site.rpc.call("events.clashes", _proposal(moment), principal=who))
        took.append((time.perf_counter() - began) * 1_000)
    bare = sorted(_bare(site, asked))
    yield Figure(
        f"clash check among {count:,} events: p50",
        _share(took, 0.5),
        "ms",
        raw=bare[len(bare) // 2],
        aim=_AIM,
        details={
            "p99_ms": round(_share(took, 0.99), 1),
            "longest_ms": round(max(took), 1),
            "asked": len(asked),
            "clashes_each": round(found / len(asked), 1),
        },
    )
    spans = [_span(moment) for moment in asked[: max(3, len(asked) // 20)]]
    took = []
    for span in spans:
        began = time.perf_counter()
        site.rpc.call("events.free_dates", span, principal=who, timeout=30)
        took.append((time.perf_counter() - began) * 1_000)
    yield Figure(
        f"free dates of a quarter among {count:,} events: p50",
        _share(took, 0.5),
        "ms",
        details={"longest_ms": round(max(took), 1), "asked": len(spans)},
    )


def _coordinator(site: Site) -> Principal:
    calendar_of_events.coordinator(site)
    account = site.rpc.call("actors.open_account", {"email": "koordinaattori@example.org"}, principal=_OPERATOR)
    who = Principal("account", account["id"])
    until(lambda: site.rpc.call("events.own_events", {}, principal=who) is not None, says="its mandate is known")
    return who


_OPERATOR = Principal("operator")


def _fill(site: Site, count: int) -> list[datetime]:
    """When the events begin."""
    scale = Scale("", actors=0, events=count, subscribers=0, webhooks=0, listeners=0, seconds=0)
    documents, begins = [], []
    for event in made_up.events(scale, ("act_01kahp5v3mf0gt8zqk4c2w7x9e",)):
        values = {**event, **{name: parse_time(event[name]) for name in ("begins", "ends")}}
        documents.append(as_stored(calendar.entry_of_event(values, host_regions=tuple(event["regions"]))))
        begins.append(values["begins"])
    with MongoClient[dict[str, Any]](site.node.mongodb_uri) as client:
        target = client[f"{site.node.database_prefix}events"][calendar.COLLECTION]
        for first in range(0, len(documents), _AT_ONCE):
            target.insert_many(documents[first : first + _AT_ONCE])
    return begins


def _proposal(moment: datetime) -> dict[str, Any]:
    return {
        "organiser": {"kind": "region", "id": calendar_of_events.REGION},
        "begins": format_time(moment),
        "ends": format_time(moment + timedelta(hours=4)),
        "place": {"name": "Joensuu-talo", "address": "Esimerkkikatu 7, Joensuu", "region": calendar_of_events.REGION},
        "themes": ["funding", "side_streams"],
        "speakers": [{"name": "Esimerkki Puhuja"}],
        "regions": list(made_up.REGIONS[:3]),
    }


def _span(moment: datetime) -> dict[str, Any]:
    proposal = {name: value for name, value in _proposal(moment).items() if name not in ("begins", "ends")}
    first = moment.astimezone(UTC).date()
    return {**proposal, "first_day": first.isoformat(), "last_day": (first + timedelta(days=90)).isoformat()}


def _bare(site: Site, asked: list[datetime]) -> Iterator[float]:
    """Milliseconds of the store's part: the entries of the days around, as they are."""
    with MongoClient[dict[str, Any]](site.node.mongodb_uri) as client:
        target = client[f"{site.node.database_prefix}events"][calendar.COLLECTION]
        for moment in asked:
            day = moment.toordinal()
            began = time.perf_counter()
            list(target.find({"short_from": {"$gte": day - FARTHEST - calendar.SHORT + 1, "$lte": day + FARTHEST}}))
            yield (time.perf_counter() - began) * 1_000


def _share(values: list[float], part: float) -> float:
    ordered = sorted(values)
    return ordered[min(len(ordered) - 1, int(len(ordered) * part))]
