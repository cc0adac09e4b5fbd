"""Consortia, their members and working groups, and news."""

from gateway.read_model import search
from gateway.read_model.records import Record

from .shown import Shown, Surroundings, head_of, in_language, to_json

_CONSORTIUM_FIELDS = ("name", "kind", "summary", "regions", "themes", "website")
_WORKING_GROUP_FIELDS = ("consortium", "name", "summary", "themes", "members")
_NEWS_ITEM_FIELDS = ("target", "consortium", "title", "themes", "regions", "audience", "link")


def consortium(record: Record, surroundings: Surroundings) -> Shown | None:
    """A consortium, cluster or ecosystem; a dissolved one stays readable."""
    if record.state not in ("active", "dissolved"):
        return None
    data = record.data
    body = to_json(head_of(record) | {name: data.get(name) for name in _CONSORTIUM_FIELDS})
    names: dict[str, str] = data.get("name") or {}
    return Shown(
        record=record,
        sort=search.sort_key(in_language(names, surroundings.languages)),
        item=body,
        body=body,
        facets=frozenset(
            {
                ("kind", str(data.get("kind"))),
                *(("region", code) for code in data.get("regions") or []),
                *(("theme", code) for code in data.get("themes") or []),
            }
        ),
        words=search.indexed([names], [data.get("summary") or {}]),
    )


def membership(record: Record, surroundings: Surroundings) -> Shown | None:
    """A member of a consortium with its name; those that ended stay, with their roles' dates."""
    if record.state not in ("active", "ended"):
        return None
    data = record.data
    organisation = str(data.get("organisation"))
    name = (surroundings.newest("organisation", organisation, record.home) or {}).get("name") or {}
    body = to_json(
        head_of(record)
        | {
            "consortium": data.get("consortium"),
            "organisation": organisation,
            "organisation_name": name,
            "roles": data.get("roles") or [],
        }
    )
    return Shown(
        record=record,
        sort=search.sort_key(in_language(name, surroundings.languages)),
        item=body,
        body=body,
        facets=frozenset({("consortium", str(data.get("consortium"))), ("organisation", organisation)}),
        depends=frozenset({organisation}),
    )


def working_group(record: Record, surroundings: Surroundings) -> Shown | None:
    """A working group; a closed one stays readable."""
    if record.state not in ("active", "closed"):
        return None
    data = record.data
    body = to_json(head_of(record) | {name: data.get(name) for name in _WORKING_GROUP_FIELDS})
    names: dict[str, str] = data.get("name") or {}
    return Shown(
        record=record,
        sort=search.sort_key(in_language(names, surroundings.languages)),
        item=body,
        body=body,
        facets=frozenset(
            {
                ("consortium", str(data.get("consortium"))),
                *(("theme", code) for code in data.get("themes") or []),
                *(("organisation", identity) for identity in data.get("members") or []),
            }
        ),
        words=search.indexed([names], [data.get("summary") or {}]),
    )


def news(record: Record, surroundings: Surroundings) -> Shown | None:
    """News for everybody, newest first in lists."""
    if record.state != "posted":
        return None
    data = record.data
    item = head_of(record) | {name: data.get(name) for name in _NEWS_ITEM_FIELDS}
    body: dict[str, str] = data.get("body") or {}
    target = data.get("target") or {}
    facets = {
        *(("region", code) for code in data.get("regions") or []),
        *(("theme", code) for code in data.get("themes") or []),
    }
    if data.get("consortium"):
        facets.add(("consortium", data["consortium"]))
    if target.get("kind") in ("consortium", "working_group", "region") and target.get("id"):
        facets.add((target["kind"], target["id"]))
    return Shown(
        record=record,
        sort=str(data.get("created") or ""),
        item=to_json(item),
        body=to_json(item | {"body": body}),
        facets=frozenset(facets),
        words=search.indexed([data.get("title") or {}], [body]),
    )
