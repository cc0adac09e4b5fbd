"""Offerings and packages of them, as readers see them."""

from collections.abc import Iterator, Mapping
from typing import Any

from gateway.read_model import search
from gateway.read_model.records import Record
from services.contracts.materials import MATERIALS

from .shown import Shown, Surroundings, head_of, in_language, to_json

_FIELDS = (
    "organisation",
    "title",
    "kind",
    "value_chain",
    "materials",
    "trl_from",
    "trl_to",
    "nace",
    "regions",
    "link",
)
Facet = tuple[str, str]


def offering(record: Record, surroundings: Surroundings) -> Shown | None:
    """An offering with the name of its organisation, and its website to ask for it."""
    if record.state != "offered":
        return None
    data = record.data
    owner = _organisation(data, record.home, surroundings)
    item = head_of(record) | {name: data.get(name) for name in _FIELDS}
    item |= {"organisation_name": owner.get("name") or {}, "contact": owner.get("website")}
    return Shown(
        record=record,
        sort=search.sort_key(in_language(data.get("title"), surroundings.languages)),
        item=to_json(item),
        body=to_json(item | {"description": data.get("description") or {}}),
        facets=frozenset(_facets(data)),
        words=search.indexed([data.get("title") or {}], _texts(data, owner)),
        depends=frozenset({str(data.get("organisation"))}),
    )


def package(record: Record, surroundings: Surroundings) -> Shown | None:
    """A package with the offerings whose owners consented; it is found by what they are."""
    if record.state != "offered":
        return None
    data = record.data
    maker = _organisation(data, record.home, surroundings)
    parts = [
        (str(identity), surroundings.newest("offering", str(identity), record.home) or {})
        for identity in data.get("offerings") or []
    ]
    owners = [_organisation(part, record.home, surroundings) for _, part in parts]
    body = to_json(
        head_of(record)
        | {name: data.get(name) for name in ("organisation", "title", "description", "link")}
        | {
            "organisation_name": maker.get("name") or {},
            "contact": maker.get("website"),
            "offerings": [
                {
                    "id": identity,
                    "title": part.get("title") or {},
                    "kind": part.get("kind"),
                    "organisation": part.get("organisation"),
                    "organisation_name": owner.get("name") or {},
                    "contact": owner.get("website"),
                }
                for (identity, part), owner in zip(parts, owners, strict=True)
            ],
        }
    )
    texts = _texts(data, maker)
    for (_, part), owner in zip(parts, owners, strict=True):
        texts += [part.get("title") or {}, *_texts(part, owner)]
    return Shown(
        record=record,
        sort=search.sort_key(in_language(data.get("title"), surroundings.languages)),
        item=body,
        body=body,
        facets=frozenset(
            {("organisation", str(data.get("organisation"))), *(facet for _, part in parts for facet in _facets(part))}
        ),
        words=search.indexed([data.get("title") or {}], texts),
        depends=frozenset(
            {
                str(data.get("organisation")),
                *(identity for identity, _ in parts),
                *(str(part.get("organisation")) for _, part in parts if part.get("organisation")),
            }
        ),
    )


def _organisation(data: Mapping[str, Any], home: str, surroundings: Surroundings) -> Mapping[str, Any]:
    return surroundings.newest("organisation", str(data.get("organisation")), home) or {}


def _facets(data: Mapping[str, Any]) -> Iterator[Facet]:
    for name in ("organisation", "kind"):
        if data.get(name):
            yield name, str(data[name])
    for facet, field in (("material", "materials"), ("value_chain", "value_chain"), ("region", "regions")):
        yield from ((facet, str(code)) for code in data.get(field) or [])
    first, last = data.get("trl_from") or data.get("trl_to"), data.get("trl_to") or data.get("trl_from")
    if first and last:
        yield from (("trl", str(level)) for level in range(int(first), int(last) + 1))
    for code in data.get("nace") or []:
        # 09.90 is found by 09, 09.9 and 09.90
        yield from (("nace", code[:length]) for length in range(1, len(code) + 1) if code[:length][-1] != ".")


def _texts(data: Mapping[str, Any], owner: Mapping[str, Any]) -> list[search.Text]:
    materials = [MATERIALS.get(code, {}) for code in data.get("materials") or []]
    return [data.get("description") or {}, owner.get("name") or {}, *materials]
