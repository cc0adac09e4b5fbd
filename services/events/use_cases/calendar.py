"""Keeping the calendar that clashes are looked for in: own events with their changes, others' with their facts."""

from collections.abc import Mapping
from typing import Any

from services.contracts.envelope import Fact
from services.events import calendar
from services.events.store import EventStore
from services.runtime.documents import to_values
from services.runtime.work import Work

Values = Mapping[str, Any]


def enter(store: EventStore, values: Values) -> None:
    """An own event, as it is now."""
    store.calendar.put(_entry(store, values))


def leave(store: EventStore, home: str, event: str) -> None:
    store.calendar.remove(home, event)


def take_event(work: Work, store: EventStore, fact: Fact, data: dict[str, Any]) -> None:
    """Another node's public event. Own ones are entered with the command that changes them."""
    if fact.home != work.origin.node:
        store.calendar.take(_entry(store, _of_fact(fact, data)))


def take_block(work: Work, store: EventStore, fact: Fact, data: dict[str, Any]) -> None:
    """Another node's date hold or busy block."""
    if fact.home != work.origin.node:
        store.calendar.take(calendar.entry_of_block(_of_fact(fact, data)))


class FillCalendar:
    """A sweep that enters events which are older than the calendar, once for a store."""

    def __init__(self) -> None:
        self._done = False

    def __call__(self, store: EventStore) -> None:
        if self._done:
            return
        if not store.calendar.is_filled:
            after: str | None = None
            while True:
                page, after = store.events.page(after, 200)
                for event in page:
                    store.calendar.add_missing(_entry(store, to_values(event)))
                if after is None:
                    break
            store.calendar.note_filled()
        self._done = True


def _entry(store: EventStore, values: Values) -> dict[str, Any]:
    audience = values.get("audience") or {}
    group = store.working_groups.find(audience["ids"][0]) if audience.get("kind") == "working_group" else None
    return calendar.entry_of_event(
        values,
        within=None if group is None else group.get("consortium"),
        host_regions=_host_regions(store, values.get("organiser")),
    )


def _host_regions(store: EventStore, organiser: Values | None) -> tuple[str, ...]:
    if organiser is None:
        return ()
    if organiser["kind"] == "region":
        return (organiser["id"],)
    known = (store.organisations if organiser["kind"] == "organisation" else store.consortia).find(organiser["id"])
    return () if known is None else tuple(known.get("regions") or ())


def _of_fact(fact: Fact, data: Values) -> dict[str, Any]:
    return {
        **data,
        "id": fact.subject,
        "home": fact.home,
        "incarnation": fact.incarnation,
        "version": fact.version,
        "state": data.get("state", "withdrawn"),
    }
