"""Webhooks of an account: registering, seeing what became of their messages, activating again, removing."""

from typing import Any

from services.contracts import identifiers, rpc
from services.contracts.errors import NotFound, TooMany
from services.contracts.permissions import Target
from services.contracts.schemas.notifications import WebhookView
from services.notifications.model import Filter, Webhook
from services.notifications.model import webhook as rules
from services.notifications.store import NotificationStore
from services.runtime.documents import structure, to_values
from services.runtime.work import Work

Arguments = dict[str, Any]

REGISTER, READ = "notifications.webhook.register", "notifications.webhook.read"


def register_webhook(
    work: Work, store: NotificationStore, arguments: Arguments, *, private: bool, language: str
) -> dict[str, Any]:
    """{"webhook": WebhookView}; service.py adds the secret, which is stored nowhere.

    private: whether http and addresses inside this network are allowed. language: of who names none. Raises Invalid,
    SignInNeeded, Forbidden, TooMany.
    """
    account = _own_account(work)
    rules.check_address(arguments["url"], private=private)
    if len(store.webhooks_of(account)) >= rules.LIVE_AT_MOST:
        raise TooMany(f"An account has at most {rules.LIVE_AT_MOST} webhooks. Remove one first.")
    wanted = structure(Filter, arguments["filter"])
    made = Webhook(
        id=identifiers.new_id(identifiers.WEBHOOK),
        home=work.origin.node,
        incarnation=work.origin.incarnation,
        version=1,
        state="active",
        created=work.now,
        changed=work.now,
        account=account,
        url=arguments["url"],
        filter=wanted,
        keys=wanted.keys,
        language=arguments["language"] or language,
        since=work.now,
    )
    store.webhooks.add(made)
    return {"webhook": rpc.dump(WebhookView, to_values(made))}


def webhooks(work: Work, store: NotificationStore, _arguments: Arguments) -> list[dict[str, Any]]:
    """Those of the account that are not removed. Raises SignInNeeded, Forbidden."""
    return [to_values(found) for found in store.webhooks_of(_own_account(work, READ))]


def activate_webhook(work: Work, store: NotificationStore, arguments: Arguments) -> dict[str, Any]:
    """A suspended one is told again what is published from now on. Raises NotFound, Conflict."""
    before = _own(work, store, arguments["id"])
    return _keep(store, before, rules.activate(before, work.now, work.origin.incarnation))


def remove_webhook(work: Work, store: NotificationStore, arguments: Arguments) -> dict[str, Any]:
    """Nothing is sent to it any more. Twice is the same as once. Raises NotFound."""
    before = _own(work, store, arguments["id"])
    return _keep(store, before, rules.remove(before, work.now, work.origin.incarnation))


def deliveries(work: Work, store: NotificationStore, arguments: Arguments) -> list[dict[str, Any]]:
    """What became of its messages, newest first. Raises NotFound."""
    webhook = _own(work, store, arguments["webhook"], READ)
    found = store.deliveries_to(webhook.id, arguments["limit"])
    return [to_values(delivery) for delivery in found]


def _own_account(work: Work, action: str = REGISTER) -> str:
    account = work.principal.account
    work.require(action, Target(account=account))
    assert account is not None  # `own` lets in accounts alone
    return account


def _own(work: Work, store: NotificationStore, webhook_id: str, action: str = REGISTER) -> Webhook:
    account = _own_account(work, action)
    found = store.webhooks.get(webhook_id)
    if found.account != account:
        raise NotFound(f"There is no {webhook_id}.")
    return found


def _keep(store: NotificationStore, before: Webhook, after: Webhook) -> dict[str, Any]:
    if after is not before:
        store.webhooks.replace(after)
    return to_values(after)
