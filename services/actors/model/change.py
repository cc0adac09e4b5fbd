"""The history of a record: what changed, field by field, when, and by whose command. Never a person's name."""

from collections.abc import Mapping
from dataclasses import dataclass, fields, is_dataclass
from datetime import date, datetime
from typing import Any, Final

_OF_THE_RECORD: Final = frozenset({"id", "home", "incarnation", "version", "created", "changed"})
_NEVER_KEPT: Final = frozenset({"contact", "contact_until", "proposer", "name_keys", "like_keys"})
"""Personal data, which must not outlive its record here; and what is only another form of other fields."""


@dataclass(frozen=True, slots=True)
class Difference:
    field: str
    before: Any
    after: Any


@dataclass(frozen=True, slots=True)
class Change:
    """about: the organisations whose histories show it. account: None for the command line and for visitors. what:
    `<kind of record>.<happening>`. command: the id of the command that it was part of."""

    id: str
    record: str
    version: int
    about: tuple[str, ...]
    at: datetime
    account: str | None
    command: str
    what: str
    fields: tuple[Difference, ...] = ()


def differences(before: Any, after: Any) -> tuple[Difference, ...]:
    """What differs between two states of a record, as JSON values; None stands for no record."""
    old, new = _values(before), _values(after)
    names = [name for name in (new or old) if old.get(name) != new.get(name)]
    if before is None:
        names = [name for name in names if new[name] not in (None, "", [], {}, False)]
    return tuple(_difference(name, old.get(name), new.get(name)) for name in names)


def _difference(name: str, before: Any, after: Any) -> Difference:
    """Of a list of records (talks, parts) only what went and what came: else a history would grow by its square."""
    if isinstance(before, list) and isinstance(after, list) and any(isinstance(each, dict) for each in before + after):
        return Difference(
            name, [each for each in before if each not in after], [each for each in after if each not in before]
        )
    return Difference(name, before, after)


def _values(record: Any) -> dict[str, Any]:
    if record is None:
        return {}
    left_out = _OF_THE_RECORD | _NEVER_KEPT
    return {field.name: _plain(getattr(record, field.name)) for field in fields(record) if field.name not in left_out}


def _plain(value: Any) -> Any:
    if is_dataclass(value) and not isinstance(value, type):
        return {field.name: _plain(getattr(value, field.name)) for field in fields(value)}
    if isinstance(value, Mapping):
        return {str(key): _plain(inner) for key, inner in value.items()}
    if isinstance(value, list | tuple | frozenset | set):
        return [_plain(inner) for inner in value]
    if isinstance(value, date | datetime):
        return value.isoformat()
    return value
