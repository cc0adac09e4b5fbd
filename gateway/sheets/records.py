"""Organisations and events as rows of a table, and organisations of a JSON file as such rows."""

from collections.abc import Mapping, Sequence
from typing import Any, Final

from services.contracts.vocabularies import IDENTIFIER_SCHEMES, LANGUAGES

from .limits import Measure, Refused
from .quoting import BEGINS_FORMULA, NOTHING

ORGANISATION_COLUMNS: Final = (
    "id",
    "home",
    "state",
    "version",
    *(f"name_{language}" for language in LANGUAGES),
    "kind",
    "regions",
    "places",
    *IDENTIFIER_SCHEMES,
    "competences",
    *(f"summary_{language}" for language in LANGUAGES),
    "website",
    "relations",
    "offerings",
)
"""relations and offerings are for reading: an import passes them over, as it does home, state and version."""
EVENT_COLUMNS: Final = (
    "id",
    "home",
    "state",
    "version",
    *(f"title_{language}" for language in LANGUAGES),
    "begins",
    "ends",
    "time_zone",
    "attendance",
    "place",
    "address",
    "region",
    "link",
    "organiser",
    "co_hosts",
    "themes",
    "languages",
    "capacity",
    "places_left",
    "series",
    *(f"summary_{language}" for language in LANGUAGES),
)


def joined(values: Sequence[str]) -> str:
    r"""Several values in a cell, separated by |; in a value \| stands for | and \\ for \."""
    return " | ".join(str(value).replace("\\", "\\\\").replace("|", "\\|") for value in values)


def organisation_row(
    record: Mapping[str, Any], relations: Sequence[Mapping[str, Any]] = (), offerings: Sequence[Mapping[str, Any]] = ()
) -> list[str]:
    """The cells of an organisation as the API gives it, in the order of ORGANISATION_COLUMNS."""
    identifiers = record.get("identifiers") or []
    cells = {
        **_head(record),
        **_by_language("name", record.get("name")),
        "kind": record.get("kind"),
        **{name: joined(record.get(name) or []) for name in ("regions", "places", "competences")},
        **{
            scheme: joined([each["value"] for each in identifiers if each["scheme"] == scheme])
            for scheme in IDENTIFIER_SCHEMES
        },
        **_by_language("summary", record.get("summary")),
        "website": record.get("website"),
        "relations": joined([_relation(each) for each in relations]),
        "offerings": joined([_first(each.get("title")) for each in offerings]),
    }
    return _cells(cells, ORGANISATION_COLUMNS)


def event_row(record: Mapping[str, Any]) -> list[str]:
    """The cells of an event as the API gives it, in the order of EVENT_COLUMNS."""
    place, places = record.get("place") or {}, record.get("places") or {}
    cells = {
        **_head(record),
        **_by_language("title", record.get("title")),
        **{name: record.get(name) for name in ("begins", "ends", "time_zone", "attendance", "link", "capacity")},
        "place": place.get("name"),
        "address": place.get("address"),
        "region": place.get("region"),
        "organiser": _first(record.get("organiser_name")),
        "co_hosts": joined([_first(name) for name in (record.get("co_host_names") or {}).values()]),
        "themes": joined(record.get("themes") or []),
        "languages": joined(record.get("languages") or []),
        "places_left": places.get("left"),
        "series": _first(record.get("series_title")),
        **_by_language("summary", record.get("summary")),
    }
    return _cells(cells, EVENT_COLUMNS)


def table_of_records(document: Any) -> dict[str, Any]:
    """{"read", "sheets"} of a JSON export of organisations: {"items": [...]}, or the list by itself. Raises Refused."""
    items = document.get("items") if isinstance(document, dict) else document
    if not isinstance(items, list) or not all(isinstance(item, dict) for item in items):
        raise Refused("bad_request", 'This is no export of organisations: give {"items": [{...}, ...]}.')
    measure = Measure()
    rows: list[list[Any]] = [[1, list(ORGANISATION_COLUMNS)]]
    for line, item in enumerate(items, 2):
        try:
            cells = organisation_row(item)
        except (TypeError, KeyError, AttributeError, ValueError) as error:
            raise Refused(
                "bad_request", f"Item {line - 1} of this file is no organisation as the API gives it."
            ) from error
        measure.row(len(cells))
        for cell in cells:
            measure.cell(cell, line)
        rows.append([line, [_typed(cell) for cell in cells]])
    return {
        "read": {"format": "json", "encoding": "utf-8", "separator": None},
        "sheets": [{"name": "JSON", "rows": rows}],
    }


def _typed(cell: str) -> str | list[str] | None:
    """All of a JSON file is text, whatever it begins with."""
    text = cell.strip()
    if not text:
        return None
    return ["t", text] if text.startswith(BEGINS_FORMULA) or text.casefold() in NOTHING else text


def _head(record: Mapping[str, Any]) -> dict[str, Any]:
    return {name: record.get(name) for name in ("id", "home", "state", "version")}


def _by_language(stem: str, texts: Mapping[str, str] | None) -> dict[str, Any]:
    return {f"{stem}_{language}": (texts or {}).get(language) for language in LANGUAGES}


def _first(texts: Mapping[str, str] | None) -> str:
    return next((texts[language] for language in LANGUAGES if texts and texts.get(language)), "")


def _relation(each: Mapping[str, Any]) -> str:
    days = f"{each.get('since') or ''}–{each.get('until') or ''}"
    return f"{each.get('kind')}: {_first(each.get('name'))}{'' if days == '–' else f' ({days})'}"


def _cells(cells: Mapping[str, Any], columns: Sequence[str]) -> list[str]:
    return ["" if cells[name] is None else str(cells[name]) for name in columns]
