"""What events does, one function a use case: (work, store, arguments) -> answer."""

from .events import cancel_event, change_event, discard_draft, draft_event, event, own_events, publish_event
from .sign_ups import cancel_sign_up, own_sign_up, recipient, sign_up, sign_ups

__all__ = [
    "cancel_event",
    "cancel_sign_up",
    "change_event",
    "discard_draft",
    "draft_event",
    "event",
    "own_events",
    "own_sign_up",
    "publish_event",
    "recipient",
    "sign_up",
    "sign_ups",
]
