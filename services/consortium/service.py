"""consortium over nameko: each call is handed to its use case."""

from typing import Any

from services.contracts.envelope import Visibility
from services.runtime import topology
from services.runtime.definition import ServiceDefinition
from services.runtime.duties import Duty
from services.runtime.service import CommonCalls, Runtime, call
from services.runtime.snapshots import snapshot_of

from . import use_cases
from .model import Membership, News
from .reactions import REACTIONS
from .store import INDEXES, ConsortiumStore


def _everybody(_record: object) -> Visibility:
    return "public"


def _seen_membership(membership: Membership) -> Visibility | None:
    return "public" if membership.is_public else None


def _seen_news(news: News) -> Visibility:
    return "public" if news.is_public else "members"


DEFINITION = ServiceDefinition(
    name="consortium",
    store=ConsortiumStore,
    indexes=INDEXES,
    consumer=topology.CONSORTIUM,
    reactions=REACTIONS,
    snapshots={
        "consortium": snapshot_of("consortium.consortium.changed", lambda store: store.consortia, _everybody),
        "membership": snapshot_of("consortium.membership.changed", lambda store: store.memberships, _seen_membership),
        "working_group": snapshot_of(
            "consortium.working_group.changed", lambda store: store.working_groups, _everybody
        ),
        "news": snapshot_of("consortium.news.changed", lambda store: store.posted, _seen_news),
    },
    duties=(
        Duty(
            "end memberships whose term is over",
            due=lambda store, work, limit: store.memberships_run_out(work.today, limit),
            do=use_cases.run_out,
        ),
    ),
)


class Service(CommonCalls):
    """Consortia, their members, working groups and news."""

    name = "consortium"
    runtime = Runtime(DEFINITION)

    @call
    def found(self, wire: Any) -> Any:
        return self.runtime.desk.command(wire, use_cases.found)

    @call
    def change(self, wire: Any) -> Any:
        return self.runtime.desk.command(wire, use_cases.change, one_at_a_time="id")

    @call
    def dissolve(self, wire: Any) -> Any:
        return self.runtime.desk.command(wire, use_cases.dissolve, one_at_a_time="id")

    @call
    def ask_membership(self, wire: Any) -> Any:
        return self.runtime.desk.command(wire, use_cases.ask_membership, one_at_a_time="consortium")

    @call
    def invite_member(self, wire: Any) -> Any:
        return self.runtime.desk.command(wire, use_cases.invite_member, one_at_a_time="consortium")

    @call
    def decide_membership(self, wire: Any) -> Any:
        return self.runtime.desk.command(wire, use_cases.decide_membership, one_at_a_time="id")

    @call
    def change_role(self, wire: Any) -> Any:
        return self.runtime.desk.command(wire, use_cases.change_role, one_at_a_time="id")

    @call
    def end_membership(self, wire: Any) -> Any:
        return self.runtime.desk.command(wire, use_cases.end_membership, one_at_a_time="id")

    @call
    def memberships(self, wire: Any) -> Any:
        return self.runtime.desk.query(wire, use_cases.memberships)

    @call
    def form_working_group(self, wire: Any) -> Any:
        return self.runtime.desk.command(wire, use_cases.form_working_group, one_at_a_time="consortium")

    @call
    def change_working_group(self, wire: Any) -> Any:
        return self.runtime.desk.command(wire, use_cases.change_working_group, one_at_a_time="id")

    @call
    def close_working_group(self, wire: Any) -> Any:
        return self.runtime.desk.command(wire, use_cases.close_working_group, one_at_a_time="id")

    @call
    def post_news(self, wire: Any) -> Any:
        return self.runtime.desk.command(wire, use_cases.post_news)

    @call
    def change_news(self, wire: Any) -> Any:
        return self.runtime.desk.command(wire, use_cases.change_news, one_at_a_time="id")

    @call
    def withdraw_news(self, wire: Any) -> Any:
        return self.runtime.desk.command(wire, use_cases.withdraw_news, one_at_a_time="id")

    @call
    def news(self, wire: Any) -> Any:
        return self.runtime.desk.query(wire, use_cases.news)

    @call
    def news_item(self, wire: Any) -> Any:
        return self.runtime.desk.query(wire, use_cases.news_item)
