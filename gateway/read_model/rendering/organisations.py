"""Organisations, as readers see them."""

from gateway.read_model import search
from gateway.read_model.records import Record

from .shown import Shown, Surroundings, head_of, in_language, to_json

_FIELDS = (
    "name",
    "kind",
    "regions",
    "nuts_version",
    "places",
    "identifiers",
    "competences",
    "summary",
    "website",
)


def organisation(record: Record, surroundings: Surroundings) -> Shown | None:
    """An organisation that was admitted to the registry."""
    if record.state != "admitted":
        return None
    data = record.data
    body = to_json(head_of(record) | {name: data.get(name) for name in _FIELDS})
    competences = data.get("competences") or []
    names: dict[str, str] = data.get("name") or {}
    identifiers = [entry.get("value", "") for entry in data.get("identifiers") or []]
    texts = [*names.values(), *(data.get("summary") or {}).values(), *(data.get("places") or []), *identifiers]
    return Shown(
        record=record,
        sort=search.sort_key(in_language(names, surroundings.languages)),
        item=body,
        body=body,
        facets=frozenset(
            {
                ("kind", str(data.get("kind"))),
                *(("region", code) for code in data.get("regions") or []),
                *(("competence", code) for code in competences),
                # a part of the value chain by itself: every competence in it
                *(("competence", code.partition(".")[0]) for code in competences),
            }
        ),
        words=search.indexed(texts),
    )
