"""Series: a public name for a row of events."""

from dataclasses import replace
from typing import Any

from services.contracts import identifiers
from services.contracts.errors import Conflict, UnknownReference
from services.events import model
from services.events.model import Event, Series
from services.events.store import EventStore
from services.runtime.documents import structure, to_values
from services.runtime.records import expect_version
from services.runtime.work import Work

from .audience import organiser_regions, target_of

Arguments = dict[str, Any]


def start_series(work: Work, store: EventStore, arguments: Arguments) -> dict[str, Any]:
    """Raises UnknownReference, Forbidden, SignInNeeded."""
    mine = {
        "id": identifiers.new_id(identifiers.SERIES),
        "home": work.origin.node,
        "incarnation": work.origin.incarnation,
        "version": 1,
        "state": "active",
        "created": work.now,
        "changed": work.now,
    }
    series = structure(Series, {**arguments, **mine})
    work.require("events.series.change", target_of(work, store, series.organiser))
    series = replace(series, regions=_concerned(work, store, series))
    store.series.add(series)
    work.tell("events.series.started", to_values(series))
    return to_values(series)


def change_series(work: Work, store: EventStore, arguments: Arguments) -> dict[str, Any]:
    """Raises NotFound, Forbidden, VersionMismatch, Conflict."""
    before = _own(work, store, arguments)
    changes = {
        key: tuple(value) if isinstance(value, list) else value
        for key, value in arguments.items()
        if key not in ("id", "expected_version")
    }
    series = model.change_series(before, changes, work.now, work.origin.incarnation)
    series = replace(series, regions=_concerned(work, store, series))
    store.series.replace(series)
    work.tell("events.series.changed", to_values(series))
    return to_values(series)


def close_series(work: Work, store: EventStore, arguments: Arguments) -> dict[str, Any]:
    """Raises NotFound, Forbidden, VersionMismatch, Conflict."""
    series = model.close_series(_own(work, store, arguments), work.now, work.origin.incarnation)
    store.series.replace(series)
    work.tell("events.series.closed", to_values(series))
    return to_values(series)


def check_joins(work: Work, store: EventStore, event: Event) -> None:
    """An event joins a series of whoever its organiser's people act for. Raises UnknownReference, Conflict,
    Forbidden."""
    if event.series is None:
        return
    series = store.series.find(event.series)
    if series is None:
        message = f"There is no series {event.series} on this node."
        raise UnknownReference(message, {"errors": [{"field": "series", "message": message}]})
    if series.state == "closed":
        raise Conflict("This series is closed: no event joins it any more.")
    if series.organiser != event.organiser:
        work.require("events.series.change", target_of(work, store, series.organiser))


def _own(work: Work, store: EventStore, arguments: Arguments) -> Series:
    series = store.series.get(arguments["id"])
    work.require("events.series.change", target_of(work, store, series.organiser))
    expect_version(series, arguments.get("expected_version"))
    return series


def _concerned(work: Work, store: EventStore, series: Series) -> tuple[str, ...]:
    host = organiser_regions(work, store, series.organiser)
    return tuple(sorted({*series.regions, *(code for code in host if not code.startswith("node:"))}))
