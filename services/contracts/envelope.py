"""The envelope of a fact: CloudEvents 1.0, JSON event format.

Extension attributes of ours: `visibility`, `sequence` (as the CloudEvents sequence extension writes it: a
string), `incarnation`, `recordversion`, `correlationid`, `causationid`. The broker's routing key is
`<visibility>.<type>`, so a consumer binds only to what it may see.
"""

from dataclasses import dataclass
from datetime import UTC, datetime
from typing import Any, Literal, Self

import orjson

Visibility = Literal["public", "members", "node"]
VISIBILITIES: tuple[Visibility, ...] = ("public", "members", "node")
"""public: anyone may read it. members: only members of the audience that it names. node: never leaves the node."""

CONTENT_TYPE = "application/cloudevents+json"
TYPE_PREFIX = "malmi."


class UndecodableFact(ValueError):
    """The bytes are no fact of ours. Only this sends a message to the broker's own dead-letter queue."""


@dataclass(frozen=True, slots=True)
class Fact:
    """What happened to one record, with the record's state after it.

    type: `<service>.<record>.<happening>`, e.g. `events.event.published`. home: slug of the node that made it.
    subject: the record's id. (incarnation, version): a copy applies what is newer. sequence: gapless for each
    (home, service), stamped by the relay as it publishes; None before. time: when it was committed, UTC.
    correlation_id: from the request that began it all. causation_id: the command or fact that led to it.
    """

    id: str
    type: str
    visibility: Visibility
    home: str
    subject: str
    incarnation: int
    version: int
    time: datetime
    data: dict[str, Any]
    correlation_id: str
    causation_id: str
    sequence: int | None = None

    @property
    def service(self) -> str:
        return self.type.partition(".")[0]

    @property
    def routing_key(self) -> str:
        return f"{self.visibility}.{self.type}"

    def to_json(self) -> bytes:
        event = {
            "specversion": "1.0",
            "id": self.id,
            "source": f"/nodes/{self.home}/{self.service}",
            "type": TYPE_PREFIX + self.type,
            "subject": self.subject,
            "time": format_time(self.time),
            "datacontenttype": "application/json",
            "visibility": self.visibility,
            "incarnation": self.incarnation,
            "recordversion": self.version,
            "correlationid": self.correlation_id,
            "causationid": self.causation_id,
            "data": self.data,
        }
        if self.sequence is not None:
            event["sequence"] = str(self.sequence)
        return orjson.dumps(event)

    @classmethod
    def from_json(cls, body: bytes | str) -> Self:
        """Reads what to_json wrote; attributes it does not know are passed over (a newer node's).

        Raises UndecodableFact for anything that is no fact.
        """
        try:
            event = orjson.loads(body)
            home = str(event["source"]).split("/")[2]
            sequence = event.get("sequence")
            if event["specversion"] != "1.0" or not event["type"].startswith(TYPE_PREFIX):
                raise UndecodableFact(f"type {event['type']!r}")
            if event["visibility"] not in VISIBILITIES or not isinstance(event["data"], dict):
                raise UndecodableFact(f"visibility {event['visibility']!r}")
            return cls(
                id=str(event["id"]),
                type=event["type"].removeprefix(TYPE_PREFIX),
                visibility=event["visibility"],
                home=home,
                subject=str(event["subject"]),
                incarnation=int(event["incarnation"]),
                version=int(event["recordversion"]),
                time=parse_time(event["time"]),
                data=event["data"],
                correlation_id=str(event["correlationid"]),
                causation_id=str(event["causationid"]),
                sequence=None if sequence is None else int(sequence),
            )
        except (KeyError, IndexError, TypeError, ValueError, AttributeError) as error:
            raise UndecodableFact(str(error)) from error


def format_time(moment: datetime) -> str:
    """RFC 3339 in UTC with milliseconds, e.g. 2027-03-28T00:59:00.000Z (one form, so that text sorts as time)."""
    return moment.astimezone(UTC).isoformat(timespec="milliseconds").replace("+00:00", "Z")


def parse_time(text: str) -> datetime:
    """The moment that an RFC 3339 text names, in UTC. Raises ValueError without an offset."""
    moment = datetime.fromisoformat(text)
    if moment.tzinfo is None:
        raise ValueError(f"{text!r} has no offset from UTC")
    return moment.astimezone(UTC)
