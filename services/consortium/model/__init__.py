"""The rules of consortium; standard library only."""

from .consortium import Consortium, change_consortium, check_active, dissolve
from .membership import Membership, accept, asked, change_role, decline, end, invited, is_over, run_out
from .news import News, Target, change_news, post, withdraw
from .roles import RoleSpan, ended_on, with_role
from .working_group import WorkingGroup, change_group, check_members, close, leave

__all__ = [
    "Consortium",
    "Membership",
    "News",
    "RoleSpan",
    "Target",
    "WorkingGroup",
    "accept",
    "asked",
    "change_consortium",
    "change_group",
    "change_news",
    "change_role",
    "check_active",
    "check_members",
    "close",
    "decline",
    "dissolve",
    "end",
    "ended_on",
    "invited",
    "is_over",
    "leave",
    "post",
    "run_out",
    "with_role",
    "withdraw",
]
