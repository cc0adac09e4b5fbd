"""notifications over nameko: each call is handed to its use case."""

from functools import partial
from typing import Any

from services.contracts.envelope import Visibility
from services.runtime import topology
from services.runtime.definition import ServiceDefinition
from services.runtime.service import CommonCalls, Runtime, call
from services.runtime.snapshots import snapshot_of

from . import use_cases
from .model import Subscription
from .model.webhook import secret_of
from .reactions import REACTIONS
from .store import INDEXES, NotificationStore
from .sweeps import forget


def _seen(_subscription: Subscription) -> Visibility:
    return "node"


DEFINITION = ServiceDefinition(
    name="notifications",
    store=NotificationStore,
    indexes=INDEXES,
    consumer=topology.NOTIFICATIONS,
    reactions=REACTIONS,
    snapshots={
        "subscription": snapshot_of("notifications.subscription.changed", lambda store: store.subscriptions, _seen),
    },
    recipient=use_cases.recipient,
    personal_data=use_cases.personal_data,
    erase=use_cases.erase,
    other_failed=use_cases.failed_deliveries,
    replay_others=use_cases.replay_deliveries,
    sweeps=(forget,),
)


class Service(CommonCalls):
    """Subscriptions and webhooks."""

    name = "notifications"
    runtime = Runtime(DEFINITION)

    @call
    def subscribe(self, wire: Any) -> Any:
        language = self.runtime.settings.languages[0]
        return self.runtime.desk.command(wire, partial(use_cases.subscribe, language=language), one_at_a_time="email")

    @call
    def subscribe_account(self, wire: Any) -> Any:
        return self.runtime.desk.command(wire, use_cases.subscribe_account)

    @call
    def confirm(self, wire: Any) -> Any:
        return self.runtime.desk.command(wire, use_cases.confirm, one_at_a_time="token")

    @call
    def own_subscription(self, wire: Any) -> Any:
        return self.runtime.desk.query(wire, use_cases.own_subscription)

    @call
    def subscriptions(self, wire: Any) -> Any:
        return self.runtime.desk.query(wire, use_cases.subscriptions)

    @call
    def manage(self, wire: Any) -> Any:
        return self.runtime.desk.command(wire, use_cases.manage, one_at_a_time="token")

    @call
    def unsubscribe(self, wire: Any) -> Any:
        return self.runtime.desk.command(wire, use_cases.unsubscribe, one_at_a_time="token")

    @call
    def end_subscription(self, wire: Any) -> Any:
        return self.runtime.desk.command(wire, use_cases.end_subscription, one_at_a_time="id")

    @call
    def register_webhook(self, wire: Any) -> Any:
        settings = self.runtime.settings
        register = partial(
            use_cases.register_webhook, private=settings.webhooks_private, language=settings.languages[0]
        )
        return self.runtime.desk.command(wire, register, reveal=self._with_secret)

    @call
    def webhooks(self, wire: Any) -> Any:
        return self.runtime.desk.query(wire, use_cases.webhooks)

    @call
    def activate_webhook(self, wire: Any) -> Any:
        return self.runtime.desk.command(wire, use_cases.activate_webhook, one_at_a_time="id")

    @call
    def remove_webhook(self, wire: Any) -> Any:
        return self.runtime.desk.command(wire, use_cases.remove_webhook, one_at_a_time="id")

    @call
    def deliveries(self, wire: Any) -> Any:
        return self.runtime.desk.query(wire, use_cases.deliveries)

    def _with_secret(self, answer: dict[str, Any]) -> dict[str, Any]:
        return {**answer, "secret": secret_of(self.runtime.settings.secret, answer["webhook"]["id"])}
