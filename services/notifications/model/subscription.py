"""A subscription: pending -> active -> ended. By e-mail it waits for the link in a mail (double opt-in)."""

from dataclasses import dataclass, replace
from datetime import datetime, timedelta
from typing import Final, Literal

from services.contracts.errors import Conflict

from .filter import Filter

State = Literal["pending", "active", "ended"]

LIVE_AT_MOST: Final = 20
PENDING_FOR: Final = timedelta(days=7)
MAILS_A_DAY: Final = 5
"""Confirmation mails for one subscription in 24 hours: nobody can fill a stranger's mailbox with them."""
CONSENT_TEXT: Final = "2026-11"
"""Version of the words that people agree to (courier/texts, `confirm`); a change of meaning takes a new one."""


@dataclass(frozen=True, slots=True)
class Consent:
    """When somebody agreed, to which version of the text, in which language (GDPR, article 7). language: None is
    the account's."""

    at: datetime
    text: str
    language: str | None


@dataclass(frozen=True, slots=True)
class Subscription:
    """A subscription. Either `email` or `account` says whose; an ended one has forgotten the address.

    keys: of the filter. live_key: unique among those that live. since: what was published from then on is told.
    language: None is the account's, as it is when a mail is sent; a subscription by e-mail has one of its own.
    asked: when confirmation was asked for lately.
    """

    id: str
    home: str
    incarnation: int
    version: int
    state: State
    created: datetime
    changed: datetime
    language: str | None
    filter: Filter
    keys: tuple[str, ...]
    live_key: str
    since: datetime
    email: str | None = None
    email_key: str | None = None
    account: str | None = None
    consent: Consent | None = None
    asked: tuple[datetime, ...] = ()

    @property
    def consented(self) -> datetime | None:
        return None if self.consent is None else self.consent.at


def live_key_of(owner: str, wanted: Filter) -> str:
    """The same for the same owner and the same wishes. owner: an account, or an address casefolded."""
    return f"{owner}|{wanted.canonical}"


def may_ask_again(subscription: Subscription, now: datetime) -> bool:
    """Whether one more mail about it is decent."""
    return len(_lately(subscription, now)) < MAILS_A_DAY


def ask(subscription: Subscription, now: datetime, incarnation: int) -> Subscription:
    """Notes that a mail about it goes out again; a pending one waits its seven days anew."""
    return _next(subscription, now, incarnation, asked=(*_lately(subscription, now), now))


def speak(subscription: Subscription, language: str) -> Subscription:
    """In the language that was asked for last, within the same change."""
    return replace(subscription, language=language)


def confirm(subscription: Subscription, now: datetime, incarnation: int) -> Subscription:
    """Active from now on; an active one stays as it is. Raises Conflict for one that ended."""
    if subscription.state == "active":
        return subscription
    _refuse_ended(subscription)
    consent = Consent(now, CONSENT_TEXT, subscription.language)
    return _next(subscription, now, incarnation, state="active", since=now, consent=consent, asked=())


def manage(
    subscription: Subscription, now: datetime, incarnation: int, *, language: str | None, wanted: Filter | None
) -> Subscription:
    """Another language, other wishes. Raises Conflict unless it is active."""
    _refuse_ended(subscription)
    if subscription.state == "pending":
        raise Conflict("Confirm the subscription first, by the link in the mail.")
    language = language or subscription.language
    if wanted is None or wanted == subscription.filter:
        return _next(subscription, now, incarnation, language=language)
    owner = subscription.live_key.partition("|")[0]
    return _next(
        subscription,
        now,
        incarnation,
        language=language,
        filter=wanted,
        keys=wanted.keys,
        live_key=live_key_of(owner, wanted),
        since=now,
    )


def end(subscription: Subscription, now: datetime, incarnation: int) -> Subscription:
    """Ends it truly, and forgets the address; ended twice is ended once."""
    if subscription.state == "ended":
        return subscription
    return _next(
        subscription,
        now,
        incarnation,
        state="ended",
        email=None,
        email_key=None,
        live_key=subscription.id,
        keys=(),
        asked=(),
    )


def _refuse_ended(subscription: Subscription) -> None:
    if subscription.state == "ended":
        raise Conflict("This subscription has ended. Subscribe again.")


def _lately(subscription: Subscription, now: datetime) -> tuple[datetime, ...]:
    return tuple(moment for moment in subscription.asked if moment > now - timedelta(days=1))


def _next(subscription: Subscription, now: datetime, incarnation: int, **changes: object) -> Subscription:
    values = {**changes, "version": subscription.version + 1, "incarnation": incarnation, "changed": now}
    return replace(subscription, **values)  # type: ignore[arg-type]
