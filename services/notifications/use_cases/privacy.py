"""What notifications knows of one person: subscriptions, webhooks, what was sent to them. Told, and erased."""

from collections.abc import Mapping
from dataclasses import replace
from typing import Any, Final

from services.notifications.model import Subscription, Webhook
from services.notifications.model import subscription as subscriptions
from services.notifications.model import webhook as webhooks
from services.notifications.store import NotificationStore
from services.runtime.documents import to_values
from services.runtime.privacy.person import Known, Person
from services.runtime.work import Work

_HIDDEN: Final = frozenset({"email_key", "live_key", "keys"})
_MOST_MESSAGES: Final = 200


def personal_data(_work: Work, store: NotificationStore, person: Person) -> Known:
    """Also ended subscriptions and removed webhooks of the account, and the newest messages to each of them and to
    their sign-ups (references that events gave out)."""
    mine, hooks = _subscriptions_of(store, person), _webhooks_of(store, person)
    references = tuple(dict.fromkeys([*(each.id for each in mine), *(each.id for each in hooks)]))
    messages = [
        {name: value for name, value in to_values(delivery).items() if name not in ("worker", "edition", "before")}
        for reference in (*references, *person.references)
        for delivery in store.deliveries_to(reference, _MOST_MESSAGES)
    ]
    records = {
        "subscriptions": [_told(found) for found in mine],
        "webhooks": [_told(found) for found in hooks],
        "messages": messages,
    }
    return Known({kind: told for kind, told in records.items() if told}, references)


def erase(work: Work, store: NotificationStore, person: Person) -> Mapping[str, int]:
    """Subscriptions end and forget the address, webhooks are removed and forget theirs; what waits to be sent to them
    is dropped. A mail that the courier holds at this moment finds nobody behind its reference."""
    ended = [found for found in _subscriptions_of(store, person) if found.created <= person.before]
    removed = [found for found in _webhooks_of(store, person) if found.created <= person.before]
    changed = [_end(work, store, found) for found in ended if found.state != "ended"]
    forgotten = [_forget(work, store, found) for found in removed if found.state != "removed" or found.url]
    gone = [*(found.id for found in ended), *(found.id for found in removed)]
    dropped = store.forget_deliveries_to([*gone, *person.references])
    return {"subscriptions": len(changed), "webhooks": len(forgotten), "messages": dropped}


def _subscriptions_of(store: NotificationStore, person: Person) -> list[Subscription]:
    by_address = list(store.subscriptions.where({"email_key": {"$in": list(person.keys)}}))
    by_account = [] if person.account is None else list(store.subscriptions.where({"account": person.account}))
    return [*by_address, *by_account]


def _webhooks_of(store: NotificationStore, person: Person) -> list[Webhook]:
    return [] if person.account is None else list(store.webhooks.where({"account": person.account}))


def _end(work: Work, store: NotificationStore, before: Subscription) -> Subscription:
    after = subscriptions.end(before, work.now, work.origin.incarnation)
    store.subscriptions.replace(after)
    work.tell("notifications.subscription.ended", to_values(after), "node")
    return after


def _forget(work: Work, store: NotificationStore, before: Webhook) -> Webhook:
    """The address that its owner gave may tell who they are."""
    after = webhooks.remove(before, work.now, work.origin.incarnation)
    if after is before:
        after = replace(before, version=before.version + 1, changed=work.now)
    after = replace(after, url="", last_error=None)
    store.webhooks.replace(after)
    return after


def _told(record: Any) -> dict[str, Any]:
    return {name: value for name, value in to_values(record).items() if name not in _HIDDEN}


__all__ = ["erase", "personal_data"]
