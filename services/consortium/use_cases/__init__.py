"""What consortium does, one function a use case: (work, store, arguments) -> answer."""

from .consortia import change, dissolve, found
from .leaving import organisation_removed, run_out
from .memberships import ask_membership, change_role, decide_membership, end_membership, invite_member, memberships
from .news import change_news, news, news_item, post_news, withdraw_news
from .working_groups import change_working_group, close_working_group, form_working_group

__all__ = [
    "ask_membership",
    "change",
    "change_news",
    "change_role",
    "change_working_group",
    "close_working_group",
    "decide_membership",
    "dissolve",
    "end_membership",
    "form_working_group",
    "found",
    "invite_member",
    "memberships",
    "news",
    "news_item",
    "organisation_removed",
    "post_news",
    "run_out",
    "withdraw_news",
]
