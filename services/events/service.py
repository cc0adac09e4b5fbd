"""events over nameko: each call is handed to its use case."""

from functools import partial
from typing import Any

from services.contracts.envelope import Visibility
from services.runtime import topology
from services.runtime.definition import ServiceDefinition
from services.runtime.duties import Duty
from services.runtime.service import CommonCalls, Runtime, call
from services.runtime.snapshots import snapshot_of

from . import use_cases
from .model import Block, CoHost, Event, Places, Series
from .reactions import REACTIONS
from .store import INDEXES, EventStore


def _seen_event(event: Event) -> Visibility | None:
    if event.state == "draft":
        return None
    return "public" if event.is_public else "members"


def _seen_places(_places: Places) -> Visibility:
    return "public"  # a count says nothing by itself; a copy shows it only beside an event that it has


def _seen_block(block: Block) -> Visibility:
    return "public"


def _seen_series(_series: Series) -> Visibility:
    return "public"


def _seen_co_host(_co_host: CoHost) -> Visibility:
    return "node"  # who was asked and did not consent is nobody else's business


DEFINITION = ServiceDefinition(
    name="events",
    store=EventStore,
    indexes=INDEXES,
    consumer=topology.EVENTS,
    reactions=REACTIONS,
    snapshots={
        "event": snapshot_of("events.event.changed", lambda store: store.events, _seen_event),
        "places": snapshot_of("events.places.changed", lambda store: store.places, _seen_places),
        "block": snapshot_of("events.block.placed", lambda store: store.blocks, _seen_block),
        "series": snapshot_of("events.series.changed", lambda store: store.series, _seen_series),
        "co_host": snapshot_of("events.co_host.asked", lambda store: store.co_hosts, _seen_co_host),
    },
    recipient=use_cases.recipient,
    sweeps=(use_cases.FillCalendar(),),
    duties=(
        Duty(
            "end offers that were not taken",
            due=lambda store, work, limit: store.offers_run_out(work.now, limit),
            do=use_cases.end_offers,
            every=1.0,
        ),
        Duty(
            "ask attendees of a postponed event again",
            due=lambda store, work, limit: store.still_to_ask(work.now, limit),
            do=use_cases.ask_again,
            every=1.0,
        ),
    ),
    gathers=True,
)


class Service(CommonCalls):
    """Events, their places and sign-ups."""

    name = "events"
    runtime = Runtime(DEFINITION)

    @call
    def draft_event(self, wire: Any) -> Any:
        return self.runtime.desk.command(wire, use_cases.draft_event)

    @call
    def change_event(self, wire: Any) -> Any:
        return self.runtime.desk.command(wire, use_cases.change_event, one_at_a_time="id")

    @call
    def publish_event(self, wire: Any) -> Any:
        return self.runtime.desk.command(wire, use_cases.publish_event, one_at_a_time="id")

    @call
    def cancel_event(self, wire: Any) -> Any:
        return self.runtime.desk.command(wire, use_cases.cancel_event, one_at_a_time="id")

    @call
    def discard_draft(self, wire: Any) -> Any:
        return self.runtime.desk.command(wire, use_cases.discard_draft, one_at_a_time="id")

    @call
    def postpone_event(self, wire: Any) -> Any:
        return self.runtime.desk.command(wire, use_cases.postpone_event, one_at_a_time="id")

    @call
    def start_series(self, wire: Any) -> Any:
        return self.runtime.desk.command(wire, use_cases.start_series)

    @call
    def change_series(self, wire: Any) -> Any:
        return self.runtime.desk.command(wire, use_cases.change_series, one_at_a_time="id")

    @call
    def close_series(self, wire: Any) -> Any:
        return self.runtime.desk.command(wire, use_cases.close_series, one_at_a_time="id")

    @call
    def ask_co_hosts(self, wire: Any) -> Any:
        return self.runtime.desk.command(wire, use_cases.ask_co_hosts, one_at_a_time="event")

    @call
    def answer_co_host(self, wire: Any) -> Any:
        return self.runtime.desk.command(wire, use_cases.answer_co_host, one_at_a_time="id")

    @call
    def drop_co_host(self, wire: Any) -> Any:
        return self.runtime.desk.command(wire, use_cases.drop_co_host, one_at_a_time="id")

    @call
    def co_hosts(self, wire: Any) -> Any:
        return self.runtime.desk.query(wire, use_cases.co_hosts)

    @call
    def co_host_requests(self, wire: Any) -> Any:
        return self.runtime.desk.query(wire, use_cases.co_host_requests)

    @call
    def clashes(self, wire: Any) -> Any:
        return self.runtime.desk.query(wire, use_cases.clashes)

    @call
    def free_dates(self, wire: Any) -> Any:
        return self.runtime.desk.query(wire, use_cases.free_dates)

    @call
    def event(self, wire: Any) -> Any:
        return self.runtime.desk.query(wire, use_cases.event)

    @call
    def own_events(self, wire: Any) -> Any:
        return self.runtime.desk.query(wire, use_cases.own_events)

    @call
    def sign_up(self, wire: Any) -> Any:
        return self.runtime.desk.command(wire, use_cases.sign_up, one_at_a_time="event")

    @call
    def own_sign_up(self, wire: Any) -> Any:
        return self.runtime.desk.query(wire, use_cases.own_sign_up)

    @call
    def cancel_sign_up(self, wire: Any) -> Any:
        return self.runtime.desk.command(wire, use_cases.cancel_sign_up)

    @call
    def change_sign_up(self, wire: Any) -> Any:
        return self.runtime.desk.command(wire, use_cases.change_sign_up)

    @call
    def accept_seat(self, wire: Any) -> Any:
        return self.runtime.desk.command(wire, use_cases.accept_seat)

    @call
    def decline_seat(self, wire: Any) -> Any:
        return self.runtime.desk.command(wire, use_cases.decline_seat)

    @call
    def decide_sign_ups(self, wire: Any) -> Any:
        return self.runtime.desk.command(wire, use_cases.decide_sign_ups, one_at_a_time="event")

    @call
    def make_invitation(self, wire: Any) -> Any:
        reveal = partial(use_cases.reveal_invitation, self.runtime.settings.secret)
        return self.runtime.desk.command(wire, use_cases.make_invitation, reveal=reveal)

    @call
    def invitations(self, wire: Any) -> Any:
        return self.runtime.desk.query(wire, use_cases.invitations)

    @call
    def revoke_invitation(self, wire: Any) -> Any:
        return self.runtime.desk.command(wire, use_cases.revoke_invitation, one_at_a_time="id")

    @call
    def invited_event(self, wire: Any) -> Any:
        return self.runtime.desk.query(wire, use_cases.invited_event)

    @call
    def sign_ups(self, wire: Any) -> Any:
        return self.runtime.desk.query(wire, use_cases.sign_ups)
