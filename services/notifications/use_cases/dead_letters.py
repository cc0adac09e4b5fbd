"""Mails and webhooks that could not be delivered, for the operator, beside the facts that failed."""

from typing import Any

from services.notifications.model import Delivery
from services.notifications.store import NotificationStore


def failed_deliveries(store: NotificationStore, also_waiting: bool, limit: int) -> list[dict[str, Any]]:
    """Dead ones; with also_waiting those too that failed and are tried again. As contracts' DeadLetterView."""
    return [_shown(delivery) for delivery in store.failed_deliveries(also_waiting=also_waiting, limit=limit)]


def replay_deliveries(store: NotificationStore, ids: list[str]) -> int:
    """Makes dead ones (all if no ids are given) due now; how many."""
    return store.revive_deliveries(ids)


def _shown(delivery: Delivery) -> dict[str, Any]:
    return {
        "id": delivery.id,
        "type": f"{delivery.channel} {delivery.purpose}",
        "subject": delivery.record or delivery.reference,
        "state": delivery.state,
        "error": delivery.error or "",
        "attempts": delivery.attempts,
        "next_at": delivery.next_at,
        "first_at": delivery.created,
        "correlation_id": delivery.correlation_id,
    }
