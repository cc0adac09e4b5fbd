"""Series of events."""

from collections.abc import Mapping

from gateway.read_model import search
from gateway.read_model.records import Record

from .events import organiser_name
from .shown import Shown, Surroundings, head_of, in_language, to_json

_FIELDS = ("organiser", "title", "summary", "themes", "regions")


def series(record: Record, surroundings: Surroundings) -> Shown | None:
    """A series, by its title; a closed one stays."""
    if record.state not in ("active", "closed"):
        return None
    organiser = record.data.get("organiser") or {}
    name = organiser_name(organiser, record.home, surroundings)
    title: Mapping[str, str] = record.data.get("title") or {}
    body = to_json(head_of(record) | {field: record.data.get(field) for field in _FIELDS} | {"organiser_name": name})
    facets = {
        *(("region", code) for code in record.data.get("regions") or []),
        *(("theme", code) for code in record.data.get("themes") or []),
    }
    if organiser.get("id"):
        facets.add(("organiser", organiser["id"]))
    return Shown(
        record=record,
        sort=search.sort_key(in_language(title, surroundings.languages)),
        item=body,
        body=body,
        facets=frozenset(facets),
        words=search.indexed([title], [record.data.get("summary") or {}, name]),
        depends=frozenset({organiser["id"]} if organiser.get("kind") in ("organisation", "consortium") else ()),
    )
