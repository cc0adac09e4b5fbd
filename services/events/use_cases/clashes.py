"""The clash check against the whole known calendar: own events and drafts, other nodes' events, holds and blocks."""

from collections.abc import Iterable, Mapping
from dataclasses import dataclass, replace
from datetime import date
from typing import Any

from services.contracts.errors import NotFound, field_error
from services.events import calendar
from services.events.days_off import days_off
from services.events.model import LONGEST, Organiser
from services.events.model.clash import Clash, Occupied, Off, clash, off_on, worst_first
from services.events.store import EventStore
from services.runtime.documents import to_values
from services.runtime.work import Work

from .audience import concerned_by, may_know, target_of
from .clash_words import Words
from .sight import Sight

Arguments = dict[str, Any]
Values = Mapping[str, Any]
MOST = 200
"""Of a list of clashes: the worst ones."""


def clashes(work: Work, store: EventStore, arguments: Arguments) -> list[dict[str, Any]]:
    """What stands in the way of an event, the worst first. Raises NotFound, Forbidden, SignInNeeded, Invalid,
    UnknownReference."""
    values = _asked(work, store, arguments)
    organiser = Organiser(**values["organiser"])
    work.require("events.clashes.read", target_of(work, store, organiser))
    asked = proposal(work, store, values)
    entries = store.calendar.between(asked.occupied.first, asked.occupied.last)
    return found_among(entries, Sight(work, store), asked)[:MOST]


@dataclass(frozen=True, slots=True)
class Proposal:
    """What is checked, and the words for what it shares with others."""

    occupied: Occupied
    words: Words


def proposal(work: Work, store: EventStore, values: Values) -> Proposal:
    """values: an event's, as a dict of Python values. Raises UnknownReference."""
    regions = concerned_by(work, store, values)
    entry = calendar.entry_of_event({**values, "regions": regions}, within=_within(store, values.get("audience") or {}))
    return Proposal(calendar.occupied_of(entry), Words(store, values))


def found_among(entries: Iterable[Values], sight: Sight, asked: Proposal) -> list[dict[str, Any]]:
    """Those of the calendar that clash with it, and the days off that it meets; the worst first."""
    mine = asked.occupied
    met = [(entry, found) for entry in entries if (found := meet(mine, entry, sight))]
    met.sort(key=lambda pair: (worst_first(pair[1]), pair[0]["begins"], pair[0]["id"]))
    off = off_on(mine.first, mine.last, days_off(mine.regions, mine.first, mine.last))
    return [*(_view(entry, found, sight, asked.words) for entry, found in met[:MOST]), *_off_views(off, asked.words)]


def meet(mine: Occupied, entry: Values, sight: Sight) -> Clash | None:
    """The clash with an entry of the calendar. Who speaks at what the caller may not read does not count: nobody learns
    from it that a person speaks at what is not announced yet."""
    if (entry["id"], entry["home"]) == (mine.id, mine.home):
        return None
    other = calendar.occupied_of(entry)
    found = clash(mine, other)
    if found is None or not other.speakers or sight.reads(entry):
        return found
    return clash(mine, replace(other, speakers=()))


def _asked(work: Work, store: EventStore, arguments: Arguments) -> dict[str, Any]:
    """An event's values: of the one that is named, with what is given in place of its own."""
    given = {name: value for name, value in arguments.items() if name != "event"}
    if "event" in arguments:
        event = store.events.get(arguments["event"])
        if not may_know(work, store, event):
            raise NotFound(f"There is no {event.id}.")
        values = to_values(event) | given
        if "organiser" in given and given["organiser"] != to_values(event)["organiser"]:
            raise field_error("organiser", "The organiser of an event stays. Leave it out.")
    else:
        for name in ("organiser", "begins", "ends"):
            if name not in given:
                raise field_error(name, "Give organiser, begins and ends, or the id of an event.")
        values = {"id": "", "home": "", "incarnation": 1, "version": 1, "time_zone": "Europe/Helsinki", **given}
    values |= {"state": "draft", "title": values.get("title") or {}}
    if values["ends"] <= values["begins"]:
        raise field_error("ends", "The end must be after the beginning.")
    if values["ends"] - values["begins"] > LONGEST:
        raise field_error("ends", "An event lasts a year at most.")
    return values


def _within(store: EventStore, audience: Values) -> str | None:
    ids = audience.get("ids") or ()
    if audience.get("kind") != "working_group" or not ids:
        return None
    group = store.working_groups.find(ids[0])
    return None if group is None else group.get("consortium")


def _view(entry: Values, found: Clash, sight: Sight, words: Words) -> dict[str, Any]:
    reads = sight.reads(entry)
    is_block = entry["kind"] == "block" or not reads
    hidden = entry["kind"] == "event" and is_block
    return {
        "severity": found.severity,
        "kind": "block" if is_block else "event",
        "id": entry["block"] if hidden else entry["id"],
        "home": entry["home"],
        "state": ("hold" if entry["state"] == "draft" else "busy")
        if hidden
        else entry.get("block_kind", entry["state"]),
        "title": {} if is_block else entry["title"],
        "begins": entry["begins"],
        "ends": entry["ends"],
        "time_zone": entry["time_zone"],
        "first_day": date.fromordinal(entry["first"]),
        "last_day": date.fromordinal(entry["last"]),
        "days": found.days,
        "overlaps": found.overlaps,
        "themes": entry["themes"],
        "regions": entry["regions"],
        "reasons": [words.reason(reason.what, reason.shared, found) for reason in found.reasons],
    }


def _off_views(found: Iterable[Off], words: Words) -> Iterable[dict[str, Any]]:
    for off in found:
        yield {
            "severity": "weak",
            "kind": off.kind,
            "id": None,
            "home": None,
            "state": None,
            "title": dict(off.name),
            "begins": None,
            "ends": None,
            "time_zone": None,
            "first_day": date.fromordinal(off.first),
            "last_day": date.fromordinal(off.last),
            "days": 0,
            "overlaps": True,
            "themes": [],
            "regions": list(off.regions),
            "reasons": [words.off(off)],
        }
