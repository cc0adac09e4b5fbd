"""SQL for a filter. Every statement walks one index in the order of the list and stops when the page is full.

Statements are put together from fixed parts alone; whatever came from outside is a parameter.
"""

from collections.abc import Sequence
from dataclasses import dataclass
from typing import Any

from . import schema
from .filters import Filter, Position
from .search import match_expression


@dataclass(frozen=True, slots=True)
class Query:
    sql: str
    parameters: Sequence[Any]


@dataclass(frozen=True, slots=True)
class Bounds:
    """begins_after: nothing that begins before this can end after `ends_after`, for nothing takes that long."""

    after: Position | None
    begins_after: str
    most: int


NOTHING = Query("SELECT NULL WHERE 0", ())


def select(filter_: Filter, terms: Sequence[Sequence[int]], bounds: Bounds, columns: str, join: str = "") -> Query:
    """The query for a filter.

    terms: ids of the facet's values, a group for each facet. columns may name s (shown) and what `join` adds.
    """
    if any(not group for group in terms):
        return NOTHING  # a value that no record has
    expression = match_expression(filter_.words) if filter_.words else None
    if filter_.words and expression is None:
        return NOTHING
    groups = sorted(terms, key=len)
    where: list[str] = []
    parameters: list[Any] = []
    if expression is not None:
        table = schema.search_table(filter_.kind)
        source, order = f"{table} AS w CROSS JOIN shown AS s ON s.key = w.rowid", "s"
        where.append(f"{table} MATCH ?")
        parameters.append(expression)
    elif groups and len(groups[0]) == 1:
        source, order = "facet AS f CROSS JOIN shown AS s ON s.key = f.key", "f"
        where.append("f.term = ?")
        parameters.append(groups.pop(0)[0])
    else:
        source, order = "shown AS s INDEXED BY shown_in_order", "s"
        where.append("s.kind = ?")
        parameters.append(filter_.kind)
    _bound(filter_, bounds, order, where, parameters)
    for group in groups:
        marks = ", ".join("?" * len(group))
        where.append(f"EXISTS (SELECT 1 FROM facet AS e WHERE e.key = s.key AND e.term IN ({marks}))")  # noqa: S608
        parameters.extend(group)
    if filter_.states:
        where.append(f"s.state IN ({', '.join('?' * len(filter_.states))})")
        parameters.extend(filter_.states)
    direction = "DESC" if filter_.newest_first else "ASC"
    sql = (
        f"SELECT {columns} FROM {source} {join} WHERE {' AND '.join(where)} "  # noqa: S608
        f"ORDER BY {order}.sort {direction}, {order}.ref {direction} LIMIT ?"
    )
    return Query(sql, (*parameters, bounds.most))


def _bound(filter_: Filter, bounds: Bounds, order: str, where: list[str], parameters: list[Any]) -> None:
    if bounds.after is not None:
        sign = "<" if filter_.newest_first else ">"
        where.append(f"({order}.sort, {order}.ref) {sign} (?, ?)")
        parameters += [bounds.after.sort, bounds.after.ref]
    if filter_.ends_after:
        where.append(f"{order}.until >= ?")
        parameters.append(filter_.ends_after)
        if bounds.after is None and bounds.begins_after:
            where.append(f"{order}.sort >= ?")
            parameters.append(bounds.begins_after)
    if filter_.begins_before:
        where.append(f"{order}.sort < ?")
        parameters.append(filter_.begins_before)
