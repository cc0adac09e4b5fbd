"""Signing in by a link in a mail: request, session, end; and who a reference is, for the courier who sends mails."""

from dataclasses import replace
from typing import Any

from services.actors import model
from services.actors.model import Account, Session, SignInRequest
from services.actors.store import ActorStore
from services.contracts import identifiers, rpc
from services.contracts.permissions import Target
from services.contracts.schemas import actors
from services.runtime import links
from services.runtime.documents import to_values
from services.runtime.work import Work

from .authority import first_facts
from .privacy import LINK as MY_DATA
from .privacy import who_asked
from .proposals import who_proposed

Arguments = dict[str, Any]

LINK = "sign_in"
"""Purpose of the token in a sign-in mail (runtime/links.py), and of the courier's question for it."""


def request_sign_in(work: Work, store: ActorStore, arguments: Arguments) -> None:
    """Has a link sent if there is an account. Answer and work are alike when there is none, or too many links are out:
    void requests are written where a request and its fact would be."""
    work.require("actors.sign_in", Target())
    account = store.account_of(model.fold_address(arguments["email"]))
    request = _new_request(work, account)
    recent = store.sign_ins_since(request.account, work.now - model.LINKS_WITHIN, model.MOST_LINKS)
    if account is None or len(recent) >= model.MOST_LINKS:
        for _ in range(2):
            store.sign_ins.add(replace(_new_request(work, None), state="void"))
        return
    store.sign_ins.add(request)
    work.tell("actors.sign_in.requested", {**first_facts(work, request.id), "request": request.id}, "node")


def open_session(work: Work, store: ActorStore, arguments: Arguments) -> dict[str, Any]:
    """Lets in who holds a link, once. Gives {"session": SessionRecord}; reveal_session adds the secret.

    Raises NotFound for a token that is not ours, Conflict for a link that was used or is too old.
    """
    work.require("actors.sign_in", Target())
    request = store.sign_ins.get(links.read_token(work.secret, LINK, arguments["token"]))
    model.check_link(request, work.now)
    store.sign_ins.replace(model.next_version(request, work.now, work.origin.incarnation, state="used"))
    session = _new_session(work, request.account)
    store.sessions.add(session)
    work.tell("actors.session.opened", to_values(session), "node")
    return {"session": rpc.dump(actors.SessionRecord, to_values(session))}


def reveal_session(node_secret: bytes, answer: dict[str, Any]) -> dict[str, Any]:
    """The answer with the session's secret."""
    return {**answer, "secret": model.secret_of_session(node_secret, answer["session"]["id"])}


def close_session(work: Work, store: ActorStore, arguments: Arguments) -> dict[str, Any]:
    """Closing a closed one gives the same. Raises NotFound, Forbidden, SignInNeeded."""
    before = store.sessions.get(arguments["session"])
    work.require("actors.session.close", Target(account=before.account))
    if before.state == "closed":
        return to_values(before)
    closed = model.next_version(before, work.now, work.origin.incarnation, state="closed")
    store.sessions.replace(closed)
    work.tell("actors.session.closed", to_values(closed), "node")
    return to_values(closed)


def recipient(work: Work, store: ActorStore, arguments: Arguments) -> dict[str, Any] | None:
    """Who a sign-in request, an account, or the proposer of an organisation is, now. None when there is nobody, or the
    link is used or too old."""
    reference = arguments["reference"]
    if arguments["purpose"] == LINK and identifiers.is_id(reference, identifiers.SIGN_IN):
        request = store.sign_ins.find(reference)
        account = store.accounts.find(request.account) if request is not None and request.opens(work.now) else None
        return None if account is None else _recipient(account, links.token_of(work.secret, LINK, reference))
    if arguments["purpose"] == "proposal.decided" and identifiers.is_id(reference, identifiers.ORGANISATION):
        return who_proposed(work, store, reference)
    if arguments["purpose"] == MY_DATA and identifiers.is_id(reference, identifiers.DATA_REQUEST):
        return who_asked(work, store, reference)
    account = store.accounts.find(reference) if identifiers.is_id(reference, identifiers.ACCOUNT) else None
    return None if account is None else _recipient(account, None)


def _recipient(account: Account, token: str | None) -> dict[str, Any]:
    return {
        "email": account.email,
        "name": account.name,
        "language": account.language,
        "link": None if token is None else f"/{account.language}/sign-in/{token}",
        "says": {},
    }


def _new_request(work: Work, account: Account | None) -> SignInRequest:
    nobody = identifiers.new_id(identifiers.ACCOUNT)
    return SignInRequest(
        **first_facts(work, identifiers.new_id(identifiers.SIGN_IN)),
        state="requested",
        account=nobody if account is None else account.id,
        expires=work.now + model.LINK_LIVES,
    )


def _new_session(work: Work, account: str) -> Session:
    session_id = identifiers.new_id(identifiers.SESSION)
    return Session(
        **first_facts(work, session_id),
        state="open",
        account=account,
        hash=model.hash_of(model.secret_of_session(work.secret, session_id)),
        expires=work.now + model.SESSION_LIVES,
    )
