"""What notifications does, one function a use case: (work, store, arguments) -> answer."""

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
    "manage",
    "own_subscription",
    "recipient",
    "register_webhook",
    "remove_webhook",
    "subscribe",
    "subscribe_account",
    "subscriptions",
    "unsubscribe",
    "webhooks",
]
