"""Accounts: opened for a person by a coordinator or the operator, kept by the person."""

from typing import Any

from services.actors import model
from services.actors.model import Account
from services.actors.store import ActorStore
from services.contracts import identifiers
from services.contracts.permissions import Target
from services.runtime.documents import to_values
from services.runtime.work import Work

from .authority import first_facts, regions_coordinated

Arguments = dict[str, Any]


def open_account(work: Work, store: ActorStore, arguments: Arguments) -> dict[str, Any]:
    """Opens an account, or finds the one with this address and leaves it as it is. No mail is sent.

    Without `region` any coordinator may. Raises Forbidden, SignInNeeded.
    """
    region = arguments["region"]
    regions = regions_coordinated(work) if region is None else frozenset({region})
    work.require("actors.account.open", Target(regions=regions))
    email_key = model.fold_address(arguments["email"])
    there = store.account_of(email_key)
    if there is not None:
        return _found(work, store, there, arguments["email"])
    account = Account(
        **first_facts(work, identifiers.new_id(identifiers.ACCOUNT)),
        state="open",
        email=arguments["email"],
        email_key=email_key,
        name=arguments["name"],
        language=arguments["language"],
    )
    store.add_account(account)
    work.altered("account", account.id, [account.id])
    return _shown(store, account)


def change_account(work: Work, store: ActorStore, arguments: Arguments) -> dict[str, Any]:
    """One's own name and language. Raises Forbidden, SignInNeeded, NotFound."""
    work.require("actors.account.change", Target(account=arguments["account"]))
    before = store.accounts.get(arguments["account"])
    changes = {key: value for key, value in arguments.items() if key != "account" and getattr(before, key) != value}
    if not changes:
        return _shown(store, before)
    after = model.next_version(before, work.now, work.origin.incarnation, **changes)
    store.accounts.replace(after)
    return _shown(store, after)


def account(work: Work, store: ActorStore, arguments: Arguments) -> dict[str, Any]:
    """With its mandates. Raises Forbidden, SignInNeeded, NotFound."""
    work.require("actors.account.read", Target(account=arguments["account"]))
    found = store.accounts.get(arguments["account"])
    work.saw("account", found.id, [found.id])
    return _shown(store, found)


def _found(work: Work, store: ActorStore, account: Account, typed: str) -> dict[str, Any]:
    if work.may("actors.account.read", Target(account=account.id)):
        work.saw("account", account.id, [account.id])
        return _shown(store, account)
    return {"id": account.id, "email": typed}  # a coordinator learns nothing about a person that was there already


def _shown(store: ActorStore, account: Account) -> dict[str, Any]:
    held = [to_values(mandate) for mandate in store.mandates_held_by(account.id)]
    return {**to_values(account), "mandates": held}
