"""What events does, one function a use case: (work, store, arguments) -> answer."""

from .approval import decide_sign_ups
from .asking_again import ask_again
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
from .invitations import invitations, invited_event, make_invitation, reveal_invitation, revoke_invitation
from .offers import end_offers
from .own_sign_up import accept_seat, cancel_sign_up, change_sign_up, decline_seat, own_sign_up
from .series import change_series, close_series, start_series
from .sign_ups import recipient, sign_up, sign_ups

__all__ = [
    "FillCalendar",
    "accept_seat",
    "answer_co_host",
    "ask_again",
    "ask_co_hosts",
    "cancel_event",
    "cancel_sign_up",
    "change_event",
    "change_series",
    "change_sign_up",
    "clashes",
    "close_series",
    "co_host_requests",
    "co_hosts",
    "decide_sign_ups",
    "decline_seat",
    "discard_draft",
    "draft_event",
    "drop_co_host",
    "end_offers",
    "event",
    "free_dates",
    "invitations",
    "invited_event",
    "make_invitation",
    "own_events",
    "own_sign_up",
    "postpone_event",
    "publish_event",
    "recipient",
    "reveal_invitation",
    "revoke_invitation",
    "sign_up",
    "sign_ups",
    "start_series",
]
