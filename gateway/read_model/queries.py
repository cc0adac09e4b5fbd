"""SQL for a filter. Every statement walks one index in the order of the list and stops when the page is full.

Statements are put together from fixed parts alone; whatever came from outside is a parameter.
"""

from collections.abc import Sequence
from dataclasses import dataclass
from typing import Any

import orjson

from . import schema, search
from .filters import Filter, Position


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
    """The query for a filter without words.

    terms: ids of the facet's values, a group for each facet. columns may name s (shown) and what `join` adds.
    """
    if any(not group for group in terms):
        return NOTHING  # a value that no record has
    groups = sorted(terms, key=len)
    where: list[str] = []
    parameters: list[Any] = []
    if groups and len(groups[0]) == 1:
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


@dataclass(frozen=True, slots=True)
class Ranks:
    """From which rank to which a search looks, both inclusive."""

    lowest: int
    highest: int


def ranks_of(filter_: Filter, bounds: Bounds) -> Ranks:
    """Where matches of a filter can stand at all."""
    kind = filter_.kind
    lowest, highest = 0, search.LAST_RANK
    if bounds.after is not None:
        edge = search.first_rank(kind, bounds.after.sort)
        if filter_.newest_first:
            highest = edge + search.SLOTS - 1
        else:
            lowest = edge
    if kind in search.BY_TIME:
        if filter_.ends_after and bounds.begins_after:
            lowest = max(lowest, search.first_rank(kind, bounds.begins_after))
        if filter_.begins_before:
            highest = min(highest, search.first_rank(kind, filter_.begins_before) + search.SLOTS - 1)
    return Ranks(lowest, highest)


def search_for(filter_: Filter, terms: Sequence[Sequence[int]], bounds: Bounds, ranks: Ranks, fit: search.Fit) -> Query:
    """The query for a filter with words: (rank, sort, ref, key) of matches in order of rank, at most bounds.most."""
    if any(not group for group in terms):
        return NOTHING
    tags = [[search.tag_of_term(term) for term in group] for group in terms]
    if filter_.states:
        tags.append([search.tag_of_state(state) for state in filter_.states])
    expression = search.match_expression(filter_.words, tags, fit)
    if expression is None:
        return NOTHING
    table = schema.search_table(filter_.kind)
    where = [f"{table} MATCH ?", "w.rowid >= ?", "w.rowid <= ?"]
    parameters: list[Any] = [filter_.kind, expression, ranks.lowest, ranks.highest]
    _bound(filter_, bounds, "s", where, parameters)
    sql = (
        f"SELECT w.rowid, s.sort, s.ref, s.key FROM {table} AS w CROSS JOIN shown AS s "  # noqa: S608 - a name of ours
        f"ON s.kind = ? AND s.rank = w.rowid WHERE {' AND '.join(where)} "
        f"ORDER BY w.rowid {'DESC' if filter_.newest_first else 'ASC'} LIMIT ?"
    )
    return Query(sql, (*parameters, bounds.most))


def keys_of(filter_: Filter, begins_after: str, fit: search.Fit) -> Query:
    """The keys of all records that a filter's words and times leave, in any order and whatever else it asks for."""
    where: list[str] = []
    parameters: list[Any] = [filter_.kind]
    source = "shown AS s INDEXED BY shown_in_order WHERE s.kind = ?"
    if filter_.words:
        expression = search.match_expression(filter_.words, fit=fit)
        if expression is None:
            return NOTHING
        table = schema.search_table(filter_.kind)
        source = f"{table} AS w CROSS JOIN shown AS s ON s.kind = ? AND s.rank = w.rowid WHERE {table} MATCH ?"
        parameters.append(expression)
    _bound(filter_, Bounds(None, begins_after, 0), "s", where, parameters)
    return Query(" AND ".join([f"SELECT s.key FROM {source}", *where]), parameters)  # noqa: S608 - names of ours


def has_word(kind: str, word: str) -> Query:
    """One row when a record of the kind has this folded word."""
    table = schema.search_table(kind)
    return Query(f"SELECT 1 FROM {table} WHERE {table} MATCH ? LIMIT 1", (f'"{word}"',))  # noqa: S608 - a name of ours


def columns_of(keys: Sequence[int], columns: str, join: str) -> Query:
    """The columns of these records, in this order."""
    sql = f"SELECT {columns} FROM json_each(?) AS j CROSS JOIN shown AS s ON s.key = j.value {join} ORDER BY j.key"  # noqa: S608
    return Query(sql, (orjson.dumps(keys).decode(),))


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
