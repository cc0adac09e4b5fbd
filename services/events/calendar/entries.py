"""Entries of the calendar: from an event or a block, and to what the rule needs."""

from collections.abc import Mapping
from typing import Any, Final

from services.events.model import name_key, venue_key
from services.events.model.clash import Occupied, day_span
from services.runtime.copies import copy_key

SHORT: Final = 3
"""Days that most events take at most."""


def entry_of_event(
    values: Mapping[str, Any], *, within: str | None = None, host_regions: tuple[str, ...] = ()
) -> dict[str, Any]:
    """values: an event as a dict of Python values. within: the consortium of its audience's working group.
    host_regions: whose coordinators may act for its organiser."""
    entry = _head(values, "event")
    if values.get("state") not in ("draft", "published") or "begins" not in values:
        return entry
    organiser, place = values["organiser"], values.get("place")
    audience = values.get("audience") or {"kind": "public", "ids": ()}
    ids = list(audience["ids"])
    speakers = [
        [name_key(speaker["name"]), speaker.get("organisation"), speaker["name"]]
        for speaker in values.get("speakers") or ()
    ]
    return entry | {
        **_days(values),
        "title": dict(values["title"]),
        "organiser": {"kind": organiser["kind"], "id": organiser["id"]},
        "host_regions": list(host_regions),
        "hosts": [
            f"{organiser['kind']}:{organiser['id']}",
            *(f"organisation:{identity}" for identity in values.get("co_hosts") or ()),
        ],
        "venue": "" if place is None else venue_key(place["name"], place.get("address") or ""),
        "speakers": speakers,
        "themes": list(values.get("themes") or ()),
        "regions": list(values.get("regions") or ()),
        "audience": audience["kind"],
        "groups": ids if audience["kind"] == "working_group" else [],
        "consortia": ids if audience["kind"] == "consortia" else [],
        "within": within,
        "block": values.get("block"),
    }


def entry_of_block(values: Mapping[str, Any]) -> dict[str, Any]:
    """values: another node's block as a dict of Python values."""
    entry = _head(values, "block")
    if values.get("state") != "placed" or "begins" not in values:
        return entry
    return entry | {
        **_days(values),
        "block_kind": values.get("kind"),
        "themes": list(values.get("themes") or ()),
        "regions": list(values.get("regions") or ()),
    }


def occupied_of(entry: Mapping[str, Any]) -> Occupied:
    """What the rule needs of an entry that takes time."""
    return Occupied(
        home=entry["home"],
        id=entry["id"],
        begins=entry["begins"],
        ends=entry["ends"],
        first=entry["first"],
        last=entry["last"],
        hosts=tuple(entry.get("hosts", ())),
        venue=entry.get("venue", ""),
        speakers=tuple((speaker[0], speaker[1]) for speaker in entry.get("speakers", ())),
        themes=tuple(entry["themes"]),
        regions=tuple(entry["regions"]),
        audience=entry.get("audience", "unknown"),
        groups=tuple(entry.get("groups", ())),
        consortia=tuple(entry.get("consortia", ())),
        within=entry.get("within"),
    )


def _head(values: Mapping[str, Any], kind: str) -> dict[str, Any]:
    names = ("id", "home", "incarnation", "version", "state")
    return {"_id": copy_key(values["home"], values["id"]), "kind": kind, **{name: values[name] for name in names}}


def _days(values: Mapping[str, Any]) -> dict[str, Any]:
    first, last = day_span(values["begins"], values["ends"], values["time_zone"])
    key = "short_from" if last - first < SHORT else "long_from"
    times = {name: values[name] for name in ("begins", "ends", "time_zone")}
    return {**times, "first": first, "last": last, key: first}
