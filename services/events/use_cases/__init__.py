"""What events does, one function a use case: (work, store, arguments) -> answer."""

from .agenda import FillAgendas, ask_for_feedback, due_at, forget_attendees, remind
from .approval import decide_sign_ups
from .asking_again import ask_again
from .attendees import attendees, event_numbers
from .calendar import FillCalendar
from .clashes import clashes
from .co_hosts import answer_co_host, ask_co_hosts, co_host_requests, co_hosts, drop_co_host
from .door import check_in, door_list, find_holder, take_scans, ticket, undo_check_in
from .door_keys import close_door, doors, make_door, reveal_door
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
from .feedback import feedback, feedback_form, give_feedback
from .free_dates import free_dates
from .invitations import invitations, invited_event, make_invitation, reveal_invitation, revoke_invitation
from .mail import recipient
from .offers import end_offers
from .own_sign_up import accept_seat, cancel_sign_up, change_sign_up, decline_seat, own_sign_up
from .privacy import erase, personal_data
from .series import change_series, close_series, start_series
from .sign_ups import sign_up, sign_ups
from .walk_ins import add_walk_in

__all__ = [
    "FillAgendas",
    "FillCalendar",
    "accept_seat",
    "add_walk_in",
    "answer_co_host",
    "ask_again",
    "ask_co_hosts",
    "ask_for_feedback",
    "attendees",
    "cancel_event",
    "cancel_sign_up",
    "change_event",
    "change_series",
    "change_sign_up",
    "check_in",
    "clashes",
    "close_door",
    "close_series",
    "co_host_requests",
    "co_hosts",
    "decide_sign_ups",
    "decline_seat",
    "discard_draft",
    "door_list",
    "doors",
    "draft_event",
    "drop_co_host",
    "due_at",
    "end_offers",
    "erase",
    "event",
    "event_numbers",
    "feedback",
    "feedback_form",
    "find_holder",
    "forget_attendees",
    "free_dates",
    "give_feedback",
    "invitations",
    "invited_event",
    "make_door",
    "make_invitation",
    "own_events",
    "own_sign_up",
    "personal_data",
    "postpone_event",
    "publish_event",
    "recipient",
    "remind",
    "reveal_door",
    "reveal_invitation",
    "revoke_invitation",
    "sign_up",
    "sign_ups",
    "start_series",
    "take_scans",
    "ticket",
    "undo_check_in",
]
