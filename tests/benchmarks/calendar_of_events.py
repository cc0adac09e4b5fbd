"""Published events that a benchmark signs up to, organised by a region, so that no other record is needed."""

from datetime import UTC, datetime, timedelta
from typing import Any

from services.contracts.envelope import format_time
from tests.harness import until

from .load import Connection
from .site import Site

REGION = "FI1DC"


def coordinator(site: Site) -> str:
    """An API key of somebody who may hold events of the region, once `events` has heard of it."""
    key = site.key_of("koordinaattori@example.org", "coordinator", REGION)
    client = Connection(site.port, key)
    until(lambda: client.post("/events", _draft("Esimerkki", None)).status == 201, says="the coordinator may draft")
    client.close()
    return key


def published(site: Site, key: str, count: int, capacity: int | None = None) -> list[str]:
    """Ids of new published events."""
    client = Connection(site.port, key)
    made: list[str] = []
    for number in range(count):
        draft = client.post("/events", _draft(f"Esimerkkiseminaari {number}", capacity))
        assert draft.status == 201, draft.body
        made.append(draft.json()["id"])
        answer = client.post(f"/events/{made[-1]}/publish", {})
        assert answer.status == 200, answer.body
    client.close()
    return made


def _draft(title: str, capacity: int | None) -> dict[str, Any]:
    begins = datetime.now(UTC) + timedelta(days=40)
    return {
        "organiser": {"kind": "region", "id": REGION},
        "title": {"fi": title, "en": title},
        "begins": format_time(begins),
        "ends": format_time(begins + timedelta(hours=3)),
        "place": {"name": "Outokumpu", "region": REGION},
        "themes": ["side_streams"],
        "capacity": capacity,
    }
