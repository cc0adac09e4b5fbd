"""Frozen dataclasses to documents of the store and back, by cattrs: no converter is written by hand."""

import zlib
from collections.abc import Mapping
from dataclasses import asdict, fields, is_dataclass
from datetime import date, datetime
from typing import Any, TypeVar

import cattrs

T = TypeVar("T")

_converter = cattrs.Converter()
# BSON has datetimes but no dates; a date is kept as ISO text, which sorts as it should.
_converter.register_unstructure_hook(datetime, lambda moment: moment)
_converter.register_structure_hook(datetime, lambda moment, _: moment)
_converter.register_unstructure_hook(date, lambda day: day.isoformat())
_converter.register_structure_hook(date, lambda text, _: date.fromisoformat(text))


BUCKETS = 256


def to_document(record: Any) -> dict[str, Any]:
    """A record as a document: its `id` becomes `_id`, and `bucket`, a hash of it, spreads records over 256 parts by
    which a whole collection can be read (records.py)."""
    document: dict[str, Any] = _converter.unstructure(record)
    document["_id"] = document.pop("id")
    document["bucket"] = zlib.crc32(document["_id"].encode()) % BUCKETS
    return document


def as_stored(values: Mapping[str, Any]) -> dict[str, Any]:
    """A dict of Python values, nested ones too, as the store can keep it."""
    stored: dict[str, Any] = _converter.unstructure(dict(values))
    return stored


def from_document(kind: type[T], document: dict[str, Any]) -> T:
    """The record that to_document wrote; fields the class no longer has are passed over."""
    return _converter.structure({**document, "id": document["_id"]}, kind)


def to_values(record: Any) -> dict[str, Any]:
    """A record as a dict of Python values, nested records too: what `Work.tell` and answers take."""
    if not is_dataclass(record) or isinstance(record, type):
        raise TypeError(f"{record!r} is no record")
    return asdict(record)


def structure(kind: type[T], values: Any) -> T:
    """A nested dict of Python values as a record."""
    return _converter.structure(values, kind)


def field_names(kind: type[Any]) -> frozenset[str]:
    """The names of a record's fields."""
    return frozenset(field.name for field in fields(kind))
