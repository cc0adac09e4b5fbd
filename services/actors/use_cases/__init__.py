"""What actors does, one function a use case: (work, store, arguments) -> answer."""

from .accounts import account, change_account, open_account
from .importing import import_rows, import_steps, join_reports
from .keys import issue_key, keys, reveal_key, revoke_key
from .mandates import grant_mandate, revoke_mandate
from .organisations import change_organisation, register_organisation, remove_organisation
from .proposals import decide_proposal, proposals, propose_organisation
from .sign_in import close_session, open_session, recipient, request_sign_in, reveal_session

__all__ = [
    "account",
    "change_account",
    "change_organisation",
    "close_session",
    "decide_proposal",
    "grant_mandate",
    "import_rows",
    "import_steps",
    "issue_key",
    "join_reports",
    "keys",
    "open_account",
    "open_session",
    "proposals",
    "propose_organisation",
    "recipient",
    "register_organisation",
    "remove_organisation",
    "request_sign_in",
    "reveal_key",
    "reveal_session",
    "revoke_key",
    "revoke_mandate",
]
