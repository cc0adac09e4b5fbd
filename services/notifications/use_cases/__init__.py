"""What notifications does, one function a use case: (work, store, arguments) -> answer."""

from .dead_letters import failed_deliveries, replay_deliveries
from .subscriptions import (
    confirm,
    end_subscription,
    manage,
    own_subscription,
    recipient,
    subscribe,
    subscribe_account,
    subscriptions,
    unsubscribe,
)
from .webhooks import activate_webhook, deliveries, register_webhook, remove_webhook, webhooks

__all__ = [
    "activate_webhook",
    "confirm",
    "deliveries",
    "end_subscription",
    "failed_deliveries",
    "manage",
    "own_subscription",
    "recipient",
    "register_webhook",
    "remove_webhook",
    "replay_deliveries",
    "subscribe",
    "subscribe_account",
    "subscriptions",
    "unsubscribe",
    "webhooks",
]
