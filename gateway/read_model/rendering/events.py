"""Events with their places and their organiser's name, and the times that others hold."""

from collections.abc import Mapping
from functools import partial
from typing import Any

from gateway.read_model import search
from gateway.read_model.records import Record
from services.contracts import vocabularies
from services.contracts.schemas.admission import no_conditions

from . import vevent
from .shown import Shown, Surroundings, head_of, to_json

_IN_LISTS = (
    "title",
    "summary",
    "begins",
    "ends",
    "time_zone",
    "place",
    "link",
    "themes",
    "regions",
    "languages",
    "organiser",
    "organiser_name",
    "audience",
    "capacity",
    "sign_up_closes",
    "places",
    "cancellation",
    "attendance",
    "co_hosts",
    "co_host_names",
    "series",
    "series_title",
    "postponed",
)
_BLOCK_FIELDS = ("kind", "begins", "ends", "time_zone", "themes", "regions")


def event(record: Record, surroundings: Surroundings) -> Shown | None:
    """An event that is public; a cancelled one stays, and says so."""
    if record.state not in ("published", "cancelled") or "begins" not in record.data or "ends" not in record.data:
        return None
    organiser = record.data.get("organiser") or {}
    co_hosts, series = record.data.get("co_hosts") or [], record.data.get("series")
    values = record.data | {
        "organiser_name": organiser_name(organiser, record.home, surroundings),
        "attendance": record.data.get("attendance") or _attendance(record.data),
        "co_hosts": co_hosts,
        "co_host_names": {
            identity: organiser_name({"kind": "organisation", "id": identity}, record.home, surroundings)
            for identity in co_hosts
        },
        "series_title": _title_of(series, record.home, surroundings),
        "sessions": sorted(record.data.get("sessions") or [], key=lambda session: (session["begins"], session["id"])),
        "speakers": record.data.get("speakers") or [],
        "places": _places(record, surroundings),
    }
    item = head_of(record) | {name: values.get(name) for name in _IN_LISTS}
    title: Mapping[str, str] = values.get("title") or {}
    place = values.get("place") or {}
    texts = [
        values.get("summary") or {},
        values["organiser_name"],
        place.get("name") or "",
        place.get("address") or "",
        *(session.get("title") or {} for session in values["sessions"]),
        *(speaker.get("name") or "" for speaker in values["speakers"]),
        *values["co_host_names"].values(),
        values["series_title"],
    ]
    programme = {"sessions": values["sessions"], "speakers": values["speakers"]}
    admission = {"admission": record.data.get("admission") or no_conditions()}
    return Shown(
        record=record,
        sort=values["begins"],
        until=values["ends"],
        item=to_json(item),
        body=to_json(item | {"description": values.get("description") or {}} | programme | admission),
        facets=_facets(values, organiser),
        words=search.indexed([title], texts),
        depends=frozenset(
            {
                *([organiser["id"]] if organiser.get("kind") in ("organisation", "consortium") else []),
                *co_hosts,
                *([series] if series else []),
            }
        ),
        calendar=partial(vevent.render_all, values, surroundings.languages, surroundings.public_url),
        time_zone=values.get("time_zone") or "Europe/Helsinki",
    )


def block(record: Record, surroundings: Surroundings) -> Shown | None:
    """A time that a draft holds or a restricted event takes."""
    if record.state != "placed" or "begins" not in record.data or "ends" not in record.data:
        return None
    data = record.data
    body = to_json(head_of(record) | {name: data.get(name) for name in _BLOCK_FIELDS})
    return Shown(
        record=record,
        sort=data["begins"],
        until=data["ends"],
        item=body,
        body=body,
        facets=frozenset(
            {
                ("kind", str(data.get("kind"))),
                *(("region", code) for code in data.get("regions") or []),
                *(("theme", code) for code in data.get("themes") or []),
            }
        ),
    )


def organiser_name(organiser: Mapping[str, Any], home: str, surroundings: Surroundings) -> Mapping[str, str]:
    """The organiser's name in its languages; {} while it is unknown."""
    kind, identity = organiser.get("kind"), str(organiser.get("id"))
    if kind == "region":
        return vocabularies.REGIONS.get(identity, {})
    if kind not in ("organisation", "consortium"):
        return {}
    found = surroundings.newest(kind, identity, home) or {}
    name: Mapping[str, str] = found.get("name") or {}
    return name


def _attendance(data: Mapping[str, Any]) -> str:
    """Of an event that an older node published, which does not say."""
    if not data.get("link"):
        return "on_site"
    return "hybrid" if data.get("place") else "online"


def _title_of(series: str | None, home: str, surroundings: Surroundings) -> Mapping[str, str]:
    found = surroundings.newest("series", series, home) if series else None
    title: Mapping[str, str] = (found or {}).get("title") or {}
    return title


def _places(record: Record, surroundings: Surroundings) -> dict[str, Any]:
    counted = surroundings.newest("places", record.id, record.home) or {}
    # Only the event's home counts its places.
    if counted.get("home") != record.home:
        counted = {"capacity": record.data.get("capacity"), "confirmed": 0, "waiting": 0}
    # An older node offers no seats. One that is offered is kept, so it counts as taken.
    capacity, confirmed, offered = counted["capacity"], counted["confirmed"], counted.get("offered") or 0
    return {
        "capacity": capacity,
        "confirmed": confirmed,
        "offered": offered,
        "waiting": counted["waiting"],
        "left": None if capacity is None else max(0, capacity - confirmed - offered),
    }


def _facets(values: Mapping[str, Any], organiser: Mapping[str, Any]) -> frozenset[tuple[str, str]]:
    audience = values.get("audience") or {}
    facets = {
        *(("region", code) for code in values.get("regions") or []),
        *(("theme", code) for code in values.get("themes") or []),
    }
    if organiser.get("id"):
        facets.add(("organiser", organiser["id"]))
    if values.get("series"):
        facets.add(("series", values["series"]))
    if organiser.get("kind") == "consortium":
        facets.add(("consortium", organiser["id"]))
    if audience.get("kind") == "consortia":
        facets |= {("consortium", identity) for identity in audience.get("ids") or []}
    if audience.get("kind") == "working_group":
        facets |= {("working_group", identity) for identity in audience.get("ids") or []}
    return frozenset(facets)
