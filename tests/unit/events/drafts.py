"""Events to try the rules on."""

from dataclasses import replace
from datetime import UTC, datetime, timedelta
from typing import Any

from services.events.model import Event, Organiser, Place

NOW = datetime(2026, 11, 22, 12, tzinfo=UTC)


def draft_at(begins: datetime, /, **changes: Any) -> Event:
    """A draft of three hours in Outokumpu, with these fields otherwise."""
    drafted = Event(
        id="evt_1",
        home="pohjois-karjala",
        incarnation=1,
        version=1,
        state="draft",
        created=NOW,
        changed=NOW,
        organiser=Organiser("region", "FI1DC"),
        title={"fi": "Esimerkkiseminaari"},
        begins=begins,
        ends=begins + timedelta(hours=3),
        time_zone="Europe/Helsinki",
        block="blk_1",
        place=Place("Outokumpu"),
    )
    return replace(drafted, **{"attendance": None, **changes})
