"""Subscriptions by link and by account; webhooks."""

from typing import Any

from services.contracts.principal import Principal
from tests.integration.permissions.world import World, forged

from .attempt import Arguments, Attempt, nothing

_FILTER = {"themes": ["skills"]}


def _by_mail(world: World, _: Principal) -> Arguments:
    return {"email": world.address(), "filter": _FILTER}


def _wishes(_world: World, _who: Principal) -> Arguments:
    return {"filter": _FILTER}


def _address(_world: World, _who: Principal) -> Arguments:
    return {"url": "https://example.org/esimerkki", "filter": _FILTER}


def _pending(world: World, _: Principal) -> Arguments:
    return {"token": world.subscription()}


def _active(world: World, _: Principal) -> Arguments:
    return {"token": world.subscription(confirmed=True)}


def _other_language(world: World, who: Principal) -> Arguments:
    return {**_active(world, who), "language": "sv"}


def _subscription(world: World, who: Principal) -> Arguments:
    """The owner's; with the same wishes it is the same one."""
    made = world.rpc.call("notifications.subscribe_account", _wishes(world, who), principal=world.owner)
    return {"id": made["id"]}


def _webhook(world: World, who: Principal) -> Arguments:
    """The owner's one."""
    found = world.rpc.call("notifications.webhooks", principal=world.owner)
    if found:
        return {"id": found[0]["id"]}
    made = world.rpc.call("notifications.register_webhook", _address(world, who), principal=world.owner)
    return {"id": made["webhook"]["id"]}


def _of(row: str, call: str, prepare: Any, name: str = "", **rest: Any) -> Attempt:
    return Attempt(f"{call} {name}".strip(), f"notifications.{call}", (f"notifications.{row}",), prepare, {}, **rest)


def _forged(prepare: Any) -> Any:
    def prepare_forged(world: World, who: Principal) -> Arguments:
        arguments = prepare(world, who)
        return {**arguments, "token": next(forged(arguments["token"]))}

    return prepare_forged


_LINKS = {"confirm": _pending, "own_subscription": _active, "manage": _other_language, "unsubscribe": _active}
_SUBSCRIPTION, _WEBHOOK = "subscription.manage", "webhook.register"

ATTEMPTS = (
    _of("subscription.make", "subscribe", _by_mail),
    *(_of(_SUBSCRIPTION, call, prepare, "by its link", who="everybody") for call, prepare in _LINKS.items()),
    *(_of(_SUBSCRIPTION, call, _forged(prepare), "by a forged link", who="nobody") for call, prepare in _LINKS.items()),
    _of(_SUBSCRIPTION, "subscribe_account", _wishes, who="accounts"),
    _of("subscription.read", "subscriptions", nothing, who="accounts"),
    _of(_SUBSCRIPTION, "end_subscription", _subscription, refused="not theirs"),
    _of(_WEBHOOK, "register_webhook", _address, who="accounts"),
    _of("webhook.read", "webhooks", nothing, who="accounts"),
    _of(_WEBHOOK, "activate_webhook", _webhook, refused="not theirs"),
    _of(_WEBHOOK, "remove_webhook", _webhook, refused="not theirs"),
    _of(
        "webhook.read",
        "deliveries",
        lambda world, who: {"webhook": _webhook(world, who)["id"]},
        refused="not theirs",
    ),
)
