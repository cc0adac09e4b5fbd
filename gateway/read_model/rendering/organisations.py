"""Organisations and the relations between them, as readers see them."""

from collections.abc import Mapping
from typing import Any

from gateway.read_model import search
from gateway.read_model.records import Record
from services.contracts.relations import INVERSE_OF, INVERSES, RELATIONS

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
    """An organisation of the registry; one that is succeeded or merged stays, and says what it is called now."""
    if record.state not in ("admitted", "succeeded", "merged"):
        return None
    data = record.data
    relations = [_as_seen_from(record, stated, surroundings) for stated in surroundings.related(record.id)]
    successors = [
        {**successor, "name": _name(str(successor.get("id")), record.home, surroundings)}
        for successor in data.get("successors") or []
    ]
    item = head_of(record) | {name: data.get(name) for name in _FIELDS} | {"successors": successors}
    competences = data.get("competences") or []
    names: dict[str, str] = data.get("name") or {}
    identifiers = [entry.get("value", "") for entry in data.get("identifiers") or []]
    return Shown(
        record=record,
        sort=search.sort_key(in_language(names, surroundings.languages)),
        item=to_json(item),
        body=to_json(item | {"relations": relations}),
        facets=frozenset(
            {
                ("kind", str(data.get("kind"))),
                *(("region", code) for code in data.get("regions") or []),
                *(("competence", code) for code in competences),
                # a part of the value chain by itself: every competence in it
                *(("competence", code.partition(".")[0]) for code in competences),
            }
        ),
        words=search.indexed([names], [data.get("summary") or {}, *(data.get("places") or []), *identifiers]),
        depends=frozenset(
            {*(str(each.get("id")) for each in successors), *(str(each["organisation"]) for each in relations)}
        ),
    )


def relation(record: Record, surroundings: Surroundings) -> Shown | None:
    """A relation, with the names of both and the words for it from either side."""
    if record.state != "stated":
        return None
    data = record.data
    kind, party, other = (str(data.get(name)) for name in ("kind", "organisation", "other"))
    inverse = INVERSE_OF.get(kind, kind)
    body = to_json(
        head_of(record)
        | {
            "kind": kind,
            "label": RELATIONS.get(kind, {}),
            "inverse": inverse,
            "inverse_label": INVERSES.get(inverse, {}),
            "organisation": party,
            "organisation_name": _name(party, record.home, surroundings),
            "other": other,
            "other_name": _name(other, record.home, surroundings),
            "since": data.get("since"),
            "until": data.get("until"),
            "ceased": bool(data.get("ceased")),
        }
    )
    return Shown(
        record=record,
        sort=str(data.get("since") or ""),
        item=body,
        body=body,
        facets=frozenset({("organisation", party), ("organisation", other), ("kind", kind)}),
        depends=frozenset({party, other}),
    )


def _as_seen_from(record: Record, stated: Mapping[str, Any], surroundings: Surroundings) -> dict[str, Any]:
    kind = str(stated.get("kind"))
    if stated.get("organisation") == record.id:
        other, label = str(stated.get("other")), RELATIONS.get(kind, {})
    else:
        kind = INVERSE_OF.get(kind, kind)
        other, label = str(stated.get("organisation")), INVERSES.get(kind, {})
    return {
        "id": stated.get("id"),
        "kind": kind,
        "label": label,
        "organisation": other,
        "name": _name(other, str(stated.get("home")), surroundings),
        "since": stated.get("since"),
        "until": stated.get("until"),
    }


def _name(organisation: str, home: str, surroundings: Surroundings) -> dict[str, str]:
    found: dict[str, str] = (surroundings.newest("organisation", organisation, home) or {}).get("name") or {}
    return found
