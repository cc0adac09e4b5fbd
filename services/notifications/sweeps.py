"""Housekeeping: what nobody confirmed, and what nobody needs any more, is forgotten."""

import time
from datetime import timedelta
from typing import Any

from services.runtime.store import utc_now

from .model import subscription
from .store import NotificationStore

EVERY = 60.0
DELIVERIES_KEPT = timedelta(days=90)
"""So long the operator, and the owner of a webhook, can see what became of a message."""
OVER_KEPT = timedelta(days=30)
NEWS_KEPT = timedelta(days=365)

_next = 0.0


def forget(store: NotificationStore) -> None:
    """Called every second; looks once a minute."""
    global _next
    if time.monotonic() < _next:
        return
    _next = time.monotonic() + EVERY
    now = utc_now()
    database = store.database
    database["subscriptions"].delete_many({"state": "pending", "changed": {"$lt": now - subscription.PENDING_FOR}})
    for state in ("sent", "dropped", "dead"):
        database["deliveries"].delete_many({"state": state, "created": {"$lt": now - DELIVERIES_KEPT}})
    _forget_records(database, {"over": {"$lt": now - OVER_KEPT}})
    _forget_records(database, {"over": None, "published": {"$lt": now - NEWS_KEPT}})


def _forget_records(database: Any, condition: dict[str, Any]) -> None:
    for head in database["heads"].find(condition, {"_id": 1}).limit(20):
        record = head["_id"]
        database["told"].delete_many({"record": record})
        database["attendances"].delete_many({"event": record})
        database["editions"].delete_many({"record": record})
        database["mailings"].delete_many({"record": record})
        database["heads"].delete_one({"_id": record})
