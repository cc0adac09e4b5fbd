"""What notifications does, one function a use case: (work, store, arguments) -> answer."""

from .dead_letters import failed_deliveries, replay_deliveries
from .privacy import erase, personal_data
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
    "erase",
    "failed_deliveries",
    "manage",
    "own_subscription",
    "personal_data",
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
