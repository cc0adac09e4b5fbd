"""The report of an import, row by row, as its dry run or its run left it."""

from collections.abc import Mapping, Sequence
from typing import Any

from services.actors.model import columns, imported
from services.actors.model.imported import Import
from services.actors.store import ActorStore
from services.contracts.errors import field_error
from services.contracts.import_words import say
from services.runtime.work import Work

from .opening import readable

Arguments = dict[str, Any]


def import_rows_of(work: Work, store: ActorStore, arguments: Arguments) -> Arguments:
    """A page of rows in the file's order; `next` is where the next page begins. Raises NotFound, Forbidden, Invalid."""
    found = readable(work, store, arguments["id"])
    position, limit, outcomes = _position(arguments["after"]), arguments["limit"], frozenset(arguments["outcome"])
    items: list[Arguments] = []
    while position < found.done and len(items) < limit:
        chunk = store.imports.chunk(found.id, position // imported.STEP)
        if chunk is None:
            break
        first = position % imported.STEP
        for row, (_, cells) in list(zip(chunk.report, chunk.lines, strict=False))[first:]:
            if len(items) == limit:
                break
            position += 1
            if not outcomes or row["outcome"] in outcomes:
                items.append(_view(found, row, cells))
        if not chunk.report:
            break
    return {"items": items, "next": str(position) if position < found.done and items else None}


def _position(after: str | None) -> int:
    if after is None:
        return 0
    if not (after.isascii() and after.isdecimal() and len(after) < 10):
        raise field_error("after", "This is no cursor of this list.")
    return int(after)


def _view(found: Import, row: Mapping[str, Any], cells: Sequence[columns.Cell]) -> Arguments:
    return {
        **row,
        "errors": [_said(each) for each in row["errors"]],
        "notes": [_said(each) for each in row["notes"]],
        "advice": _said({"field": "", **row["advice"]}),
        "cells": [columns.text_of(cell)[:1_000] for cell in [*cells, *[None] * (len(found.columns) - len(cells))]],
    }


def _said(remark: Mapping[str, Any]) -> Arguments:
    return {**remark, "message": say(remark["code"], remark["params"])}
