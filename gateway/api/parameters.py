"""Reads the parameters of a query with a schema."""

from typing import Any

import falcon.asgi
from marshmallow import RAISE, Schema, ValidationError, fields

from gateway.problems import Problem


def load_query(request: falcon.asgi.Request, schema: type[Schema]) -> dict[str, Any]:
    """The query's parameters as Python values.

    A list field takes repeated parameters and comma lists (`theme=a&theme=b`, `theme=a,b`). Raises Problem
    `invalid_query` with an entry for each parameter that is unknown or breaks a rule.
    """
    loader = schema(unknown=RAISE)
    raw: dict[str, Any] = {}
    for name, value in request.params.items():
        declared = loader.fields.get(name)
        if isinstance(declared, fields.List):
            values = value if isinstance(value, list) else [value]
            raw[name] = [part for text in values for part in text.split(",") if part]
        elif isinstance(value, list):
            raise _invalid({name: ["Give this once."]})
        else:
            raw[name] = value
    try:
        loaded: dict[str, Any] = loader.load(raw)
    except ValidationError as error:
        raise _invalid(error.messages_dict) from error
    return loaded


def _invalid(messages: dict[str, Any]) -> Problem:
    errors = [{"parameter": name, "message": text} for name, found in messages.items() for text in _texts(found)]
    return Problem("invalid_query", "Some parameters of the query are not right.", errors=errors)


def _texts(found: Any) -> list[str]:
    if isinstance(found, dict):
        return [text for inner in found.values() for text in _texts(inner)]
    if isinstance(found, list):
        return [text for inner in found for text in _texts(inner)]
    return [str(found)]
