"""Reads the parameters of a query with a schema."""

import re
from functools import cache
from typing import Any, Final

import falcon.asgi
from marshmallow import RAISE, Schema, ValidationError, fields

from gateway.problems import Problem

READABLE: Final = r"^[^\x00-\x1f\x7f\ufffd]*$"
"""No control characters, nor what Falcon makes of bytes that are no UTF-8."""
_READABLE: Final = re.compile(READABLE)


def load_query(request: falcon.asgi.Request, schema: type[Schema]) -> dict[str, Any]:
    """The query's parameters as Python values.

    A list field takes repeated parameters and comma lists (`theme=a&theme=b`, `theme=a,b`). Raises Problem
    `invalid_query` with an entry for each parameter that is unknown (it lists those that there are) or breaks a rule.
    """
    loader, known = _prepared(schema)
    raw: dict[str, Any] = {}
    wrong: dict[str, Any] = {}
    for name, value in request.params.items():
        declared = known.get(name)
        if declared is None:
            wrong[name] = [f"There is no such parameter. There are: {', '.join(known)}."]
            continue
        if not _READABLE.fullmatch(value if isinstance(value, str) else "".join(value)):
            wrong[name] = ["This is not UTF-8, or has control characters."]
            continue
        if isinstance(declared, fields.List):
            values = value if isinstance(value, list) else [value]
            raw[name] = [part for text in values for part in text.split(",")]
            if "" in raw[name]:
                wrong[name] = ["Give a value, or leave this parameter out."]
        elif isinstance(value, list):
            wrong[name] = ["Give this once."]
            raw[name] = value[0]
        else:
            raw[name] = value
    try:
        loaded: dict[str, Any] = loader.load(raw)
    except ValidationError as error:
        raise _invalid({**error.messages_dict, **wrong}) from error
    if wrong:
        raise _invalid(wrong)
    return loaded


@cache
def _prepared(schema: type[Schema]) -> tuple[Schema, dict[str, fields.Field[Any]]]:
    """A schema's instance and its fields by the names of parameters: to make them costs more than to load a query."""
    loader = schema(unknown=RAISE)
    return loader, {declared.data_key or name: declared for name, declared in loader.fields.items()}


def _invalid(messages: dict[str, Any]) -> Problem:
    errors = [{"parameter": name, "message": text} for name, found in messages.items() for text in _texts(found)]
    return Problem("invalid_query", "Some parameters of the query are not right.", errors=errors)


def _texts(found: Any) -> list[str]:
    if isinstance(found, dict):
        return [text for inner in found.values() for text in _texts(inner)]
    if isinstance(found, list):
        return [text for inner in found for text in _texts(inner)]
    return [str(found)]
