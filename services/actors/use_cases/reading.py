"""What the cells of an import's row mean: codes or words of the vocabularies, identifiers, and the wire's own rules."""

import re
from collections.abc import Mapping
from dataclasses import dataclass
from typing import Any, Final

from services.actors import model
from services.actors.model import NotAnIdentifier, Row
from services.contracts import rpc
from services.contracts.errors import Invalid
from services.contracts.schemas import actors
from services.contracts.schemas.fields import NUTS3
from services.contracts.vocabularies import (
    COMPETENCES,
    IDENTIFIER_SCHEMES,
    LANGUAGES,
    ORGANISATION_KINDS,
    REGIONS,
    Labels,
)


@dataclass(frozen=True, slots=True)
class NotReadable:
    """Why a row is refused: field (the column) and message of each error."""

    errors: tuple[Mapping[str, str], ...]


def read_row(row: Row, region: str) -> dict[str, Any] | NotReadable:
    """The arguments of register_organisation that the row stands for. region: for a row that names none."""
    errors = list(row.errors)
    values = {
        "name": {language: text for language in LANGUAGES if (text := row.cells.get(f"name_{language}"))},
        "kind": _kind(row, errors),
        "regions": _regions(row, errors) or [region],
        "places": row.values("places"),
        "identifiers": _identifiers(row, errors),
        "competences": _competences(row, errors),
        "website": row.cells.get("website"),
    }
    if not values["name"]:
        errors.append(_error("name_fi", "Give a name in at least one language."))
    if not errors:
        try:
            return rpc.load_arguments(actors.RegisterOrganisation, values)
        except Invalid as refusal:
            errors = [_error(column_of(each["field"]), each["message"]) for each in refusal.details["errors"]]
    return NotReadable(tuple(errors))


def _error(field: str, message: str) -> Mapping[str, str]:
    return {"field": field, "message": message}


def _words(vocabulary: Mapping[str, Labels]) -> dict[str, str]:
    """Folded code or label -> code."""
    labels = {
        model.fold_name(label): code for code, in_languages in vocabulary.items() for label in in_languages.values()
    }
    return labels | {code.casefold(): code for code in vocabulary}


BY_KIND: Final = _words(ORGANISATION_KINDS)
BY_COMPETENCE: Final = _words(COMPETENCES)
BY_REGION: Final = _words(REGIONS)


def _kind(row: Row, errors: list[Mapping[str, str]]) -> str:
    cell = row.cells.get("kind", "")
    kind = BY_KIND.get(model.fold_name(cell))
    if kind is None:
        said = f"{cell[:40]!r} is no kind of organisation" if cell else "Give the kind"
        errors.append(_error("kind", f"{said}: one of {', '.join(ORGANISATION_KINDS)}."))
    return kind or ""


def _regions(row: Row, errors: list[Mapping[str, str]]) -> list[str]:
    found = []
    for value in row.values("regions"):
        code = BY_REGION.get(model.fold_name(value), value.upper())
        if NUTS3.match(code) is None:
            errors.append(_error("regions", f"{value[:40]!r} is no region: give a NUTS 3 code, as FI1DC."))
        found.append(code)
    return list(dict.fromkeys(found))


def _competences(row: Row, errors: list[Mapping[str, str]]) -> list[str]:
    found = []
    for value in row.values("competences"):
        code = BY_COMPETENCE.get(model.fold_name(value))
        if code is None:
            errors.append(_error("competences", f"{value[:40]!r} is no competence of the vocabulary."))
        else:
            found.append(code)
    return list(dict.fromkeys(found))


def _identifiers(row: Row, errors: list[Mapping[str, str]]) -> list[dict[str, str]]:
    found: dict[tuple[str, str], dict[str, str]] = {}
    for scheme in IDENTIFIER_SCHEMES:
        for value in row.values(scheme):
            try:
                official = model.normalised(scheme, value).value
            except NotAnIdentifier as error:
                errors.append(_error(scheme, str(error)))
            else:
                found[scheme, official] = {"scheme": scheme, "value": official}
    return list(found.values())


def column_of(path: str) -> str:
    """The column that a field of the wire stands for: name.fi.value is name_fi."""
    name = re.match(r"(name|summary)\.([a-z]{2})\b", path)
    return f"{name[1]}_{name[2]}" if name else path.partition(".")[0]
