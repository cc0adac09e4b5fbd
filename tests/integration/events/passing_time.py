"""An event and all that was done about it, so much longer ago: what is due then is due now."""

from collections.abc import Iterable
from datetime import timedelta
from typing import Any

MOMENTS = {
    "events": ("begins", "ends", "sign_up_closes"),
    "agendas": ("remind_at", "feedback_at", "forget_at"),
    "sign_ups": ("created", "changed"),
    "walk_ins": ("created", "changed"),
}


def let_pass(database: Any, event: str, span: timedelta, *, not_of: Iterable[str] = ()) -> None:
    """Moves the event, its agenda and its sign-ups back in time, the agenda last. not_of: sign-ups of just now."""
    late = set(not_of)
    for collection in ("events", "sign_ups", "walk_ins", "agendas"):
        key = "_id" if collection in ("events", "agendas") else "event"
        for document in database[collection].find({key: event}):
            moved = {name: document[name] - span for name in MOMENTS[collection] if document.get(name) is not None}
            if moved and document["_id"] not in late:
                database[collection].update_one({"_id": document["_id"]}, {"$set": moved})
