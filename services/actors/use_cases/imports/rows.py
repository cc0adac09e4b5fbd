"""What a row of a spreadsheet says of an organisation, with what is wrong in it and what was mended, as remarks."""

import re
from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field
from typing import Any, Final

from services.actors import model
from services.actors.model import NotAnIdentifier, columns
from services.actors.model.columns import Cell, Column
from services.actors.use_cases.reading import BY_COMPETENCE, BY_KIND, BY_REGION, column_of
from services.contracts import rpc
from services.contracts.errors import Invalid
from services.contracts.identifiers import ORGANISATION, is_id
from services.contracts.schemas import actors
from services.contracts.schemas.fields import NUTS3
from services.contracts.vocabularies import IDENTIFIER_SCHEMES, LANGUAGES, ORGANISATION_KINDS

Remark = dict[str, Any]

_NOTHING: Final = frozenset({"", "-", "–", "—", "n/a", "#n/a"})
_SHOWN: Final = 200
_WRONG: Final = {"e": "program_error", "f": "formula", "d": "date"}
_WEIGHTS: Final = (7, 9, 10, 5, 8, 4, 2)


@dataclass(slots=True)
class RowRead:
    """values: the arguments of register_organisation, {} where there are errors. given: fields that the row itself
    fills. told: the id that it gives."""

    line: int
    name: str | None
    values: dict[str, Any] = field(default_factory=dict)
    given: frozenset[str] = frozenset()
    told: str | None = None
    errors: list[Remark] = field(default_factory=list)
    notes: list[Remark] = field(default_factory=list)


def remark(code: str, field: str, value: str | None = None, column: str | None = None, **params: str) -> Remark:
    """As it is kept: the words come when it is read."""
    shown = {name: text[:_SHOWN] for name, text in params.items()}
    said = {**shown, **({"value": value[:_SHOWN]} if value is not None else {})}
    return {"field": field, "column": column, "value": value and value[:_SHOWN], "code": code, "params": said}


def read(line: int, cells: Sequence[Cell], taken: Sequence[Column], for_all: Mapping[str, str], region: str) -> RowRead:
    """region: for a row that names none, in its cells or for all."""
    row = _Row(line, cells, taken, for_all)
    names = row.by_language("name")
    found = RowRead(line, next(iter(names.values()), None), errors=row.errors, notes=row.notes)
    values = {
        "name": names,
        "kind": row.kind(),
        "regions": row.regions() or [region],
        "places": row.several("places"),
        "identifiers": row.identifiers(),
        "competences": row.competences(),
        "summary": row.by_language("summary"),
        "website": row.website(),
    }
    found.told = row.told()
    if not names and not any(each["field"].startswith("name_") for each in row.errors):
        row.error("no_name", "name_fi")
    if not row.errors:
        _load(row, found, values)
    return found


def _load(row: "_Row", found: RowRead, values: dict[str, Any]) -> None:
    try:
        found.values = rpc.load_arguments(actors.RegisterOrganisation, values)
        found.given = row.given
    except Invalid as refusal:
        for each in refusal.details["errors"]:
            row.error("not_right", column_of(each["field"]), message=each["message"])


def split(text: str) -> list[str]:
    r"""The values of a cell, separated by |, each once; \| and \\ stand for | and \ in a value."""
    parts, part, escaped = [], "", False
    for character in text:
        if escaped:
            part += character if character in "|\\" else f"\\{character}"
            escaped = False
        elif character == "\\":
            escaped = True
        elif character == "|":
            parts.append(part)
            part = ""
        else:
            part += character
    parts.append(part + ("\\" if escaped else ""))
    return list(dict.fromkeys(stripped for each in parts if (stripped := each.strip())))


class _Row:
    """The cells by field, and what is said of them."""

    def __init__(self, line: int, cells: Sequence[Cell], taken: Sequence[Column], for_all: Mapping[str, str]) -> None:
        self.errors: list[Remark] = []
        self.notes: list[Remark] = []
        self._headers = {column.field: column.header for column in taken if column.field}
        self._cells: dict[str, str] = {}
        width = max((column.position for column in taken), default=0)
        if any(columns.text_of(cell) for cell in cells[width:]):
            self.error("more_cells", "", columns=str(width))
        for position, name in columns.fields_in(taken):
            cell = cells[position] if position < len(cells) else None
            text, kind = columns.text_of(cell), columns.kind_of(cell)
            if kind in _WRONG:
                self.error(_WRONG[kind], name, text)
            elif text.casefold() not in _NOTHING or (kind == "t" and isinstance(cell, list)):
                self._cells[name] = text
        self.given = frozenset(_field_of(name) for name in self._cells)
        for name, text in for_all.items():
            if text:
                self._cells.setdefault(name, text)

    def error(self, code: str, field: str, value: str | None = None, **params: str) -> None:
        self.errors.append(remark(code, field, value, self._headers.get(field), **params))

    def note(self, code: str, field: str, value: str, **params: str) -> None:
        self.notes.append(remark(code, field, value, self._headers.get(field), **params))

    def by_language(self, stem: str) -> dict[str, str]:
        return {language: text for language in LANGUAGES if (text := self._cells.get(f"{stem}_{language}"))}

    def several(self, name: str) -> list[str]:
        return split(self._cells.get(name, ""))

    def told(self) -> str | None:
        value = self._cells.get("id")
        if value is not None and not is_id(value, ORGANISATION):
            self.error("not_id", "id", value)
            return None
        return value

    def kind(self) -> str:
        cell = self._cells.get("kind", "")
        kind = BY_KIND.get(model.fold_name(cell))
        if kind is None and not any(each["field"] == "kind" for each in self.errors):
            kinds = ", ".join(ORGANISATION_KINDS)
            if cell:
                self.error("not_kind", "kind", cell, kinds=kinds)
            else:
                self.error("no_kind", "kind", kinds=kinds)
        return kind or ""

    def regions(self) -> list[str]:
        found = []
        for value in self._of_vocabulary("regions", BY_REGION):
            code = BY_REGION.get(model.fold_name(value), value.upper())
            if NUTS3.match(code) is None:
                self.error("not_region", "regions", value)
            found.append(code)
        return list(dict.fromkeys(found))

    def competences(self) -> list[str]:
        found = []
        for value in self._of_vocabulary("competences", BY_COMPETENCE):
            code = BY_COMPETENCE.get(model.fold_name(value))
            if code is None:
                self.error("not_competence", "competences", value)
            else:
                found.append(code)
        return list(dict.fromkeys(found))

    def website(self) -> str | None:
        address = self._cells.get("website")
        if address is not None and address.casefold().startswith("www."):
            official = f"https://{address}"
            self.note("scheme_added", "website", address, official=official)
            return official
        return address

    def identifiers(self) -> list[dict[str, str]]:
        found: dict[tuple[str, str], dict[str, str]] = {}
        for scheme in IDENTIFIER_SCHEMES:
            for value in self.several(scheme):
                official = self._official(scheme, value)
                if official is not None:
                    found[scheme, official] = {"scheme": scheme, "value": official}
        return list(found.values())

    def _of_vocabulary(self, name: str, words: Mapping[str, str]) -> list[str]:
        """Words of a closed list are also told apart by commas, semicolons and lines, where the whole is none."""
        found: list[str] = []
        for value in self.several(name):
            whole = model.fold_name(value) in words
            found += [value] if whole else [part.strip() for part in re.split(r"[,;\n]", value) if part.strip()]
        return found

    def _official(self, scheme: str, value: str) -> str | None:
        try:
            return model.normalised(scheme, value).value
        except NotAnIdentifier:
            pass
        if scheme == "y-tunnus":
            return self._mended(value)
        self.error(f"not_{scheme}", scheme, value)
        return None

    def _mended(self, value: str) -> str | None:
        """A spreadsheet takes 0244680-7 for the number 2446807; only the check digit proves that it was."""
        digits = re.sub(r"[\s-]", "", value)
        if re.fullmatch(r"[0-9]{5,7}", digits):
            try:
                official = model.normalised("y-tunnus", digits.zfill(8)).value
            except NotAnIdentifier:
                pass
            else:
                self.note("zero_lost", "y-tunnus", value, official=official)
                return official
        if re.fullmatch(r"[0-9]{8}", digits) is None:
            self.error("not_y_tunnus", "y-tunnus", value)
            return None
        remainder = sum(weight * int(digit) for weight, digit in zip(_WEIGHTS, digits[:7], strict=True)) % 11
        if remainder == 1:
            self.error("never_given", "y-tunnus", value, digits=digits[:7])
        else:
            self.error("check_digit", "y-tunnus", value, digits=digits[:7], right=str(-remainder % 11))
        return None


def _field_of(column: str) -> str:
    """The record's field: name_fi is of name, a PIC of identifiers."""
    if column in IDENTIFIER_SCHEMES:
        return "identifiers"
    return column.partition("_")[0]
