"""What events does, one function a use case: (work, store, arguments) -> answer."""

from .calendar import FillCalendar
from .clashes import clashes
from .co_hosts import answer_co_host, ask_co_hosts, co_host_requests, co_hosts, drop_co_host
from .events import (
    cancel_event,
    change_event,
    discard_draft,
    draft_event,
    event,
    own_events,
    postpone_event,
    publish_event,
)
from .free_dates import free_dates
from .series import change_series, close_series, start_series
from .sign_ups import cancel_sign_up, own_sign_up, recipient, sign_up, sign_ups

__all__ = [
    "FillCalendar",
    "answer_co_host",
    "ask_co_hosts",
    "cancel_event",
    "cancel_sign_up",
    "change_event",
    "change_series",
    "clashes",
    "close_series",
    "co_host_requests",
    "co_hosts",
    "discard_draft",
    "draft_event",
    "drop_co_host",
    "event",
    "free_dates",
    "own_events",
    "own_sign_up",
    "postpone_event",
    "publish_event",
    "recipient",
    "sign_up",
    "sign_ups",
    "start_series",
]
