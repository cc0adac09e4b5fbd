"""The rules of notifications. Standard library only."""

from .audience import EVERYBODY, NOBODY, Audience
from .delivery import Delivery, Mailing
from .filter import Filter, Subject, matches
from .quiet import QuietHours, waits_until
from .subscription import Consent, Subscription
from .telling import Age, Edition, Recipient, Telling, Told, decide, difference, merge, told_id
from .webhook import Webhook

__all__ = [
    "EVERYBODY",
    "NOBODY",
    "Age",
    "Audience",
    "Consent",
    "Delivery",
    "Edition",
    "Filter",
    "Mailing",
    "QuietHours",
    "Recipient",
    "Subject",
    "Subscription",
    "Telling",
    "Told",
    "Webhook",
    "decide",
    "difference",
    "matches",
    "merge",
    "told_id",
    "waits_until",
]
