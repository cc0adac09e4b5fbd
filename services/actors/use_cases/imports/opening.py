"""Opening an import (what is in the file, what each column is taken for), beginning its dry run and its run."""

import re
from collections.abc import Mapping, Sequence
from dataclasses import replace
from typing import Any, Final

from services.actors.model import columns, imported
from services.actors.model.columns import Line, Reading
from services.actors.model.imported import Chunk, Import, chunk_id
from services.actors.store import ActorStore
from services.contracts import identifiers
from services.contracts.errors import Conflict, Invalid, SignInNeeded, TooMany, field_error
from services.contracts.permissions import Target
from services.contracts.schemas.imports import MOST_ROWS
from services.runtime.documents import to_values
from services.runtime.work import Work

Arguments = dict[str, Any]

MOST_KEPT: Final = 50
"""Imports of a region whose files are kept at a time."""
_ADDRESS: Final = re.compile(r"[^\s@<>;,]+@[^\s@<>;,]+\.[^\s@<>;,]+")


def open_import(work: Work, store: ActorStore, arguments: Arguments) -> Arguments:
    """Keeps the rows of the sheet that fits, or of the one named. Raises Forbidden, SignInNeeded, Invalid, TooMany."""
    region = arguments["region"]
    _require(work, region)
    if len(store.imports.of_region(region)) >= MOST_KEPT:
        raise TooMany(f"This region has {MOST_KEPT} imports that are kept. Drop one that is done.")
    sheets: Sequence[Mapping[str, Any]] = arguments["table"]
    found = columns.sheet_that_fits(sheets, arguments["sheet"])
    if found is None:
        names = ", ".join(str(sheet["name"]) for sheet in sheets)
        raise field_error("sheet", f"There is no such sheet. There are: {names}.")
    name, reading = found
    _require_rows(reading)
    new = Import(
        id=identifiers.new_id(identifiers.IMPORT),
        version=1,
        region=region,
        account=work.principal.account or "",
        state="read",
        created=work.now,
        changed=work.now,
        until=work.now + imported.KEPT,
        file=arguments["file"],
        read=arguments["read"],
        sheets=tuple(str(sheet["name"]) for sheet in sheets),
        sheet=name,
        header_rows=reading.header_rows,
        columns=tuple(_without_samples_of_persons(column) for column in reading.columns),
        rows=len(reading.rows),
    )
    store.imports.add(new)
    store.imports.add_chunks(_chunks(new, _without_addresses(reading)))
    return view(new)


def try_import(work: Work, store: ActorStore, arguments: Arguments) -> Arguments:
    """Begins a dry run: what would become of every row. Raises NotFound, Forbidden, Conflict, Invalid."""
    return _begin(work, store, arguments, "trying")


def run_import(work: Work, store: ActorStore, arguments: Arguments) -> Arguments:
    """Begins the import. Raises NotFound, Forbidden, Conflict, Invalid."""
    return _begin(work, store, arguments, "running")


def import_(work: Work, store: ActorStore, arguments: Arguments) -> Arguments:
    """Raises NotFound, Forbidden, SignInNeeded."""
    return view(readable(work, store, arguments["id"]))


def imports(work: Work, store: ActorStore, arguments: Arguments) -> list[Arguments]:
    """Raises Forbidden, SignInNeeded."""
    work.require("actors.imports.read", Target(regions=frozenset({arguments["region"]})))
    return [view(found) for found in store.imports.of_region(arguments["region"])]


def drop_import(work: Work, store: ActorStore, arguments: Arguments) -> None:
    """Forgets its file and its report now; what it brought stays. Raises NotFound, Forbidden, Conflict."""
    found = _known(work, store, arguments["id"])
    _require(work, found.region)
    if found.is_on:
        raise Conflict(f"This import is {found.state}. Wait until it is done.")
    store.imports.forget(found)


def _known(work: Work, store: ActorStore, import_id: str) -> Import:
    """Which imports there are is nobody's business who has not signed in. Raises NotFound, SignInNeeded."""
    if work.principal.kind == "visitor":
        raise SignInNeeded("Sign in to work with imports.")
    return store.imports.get(import_id)


def readable(work: Work, store: ActorStore, import_id: str) -> Import:
    """The import, for a coordinator of its region. Raises NotFound, Forbidden, SignInNeeded."""
    found = _known(work, store, import_id)
    work.require("actors.imports.read", Target(regions=frozenset({found.region})))
    return found


def view(found: Import) -> Arguments:
    """As it is shown."""
    return {**to_values(found), "missing": columns.missing(found.columns, found.for_all)}


def _begin(work: Work, store: ActorStore, arguments: Arguments, state: str) -> Arguments:
    found = _known(work, store, arguments["id"])
    _require(work, found.region)
    choices = {each["position"]: each["field"] for each in arguments.get("columns", ())}
    _require_columns(found, choices, arguments)
    chosen = columns.choose(found.columns, choices)
    for_all = {**found.for_all, **arguments.get("for_all", {})}
    lacks = columns.missing(chosen, for_all)
    if lacks:
        errors = [{"field": "columns", "message": f"No column is taken for {field}: choose one."} for field in lacks]
        raise Invalid(f"The file lacks {' and '.join(lacks)}.", {"errors": errors})
    begun = imported.begin(
        found,
        state,
        work.now,
        columns=chosen,
        for_all=for_all,
        existing=arguments.get("existing", found.existing),
        alike=arguments.get("alike", found.alike),
    )
    store.imports.replace(begun)
    return view(begun)


def _require_columns(found: Import, choices: Mapping[int, str | None], arguments: Arguments) -> None:
    there = {column.position for column in found.columns}
    if len(choices) != len(arguments.get("columns", ())):
        raise field_error("columns", "A column stands there twice.")
    unknown = sorted(set(choices) - there)
    if unknown:
        raise field_error("columns", f"The file has no column {unknown[0]}; it has {len(there)}.")
    fields = [field for field in choices.values() if field is not None]
    if len(fields) != len(set(fields)):
        raise field_error("columns", "Two columns are taken for one field.")


def _require(work: Work, region: str) -> None:
    work.require("actors.organisation.import", Target(regions=frozenset({region})))


def _require_rows(reading: Reading) -> None:
    if not reading.header_rows:
        raise field_error("file", "There is nothing in this sheet.")
    if len(reading.rows) > MOST_ROWS:
        raise TooMany(f"At most {MOST_ROWS:,} rows at once; this file has {len(reading.rows):,}. Split it.")


def _without_addresses(reading: Reading) -> list[Line]:
    """Columns that are not taken may name persons: the registry has none, so their mail addresses are not kept."""
    passed_over = {column.position - 1 for column in reading.columns if column.field is None}
    return [
        (line, [_veiled(cell) if position in passed_over else cell for position, cell in enumerate(cells)])
        for line, cells in reading.rows
    ]


def _without_samples_of_persons(column: columns.Column) -> columns.Column:
    if column.field is not None:
        return column
    return replace(column, samples=tuple(_ADDRESS.sub("…@…", sample) for sample in column.samples))


def _veiled(cell: columns.Cell) -> columns.Cell:
    text = columns.text_of(cell)
    return _ADDRESS.sub("…@…", text) if "@" in text else cell


def _chunks(new: Import, lines: Sequence[Line]) -> list[Chunk]:
    steps = range(0, len(lines), imported.STEP)
    return [
        Chunk(chunk_id(new.id, number), tuple([line, cells] for line, cells in lines[begin : begin + imported.STEP]))
        for number, begin in enumerate(steps)
    ]
