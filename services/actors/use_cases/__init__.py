"""What actors does, one function a use case: (work, store, arguments) -> answer."""

from .accounts import account, change_account, open_account
from .history import history
from .importing import import_rows, import_steps, join_reports
from .keys import issue_key, keys, reveal_key, revoke_key
from .likenesses import merge_offers, tell_apart
from .mandates import grant_mandate, mandates, revoke_mandate
from .merging import merge_organisations, undo_merge
from .organisations import change_organisation, register_organisation, remove_organisation
from .proposals import decide_proposal, proposals, propose_organisation
from .relations import change_relation, state_relation, withdraw_relation
from .sign_in import close_session, open_session, recipient, request_sign_in, reveal_session

__all__ = [
    "account",
    "change_account",
    "change_organisation",
    "change_relation",
    "close_session",
    "decide_proposal",
    "grant_mandate",
    "history",
    "import_rows",
    "import_steps",
    "issue_key",
    "join_reports",
    "keys",
    "mandates",
    "merge_offers",
    "merge_organisations",
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
    "state_relation",
    "tell_apart",
    "undo_merge",
    "withdraw_relation",
]
