"""AsyncAPI 3: every fact that this node publishes, for those who listen on the broker or get webhooks."""

from typing import Any, Final
from urllib.parse import urlsplit

from apispec import APISpec
from apispec.ext.marshmallow import MarshmallowPlugin

from gateway.openapi import name_of, teach
from services.contracts import facts
from services.contracts.envelope import CONTENT_TYPE, TYPE_PREFIX, VISIBILITIES
from services.runtime import topology

_ABOUT: Final = """Everything that happens on a node is published as a *fact*: a CloudEvents 1.0 message in JSON
that carries the whole record as it is afterwards. Its routing key is `<visibility>.<type>`: `public` facts may be
read by anyone, `members` facts by the audience that they name, `node` facts never leave the node. A copy keeps, for
each record, the fact with the highest (incarnation, recordversion) and passes over the rest: then repeats and any
order do no harm."""


def document(*, server: str, version: str, node_name: str) -> dict[str, Any]:
    """The AsyncAPI 3.0 document, made from services/contracts/facts.py."""
    spec = _schemas()
    channels: dict[str, Any] = {}
    operations: dict[str, Any] = {}
    messages: dict[str, Any] = {}
    for fact in facts.ALL:
        key = _key(fact.name)
        messages[key] = _message(spec, fact)
        channels[key] = {
            "address": f"{{visibility}}.{fact.name}",
            "title": fact.name,
            "description": fact.says,
            "parameters": {"visibility": {"enum": list(fact.visibilities), "default": fact.visibilities[0]}},
            "messages": {key: {"$ref": f"#/components/messages/{key}"}},
            "servers": [{"$ref": "#/servers/broker"}],
            "tags": [{"name": fact.service}, *({"name": visibility} for visibility in fact.visibilities)],
            "bindings": {
                "amqp": {
                    "is": "routingKey",
                    "exchange": {"name": topology.FACTS, "type": "topic", "durable": True, "vhost": topology.VHOST},
                }
            },
        }
        operations[f"publish_{key}"] = {
            "action": "send",
            "channel": {"$ref": f"#/channels/{key}"},
            "summary": fact.says,
            "messages": [{"$ref": f"#/channels/{key}/messages/{key}"}],
        }
    schemas = spec.to_dict().get("components", {}).get("schemas", {})
    return {
        "asyncapi": "3.0.0",
        "info": {"title": f"Malmi facts – {node_name}", "version": version, "description": _ABOUT},
        "defaultContentType": CONTENT_TYPE,
        "servers": {
            "broker": {
                "host": urlsplit(server).hostname or "localhost",
                "protocol": "amqp",
                "protocolVersion": "0.9.1",
                "description": "The node's RabbitMQ. Ask the operator for a user; it is not open to the public.",
            }
        },
        "channels": channels,
        "operations": operations,
        "components": {"messages": messages, "schemas": {**schemas, "Envelope": _ENVELOPE}},
    }


def _key(name: str) -> str:
    return name.replace(".", "_")


def _schemas() -> APISpec:
    plugin = MarshmallowPlugin(schema_name_resolver=name_of)
    spec = APISpec(title="", version="", openapi_version="3.1.0", plugins=[plugin])
    assert plugin.converter is not None
    teach(plugin, plugin.converter)
    for schema in dict.fromkeys(fact.schema for fact in facts.ALL):
        name = name_of(schema)
        if name not in spec.components.schemas:
            spec.components.schema(name, schema=schema)
    return spec


def _message(spec: APISpec, fact: facts.FactType) -> dict[str, Any]:
    data = {"$ref": f"#/components/schemas/{name_of(fact.schema)}"}
    return {
        "name": fact.name,
        "title": fact.says,
        "contentType": CONTENT_TYPE,
        "payload": {
            "allOf": [
                {"$ref": "#/components/schemas/Envelope"},
                {
                    "type": "object",
                    "properties": {"type": {"const": f"{TYPE_PREFIX}{fact.name}"}, "data": data},
                },
            ]
        },
    }


_TEXT: Final = {"type": "string"}
_ENVELOPE: Final[dict[str, Any]] = {
    "type": "object",
    "description": "CloudEvents 1.0, JSON event format, with extension attributes.",
    "required": [
        "specversion", "id", "source", "type", "subject", "time", "visibility", "incarnation", "recordversion",
        "correlationid", "causationid", "data",
    ],
    "properties": {
        "specversion": {"const": "1.0"},
        "id": {**_TEXT, "description": "The fact's id; the same one may come more than once."},
        "source": {**_TEXT, "description": "/nodes/<home>/<service>"},
        "type": _TEXT,
        "subject": {**_TEXT, "description": "The record's id."},
        "time": {**_TEXT, "format": "date-time", "description": "When it was committed."},
        "datacontenttype": {"const": "application/json"},
        "visibility": {"enum": list(VISIBILITIES)},
        "sequence": {**_TEXT, "description": "Gapless for each home and service, a decimal number."},
        "incarnation": {"type": "integer", "minimum": 1, "description": "Rises when the home is restored from backup."},
        "recordversion": {"type": "integer", "minimum": 1, "description": "Rises with each change of the record."},
        "correlationid": {**_TEXT, "description": "Of the request that began it all."},
        "causationid": {**_TEXT, "description": "The command or fact that led to it."},
        "data": {"type": "object"},
    },
}  # fmt: skip
