"""What actors does, one function a use case: (work, store, arguments) -> answer."""

from .accounts import account, change_account, open_account
from .history import history
from .importing import import_rows, import_steps, join_reports
from .keys import issue_key, keys, reveal_key, revoke_key
from .likenesses import merge_offers, tell_apart
from .mandates import grant_mandate, mandates, revoke_mandate
from .merging import merge_organisations, undo_merge
from .offerings import change_offering, offer, withdraw_offering
from .organisations import change_organisation, register_organisation, remove_organisation
from .packages import (
    as_published,
    change_package,
    consent_to_package,
    make_package,
    packages,
    withdraw_package,
)
from .pipeline import (
    add_candidate,
    candidate,
    candidate_history,
    candidates,
    change_candidate,
    drop_candidate,
    move_candidate,
    note_talk,
    pipeline_numbers,
    plan_step,
)
from .privacy import ask_for_my_data, erase, open_erasure, open_personal_data, personal_data
from .proposals import (
    decide_proposal,
    own_proposal,
    own_proposals,
    proposals,
    propose_organisation,
    reveal_proposal,
)
from .relations import change_relation, state_relation, withdraw_relation
from .sign_in import close_session, open_session, recipient, request_sign_in, reveal_session

__all__ = [
    "account",
    "add_candidate",
    "as_published",
    "ask_for_my_data",
    "candidate",
    "candidate_history",
    "candidates",
    "change_account",
    "change_candidate",
    "change_offering",
    "change_organisation",
    "change_package",
    "change_relation",
    "close_session",
    "consent_to_package",
    "decide_proposal",
    "drop_candidate",
    "erase",
    "grant_mandate",
    "history",
    "import_rows",
    "import_steps",
    "issue_key",
    "join_reports",
    "keys",
    "make_package",
    "mandates",
    "merge_offers",
    "merge_organisations",
    "move_candidate",
    "note_talk",
    "offer",
    "open_account",
    "open_erasure",
    "open_personal_data",
    "open_session",
    "own_proposal",
    "own_proposals",
    "packages",
    "personal_data",
    "pipeline_numbers",
    "plan_step",
    "proposals",
    "propose_organisation",
    "recipient",
    "register_organisation",
    "remove_organisation",
    "request_sign_in",
    "reveal_key",
    "reveal_proposal",
    "reveal_session",
    "revoke_key",
    "revoke_mandate",
    "state_relation",
    "tell_apart",
    "undo_merge",
    "withdraw_offering",
    "withdraw_package",
    "withdraw_relation",
]
