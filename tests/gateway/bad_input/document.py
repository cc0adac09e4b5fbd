"""Reads /openapi.json for tests that try every operation, so that one that comes later is tried as well."""

from collections.abc import Iterator, Mapping
from dataclasses import dataclass
from typing import Any

Json = dict[str, Any]
SOME_ID = "01kahp5v3mf0gt8zqk4c2w7x9e"


@dataclass(frozen=True, slots=True)
class Asked:
    """One operation: what it is called, its method and path, the fields of its JSON body, its query's parameters."""

    name: str
    method: str
    path: str
    body: Mapping[str, Json] | None
    parameters: tuple[str, ...]

    @property
    def is_command(self) -> bool:
        return self.method != "GET"

    @property
    def place(self) -> str:
        return self.path.removeprefix("/api/v1/").split("/")[0]

    def at(self, ids: Mapping[str, str]) -> str:
        """Its address, with an id that is there where there is one (else one that looks like one)."""
        return self.path.replace("{id}", ids.get(self.place, f"evt_{SOME_ID}"))

    def refusals(self, ids: Mapping[str, str]) -> tuple[int, ...]:
        """How wrong fields are answered there; where no record is known, that there is none may come first."""
        return (422, 404) if "{id}" in self.path and self.place not in ids else (422,)


def operations(document: Json) -> list[Asked]:
    """All of them."""
    return list(_operations(document))


def _operations(document: Json) -> Iterator[Asked]:
    for path, methods in document["paths"].items():
        for method, operation in methods.items():
            content = operation.get("requestBody", {}).get("content", {}).get("application/json")
            body = None if content is None else fields_of(document, content["schema"])
            named = [resolved(document, parameter) for parameter in operation.get("parameters", [])]
            query = tuple(parameter["name"] for parameter in named if parameter["in"] == "query")
            yield Asked(operation["operationId"], method.upper(), path, body, query)


def resolved(document: Json, schema: Json) -> Json:
    """Follows $ref; of anyOf (a nullable record) the part that says something."""
    while True:
        if "$ref" in schema:
            found: Any = document
            for step in schema["$ref"].removeprefix("#/").split("/"):
                found = found[step]
            schema = found
            continue
        parts = [part for part in (*schema.get("anyOf", ()), *schema.get("allOf", ())) if part.get("type") != "null"]
        if not parts:
            return schema
        schema = parts[0]


def fields_of(document: Json, schema: Json) -> dict[str, Json]:
    properties: Json = resolved(document, schema).get("properties", {})
    return {name: _field(document, inner) for name, inner in properties.items()}


def _field(document: Json, schema: Json) -> Json:
    found = resolved(document, schema)
    nullable = any(part.get("type") == "null" for part in schema.get("anyOf", ()))
    return {**found, "type": [*types_of(found), "null"]} if nullable else found


def types_of(schema: Json) -> set[str]:
    found = schema.get("type", ())
    return {found} if isinstance(found, str) else set(found)


def wrong_values(schema: Json) -> Iterator[Any]:
    """Values that a field of this schema must not take."""
    types = types_of(schema)
    yield {"$gt": ""}
    yield [{"$ne": None}]
    if "string" not in types:
        yield "text"
    if types.isdisjoint({"integer", "number"}):
        yield 7
    if "boolean" not in types:
        yield True
    if "null" not in types:
        yield None
    if "array" not in types:
        yield ["text"]
    if "string" in types:
        yield from ("a\0b", "a\x1bb", "a\u202eb", "a\x85b")
        yield "x" * 30_000
    if "integer" in types:
        yield from (1.5, -1, 2**53, "5")
    if "boolean" in types:
        yield from ("no", 0)
    if "array" in types:
        yield [{"$gt": ""}]
        yield ["x" * 5_000] * 2
        yield [f"evt_{number:026}" for number in range(1_001)]
    if schema.get("format") == "date":
        yield from ("0000-01-01", "0001-01-01", "9999-12-31", "2027-02-30", "20270328", "2027-03-28T00:00:00Z")
    if schema.get("format") == "date-time":
        yield from ("0000-01-01T00:00:00Z", "0001-01-01T00:00:00+14:00", "9999-12-31T23:59:59-14:00")
        yield from ("2027-03-28T09:00:00+99:99", "2027-03-28T09:00:00", "2027-03-28", "2016-12-31T23:59:60Z")
    pattern = str(schema.get("pattern", ""))
    if pattern[1:5].endswith("_"):
        other = "act" if pattern[1:4] != "act" else "evt"
        mine = f"{pattern[1:4]}_{SOME_ID}"
        yield from (f"{other}_{SOME_ID}", mine.upper(), f"{mine}\n", f"{mine}0", mine[:-1], "../etc", "")
    if "propertyNames" in schema:
        yield from ({"xx": "text"}, {"fi": {"$gt": ""}}, {"fi": "a\0b"}, {"fi": "a\u202eb"}, {"fi": "x" * 30_000})
        yield {"fi.sv": "text"}
