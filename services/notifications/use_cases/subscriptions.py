"""Subscribing by e-mail (double opt-in) and by account, changing and ending a subscription."""

from dataclasses import replace
from typing import Any

from services.contracts import identifiers
from services.contracts.errors import NotFound, TooMany
from services.contracts.permissions import Target
from services.notifications.model import Filter, Subscription
from services.notifications.model import subscription as rules
from services.notifications.store import NotificationStore
from services.runtime import links
from services.runtime.documents import structure, to_values
from services.runtime.work import Work

from .outgoing import single_mail

Arguments = dict[str, Any]

LINK = "subscription"
"""Purpose of the token in a subscription's mails (runtime/links.py). It is only ever sent to its subscriber, so the one
token confirms, shows, changes and ends."""


def subscribe(work: Work, store: NotificationStore, arguments: Arguments, *, language: str) -> None:
    """A mail asks to confirm. The answer is the same whether the address is known, has too many, or is new: it tells
    nobody who subscribes to what. language: of who names none."""
    work.require("notifications.subscription.make", Target())
    wanted = structure(Filter, arguments["filter"])
    key, language = arguments["email"].casefold(), arguments["language"] or language
    known = store.live_subscription(rules.live_key_of(key, wanted))
    if known is not None:
        _ask_again(work, store, known, language)
    elif store.live_count({"email_key": key}) < rules.LIVE_AT_MOST:
        made = replace(_made(work, wanted, key, language), email=arguments["email"], email_key=key)
        made = rules.ask(made, work.now, work.origin.incarnation)
        store.subscriptions.add(made)
        _tell(work, "requested", made)
        store.add_deliveries([single_mail(work, made.id, "subscription.confirm")])


def subscribe_account(work: Work, store: NotificationStore, arguments: Arguments) -> dict[str, Any]:
    """Active at once: who signed in has shown that the address is theirs. The same wishes again: the same subscription.

    Raises SignInNeeded, Forbidden, TooMany.
    """
    account = _own_account(work)
    wanted = structure(Filter, arguments["filter"])
    known = store.live_subscription(rules.live_key_of(account, wanted))
    if known is not None:
        return _view(known)
    if store.live_count({"account": account}) >= rules.LIVE_AT_MOST:
        raise TooMany(f"An account has at most {rules.LIVE_AT_MOST} subscriptions. End one first.")
    made = replace(_made(work, wanted, account, arguments["language"]), account=account)
    made = rules.confirm(made, work.now, work.origin.incarnation)
    store.subscriptions.add(made)
    _tell(work, "started", made)
    return _view(made)


def confirm(work: Work, store: NotificationStore, arguments: Arguments) -> dict[str, Any]:
    """By the link in the mail: consent is recorded, and from now on mail comes. Twice is the same as once.

    Raises NotFound for a link that is not ours or whose subscription was forgotten, Conflict when it has ended.
    """
    before = _by_token(work, store, arguments)
    after = rules.confirm(before, work.now, work.origin.incarnation)
    return _view(_keep(work, store, before, after, "started"))


def own_subscription(work: Work, store: NotificationStore, arguments: Arguments) -> dict[str, Any]:
    """For whoever holds the link. Raises NotFound."""
    return _view(_by_token(work, store, arguments))


def subscriptions(work: Work, store: NotificationStore, _arguments: Arguments) -> list[dict[str, Any]]:
    """Those of the account that live. Raises SignInNeeded, Forbidden."""
    found = store.subscriptions_of(_own_account(work, "notifications.subscription.read"))
    return [_view(subscription) for subscription in found]


def manage(work: Work, store: NotificationStore, arguments: Arguments) -> dict[str, Any]:
    """Other wishes or another language, by the link in a mail. Raises NotFound, Conflict."""
    before = _by_token(work, store, arguments)
    given = arguments.get("filter")
    wanted = None if given is None else structure(Filter, given)
    after = rules.manage(before, work.now, work.origin.incarnation, language=arguments.get("language"), wanted=wanted)
    twin = store.live_subscription(after.live_key)
    if twin is not None and twin.id != after.id:
        # They already have one with these wishes: this one is not needed beside it.
        _keep(work, store, before, rules.end(before, work.now, work.origin.incarnation), "ended")
        return _view(twin)
    return _view(_keep(work, store, before, after, "changed"))


def unsubscribe(work: Work, store: NotificationStore, arguments: Arguments) -> dict[str, Any]:
    """Ends it at once: the courier looks at the subscription as it sends, so nothing that waits goes out any more.

    Twice is the same as once. Raises NotFound.
    """
    before = _by_token(work, store, arguments)
    after = rules.end(before, work.now, work.origin.incarnation)
    return _view(_keep(work, store, before, after, "ended"))


def end_subscription(work: Work, store: NotificationStore, arguments: Arguments) -> dict[str, Any]:
    """The account's own, by its id. Raises NotFound for one that is not, SignInNeeded, Forbidden."""
    account = _own_account(work)
    before = store.subscriptions.get(arguments["id"])
    if before.account != account:
        raise NotFound(f"There is no {before.id}.")
    after = rules.end(before, work.now, work.origin.incarnation)
    return _view(_keep(work, store, before, after, "ended"))


def recipient(work: Work, store: NotificationStore, arguments: Arguments) -> dict[str, Any] | None:
    """Who a subscription by e-mail is; None when it has ended or is an account's (then actors knows)."""
    found = store.subscriptions.find(arguments["reference"])
    if found is None or found.email is None:
        return None
    return {
        "email": found.email,
        "name": "",
        "language": found.language,
        "link": f"/{found.language}/subscription/{token_of(work.secret, found.id)}",
    }


def token_of(secret: bytes, subscription_id: str) -> str:
    """The token of a subscription's links."""
    return links.token_of(secret, LINK, subscription_id)


def _ask_again(work: Work, store: NotificationStore, known: Subscription, language: str) -> None:
    if not rules.may_ask_again(known, work.now):
        return
    after = rules.ask(known, work.now, work.origin.incarnation)
    if known.state == "pending" and known.language != language:
        after = rules.speak(after, language)
    store.subscriptions.replace(after)
    _tell(work, "requested" if after.state == "pending" else "changed", after)
    purpose = "subscription.confirm" if after.state == "pending" else "subscription.known"
    store.add_deliveries([single_mail(work, after.id, purpose)])


def _own_account(work: Work, action: str = "notifications.subscription.manage") -> str:
    account = work.principal.account
    work.require(action, Target(account=account))
    assert account is not None  # `own` lets in accounts alone
    return account


def _by_token(work: Work, store: NotificationStore, arguments: Arguments) -> Subscription:
    found = store.subscriptions.find(links.read_token(work.secret, LINK, arguments["token"]))
    if found is None:
        raise NotFound("This subscription was never confirmed and has been forgotten. Subscribe again.")
    return found


def _keep(
    work: Work, store: NotificationStore, before: Subscription, after: Subscription, happening: str
) -> Subscription:
    if after is not before:
        store.subscriptions.replace(after)
        _tell(work, happening, after)
    return after


def _made(work: Work, wanted: Filter, owner: str, language: str | None) -> Subscription:
    return Subscription(
        id=identifiers.new_id(identifiers.SUBSCRIPTION),
        home=work.origin.node,
        incarnation=work.origin.incarnation,
        version=0,  # the first state that is kept is made from this one
        state="pending",
        created=work.now,
        changed=work.now,
        language=language,
        filter=wanted,
        keys=wanted.keys,
        live_key=rules.live_key_of(owner, wanted),
        since=work.now,
    )


def _view(subscription: Subscription) -> dict[str, Any]:
    return {**to_values(subscription), "consented": subscription.consented}


def _tell(work: Work, happening: str, subscription: Subscription) -> None:
    work.tell(f"notifications.subscription.{happening}", to_values(subscription), "node")
