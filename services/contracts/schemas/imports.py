"""The wire of imports: a file is read once, tried as often as wanted, run in steps; its report says what to do."""

from typing import Any, Final

from marshmallow import ValidationError, fields, validate

from services.contracts import identifiers, vocabularies

from .base import Strict, Tolerant
from .fields import MEDIUM, Moment, Text, WholeNumber, each, id_of, nuts3, one_of

MOST_ROWS: Final = 20_000
MOST_COLUMNS: Final = 200
MOST_TEXT: Final = 12_000_000
"""Characters of a file's cells together."""
LONGEST_CELL: Final = 32_767
"""Characters, as a spreadsheet's cell can hold."""
OUTCOMES: Final = ("added", "changed", "unchanged", "duplicate", "like", "refused")
STATES: Final = ("read", "trying", "tried", "running", "done", "failed")
EXISTING: Final = ("leave", "change")
ALIKE: Final = ("hold", "add")
FIELDS: Final = (
    "id",
    *(f"name_{language}" for language in vocabularies.LANGUAGES),
    "kind",
    "regions",
    "places",
    *vocabularies.IDENTIFIER_SCHEMES,
    "competences",
    *(f"summary_{language}" for language in vocabularies.LANGUAGES),
    "website",
)
"""What a column may be taken for."""
FOR_ALL: Final = ("kind", "regions", "places", "competences")
"""Fields that may have one value for all rows."""


class Table(fields.Field[list[dict[str, Any]]]):
    """The sheets of a file: [{"name": str, "rows": [[line, [cell, ...]], ...]}]. A cell is null, text, or
    [what it is, text]: n a number, d a day, b a truth, e an error of the program, f a formula whose value is not
    known, t text whatever it begins with."""

    def _deserialize(self, value: Any, attr: str | None, data: Any, **kwargs: Any) -> list[dict[str, Any]]:
        try:
            rows, text = 0, 0
            for sheet in value:
                if not isinstance(sheet["name"], str) or len(sheet["name"]) > MEDIUM:
                    raise ValidationError("A sheet has no name.")
                rows += len(sheet["rows"])
                for line, cells in sheet["rows"]:
                    text += _size(line, cells)
        except (TypeError, ValueError, KeyError) as error:
            raise ValidationError("This is no table.") from error
        if not 1 <= len(value) <= 100 or rows > MOST_ROWS + 100 or text > MOST_TEXT:
            raise ValidationError("This table is too large, or empty.")
        sheets: list[dict[str, Any]] = value
        return sheets


def _size(line: Any, cells: Any) -> int:
    if type(line) is not int or len(cells) > MOST_COLUMNS:
        raise ValidationError("A row is too long, or has no number.")
    found = 0
    for cell in cells:
        if cell is None:
            continue
        text = cell if isinstance(cell, str) else cell[1]
        if not isinstance(text, str) or len(text) > LONGEST_CELL:
            raise ValidationError("A cell is too long, or no text.")
        found += len(text)
    return found


class OpenImport(Strict):
    """A file as the gateway read it. `read`: how (format, encoding, separator). `sheet`: by name; without it the one
    that fits."""

    region = nuts3(required=True)
    file = Text(longest=200, shortest=0, load_default="")
    read = fields.Dict(keys=fields.String(), values=fields.String(allow_none=True), load_default=dict)
    sheet = Text(longest=100, allow_none=True, load_default=None)
    table = Table(required=True)


class ColumnChoice(Strict):
    """The column at `position` (from 1) is taken for `field`; null: it is passed over."""

    position = WholeNumber(least=1, most=MOST_COLUMNS, required=True)
    field = one_of(FIELDS, required=True, allow_none=True)


class PlanImport(Strict):
    """What is not said stays as it was said last, or as it was guessed. `columns`: those that are taken for something
    else. `for_all`: a value for rows that have none. `existing`: `change` changes what the registry has of a row's
    organisation (found by id or identifier), `leave` only reports it. `alike`: `hold` does not add a row whose name is
    like another's, `add` adds it, and the pair stands among the merge offers."""

    id = id_of(identifiers.IMPORT, required=True)
    columns = each(fields.Nested(ColumnChoice), most=MOST_COLUMNS)
    for_all = fields.Dict(keys=one_of(FOR_ALL), values=Text(longest=MEDIUM, shortest=0))
    existing = one_of(EXISTING)
    alike = one_of(ALIKE)


class ImportId(Strict):
    id = id_of(identifiers.IMPORT, required=True)


class ListImports(Strict):
    region = nuts3(required=True)


class ReadImportRows(Strict):
    """after: the number of the row before."""

    id = id_of(identifiers.IMPORT, required=True)
    after = Text(longest=100, allow_none=True, load_default=None)
    limit = fields.Integer(load_default=100, validate=validate.Range(min=1, max=1_000))
    outcome = each(one_of(OUTCOMES), most=len(OUTCOMES), load_default=list)


class ColumnView(Tolerant):
    """A column of the file and what it is taken for, by its name, by its contents, or by choice. holds: text, numbers,
    dates, mixed, nothing."""

    position = fields.Integer(required=True)
    header = fields.String(required=True)
    samples = fields.List(fields.String(), required=True)
    holds = fields.String(required=True)
    field = fields.String(allow_none=True)
    by = fields.String(allow_none=True)
    note = fields.String(allow_none=True)


class Suspect(Tolerant):
    """Rows that seem to be of one actor, as their names are spelled."""

    rows = fields.List(fields.Integer(), required=True)
    names = fields.List(fields.String(), required=True)


class ImportView(Tolerant):
    """An import. state: read; trying, tried (a dry run); running, done; or failed, with its `reason`. done: rows of
    `rows`. counts: of this run's outcomes. tried: of the last dry run. missing: what keeps it from being tried.
    until: when the file's rows and the report are forgotten."""

    id = fields.String(required=True)
    version = fields.Integer(required=True)
    region = fields.String(required=True)
    account = fields.String(required=True)
    state = one_of(STATES, required=True)
    created = Moment(required=True)
    changed = Moment(required=True)
    until = Moment(required=True)
    file = fields.String(required=True)
    read = fields.Dict(keys=fields.String(), values=fields.String(allow_none=True))
    sheets = fields.List(fields.String())
    sheet = fields.String(allow_none=True)
    header_rows = fields.List(fields.Integer())
    columns = fields.List(fields.Nested(ColumnView))
    missing = fields.List(fields.String())
    for_all = fields.Dict(keys=fields.String(), values=fields.String())
    existing = fields.String()
    alike = fields.String()
    rows = fields.Integer(required=True)
    done = fields.Integer(required=True)
    counts = fields.Dict(keys=fields.String(), values=fields.Integer())
    tried = fields.Dict(keys=fields.String(), values=fields.Integer())
    suspects = fields.List(fields.Nested(Suspect))
    reason = fields.String(allow_none=True)


class ImportRemark(Tolerant):
    """field: what the column is taken for. value: as it stands in the file. code, params: the message as data
    (services/contracts/import_words.py has it in three languages)."""

    field = fields.String(required=True)
    column = fields.String(allow_none=True)
    value = fields.String(allow_none=True)
    code = fields.String(required=True)
    params = fields.Dict(keys=fields.String(), values=fields.String())
    message = fields.String(required=True)


class ImportLikeness(Tolerant):
    """Whom a row's name is like: an organisation of the registry (id), or an earlier row of the file."""

    id = fields.String(allow_none=True)
    row = fields.Integer(allow_none=True)
    name = fields.String(required=True)
    likeness = fields.Integer(required=True)


class ImportRowView(Tolerant):
    """What became, or would become, of a row. fields: those that are changed, or differ. cells: the row as it stands in
    the file. advice: what to do about it."""

    row = fields.Integer(required=True)
    outcome = one_of(OUTCOMES, required=True)
    id = fields.String(allow_none=True)
    name = fields.String(allow_none=True)
    differing = fields.List(fields.String(), data_key="fields")
    errors = fields.List(fields.Nested(ImportRemark))
    notes = fields.List(fields.Nested(ImportRemark))
    like = fields.List(fields.Nested(ImportLikeness))
    advice = fields.Nested(ImportRemark, allow_none=True)
    cells = fields.List(fields.String())
