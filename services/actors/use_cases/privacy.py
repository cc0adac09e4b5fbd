"""What actors knows of one person, told and erased; and who may ask: by a mailed link, by an account, as operator."""

from collections.abc import Iterable, Mapping
from dataclasses import fields
from typing import Any, Final

from services.actors import model
from services.actors.model import Account, DataRequest, Key
from services.actors.store import ActorStore
from services.contracts import identifiers
from services.contracts.addresses import fold, reference_of, spellings
from services.contracts.errors import Forbidden
from services.contracts.permissions import Target
from services.runtime import links
from services.runtime.documents import to_values
from services.runtime.privacy import grants
from services.runtime.privacy.grants import Grant, Use
from services.runtime.privacy.person import Known, Person
from services.runtime.work import Work

from .authority import first_facts
from .mandates import revoke_if_granted

Arguments = dict[str, Any]

LINK: Final = "my_data"
"""Purpose of the token in the mail, and of the courier's question for it."""
_HIDDEN: Final = frozenset({"hash", "bucket", "email_key", "name_keys", "like_keys"})


def ask_for_my_data(work: Work, store: ActorStore, arguments: Arguments) -> None:
    """Has a link sent to the address, whether anything is known of it or not. Nothing happens while too many links are
    out: nobody's mailbox is flooded from here."""
    work.require("actors.personal_data.ask", Target())
    key = fold(arguments["email"])
    if len(store.data_requests_of([key], work.now - model.LINKS_WITHIN)) >= model.MOST_LINKS:
        return
    request = DataRequest(
        **first_facts(work, identifiers.new_id(identifiers.DATA_REQUEST)),
        state="requested",
        email=arguments["email"],
        email_key=key,
        language=arguments["language"],
        expires=work.now + model.DATA_LINK_LIVES,
    )
    store.data_requests.add(request)
    work.tell("actors.data_request.made", to_values(request), "node")


def who_asked(work: Work, store: ActorStore, request: str) -> dict[str, Any] | None:
    """The courier's question where the link goes; None when it is over or the address was erased."""
    found = store.data_requests.find(request)
    if found is None or found.expires <= work.now:
        return None
    token = links.token_of(work.secret, LINK, found.id)
    link = f"/{found.language}/my-data/{token}"
    return {"email": found.email, "name": "", "language": found.language, "link": link, "says": {}}


def open_personal_data(work: Work, store: ActorStore, arguments: Arguments) -> dict[str, Any]:
    """A grant to see. Raises NotFound (the link), Conflict (it is over), Forbidden, SignInNeeded."""
    return _open(work, store, arguments, "see", "actors.personal_data.read")


def open_erasure(work: Work, store: ActorStore, arguments: Arguments) -> dict[str, Any]:
    """A grant to erase. Raises as open_personal_data."""
    return _open(work, store, arguments, "erase", "actors.personal_data.erase")


def personal_data(_work: Work, store: ActorStore, person: Person) -> Known:
    """The account with all that hangs on it, proposals with the address, requests for links."""
    account = _account_of(store, person)
    references = dict.fromkeys([account.id] if account is not None else [])
    proposals = store.proposals_with(person.keys)
    found: dict[str, Iterable[Any]] = {
        "proposals": [*proposals, *(store.proposed_by(account.id) if account is not None else [])],
        "data_requests": store.data_requests_of(person.keys, None),
    }
    if account is not None:
        found |= {
            "accounts": [account],
            "mandates": store.mandates.where({"account": account.id}),
            "keys": store.keys_of(account.id),
            "sessions": store.sessions.where({"account": account.id}),
            "sign_ins": store.sign_ins.where({"account": account.id}),
            "changes": store.changes_by(account.id),
        }
    records = {kind: [_told(record) for record in each] for kind, each in found.items()}
    references |= dict.fromkeys(proposal.id for proposal in proposals)
    named = [] if account is None else [account.name, *(key.name for key in store.keys_of(account.id))]
    return Known(
        {kind: told for kind, told in records.items() if told}, tuple(references), tuple(name for name in named if name)
    )


def erase(work: Work, store: ActorStore, person: Person) -> Mapping[str, int]:
    """Sessions are closed, keys and mandates revoked, and told so; then the account is gone. A proposal stays, without
    the address that was left with it. The history of the registry goes on naming a reference that leads nowhere."""
    erased = {
        "proposals": store.forget_contacts_of(person.keys, person.before),
        "data_requests": store.forget_data_requests_of(person.keys),
    }
    account = _account_of(store, person)
    if account is None or account.created > person.before:
        return erased
    for mandate in store.mandates_held_by(account.id):
        revoke_if_granted(work, store, mandate.id)
    keys = [_end_key(work, store, key) for key in store.keys_of(account.id) if key.state == "issued" or key.name]
    sessions = [session for session in store.sessions.where({"account": account.id}) if session.state == "open"]
    for session in sessions:
        closed = model.next_version(session, work.now, work.origin.incarnation, state="closed")
        store.sessions.replace(closed)
        work.tell("actors.session.closed", to_values(closed), "node")
    sign_ins = list(store.sign_ins.where({"account": account.id}))
    for request in sign_ins:
        store.sign_ins.remove(request.id)
    store.accounts.remove(account.id)
    return {**erased, "accounts": 1, "keys": len(keys), "sessions": len(sessions), "sign_ins": len(sign_ins)}


def _open(work: Work, store: ActorStore, arguments: Arguments, use: Use, action: str) -> dict[str, Any]:
    token, address = arguments["token"], arguments["address"]
    before, by = work.now, "own"
    if token is not None:
        request = store.data_requests.get(links.read_token(work.secret, LINK, token))
        model.check_data_link(request, work.now)
        address, account = request.email, store.account_by(spellings(request.email))
    elif address is not None:
        account = store.account_by(spellings(address))
        work.require(action, Target(account=None if account is None else account.id))
        by = "own" if account is not None and account.id == work.principal.account else "operator"
        before = arguments["before"] or work.now
        known_as = reference_of(work.secret, address)
        work.saw("personal_data", "", [known_as, *([account.id] if account is not None else [])])
    else:
        work.require(action, Target(account=work.principal.account))
        if work.principal.account is None:
            raise Forbidden("The command line has no data of its own. Name an address.")
        account = store.accounts.get(work.principal.account)
        address = account.email
    grant = Grant(
        use,
        "own" if by == "own" else "operator",
        address,
        account.id if account else None,
        before,
        work.now + grants.LIVES,
    )
    return {
        "grant": grants.given(work.secret, grant),
        "address": address,
        "account": None if account is None else account.id,
        "before": before,
    }


def _account_of(store: ActorStore, person: Person) -> Account | None:
    return store.account_by(person.keys)


def _end_key(work: Work, store: ActorStore, key: Key) -> Key:
    """Revoked, and without the name that its owner gave it."""
    ended = model.next_version(key, work.now, work.origin.incarnation, state="revoked", name="")
    store.keys.replace(ended)
    work.tell("actors.key.revoked", to_values(ended), "node")
    return ended


def _told(record: Any) -> dict[str, Any]:
    return {each.name: getattr(record, each.name) for each in fields(record) if each.name not in _HIDDEN}
