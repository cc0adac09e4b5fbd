"""events over nameko: each call is handed to its use case."""

from functools import partial
from typing import Any

from services.contracts.envelope import Visibility
from services.runtime import topology
from services.runtime.definition import ServiceDefinition
from services.runtime.duties import Duty
from services.runtime.service import CommonCalls, Runtime, call
from services.runtime.snapshots import snapshot_of
from services.runtime.store import reaching

from . import use_cases
from .model import Block, CoHost, Event, Places, Series
from .reactions import REACTIONS
from .store import INDEXES, EventStore

_TO_READ_A_NAME = 2.0
"""Seconds."""


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
    personal_data=use_cases.personal_data,
    erase=use_cases.erase,
    uploads=("feedback",),
    sweeps=(use_cases.FillCalendar(), use_cases.FillAgendas()),
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
        Duty("remind those who have a place", due=use_cases.due_at("remind_at"), do=use_cases.remind, every=2.0),
        Duty("ask how it was", due=use_cases.due_at("feedback_at"), do=use_cases.ask_for_feedback, every=2.0),
        Duty("forget attendees", due=use_cases.due_at("forget_at"), do=use_cases.forget_attendees, every=2.0),
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

    @call
    def make_door(self, wire: Any) -> Any:
        reveal = partial(use_cases.reveal_door, self.runtime.settings.secret)
        return self.runtime.desk.command(wire, use_cases.make_door, one_at_a_time="event", reveal=reveal)

    @call
    def close_door(self, wire: Any) -> Any:
        return self.runtime.desk.command(wire, use_cases.close_door)

    @call
    def doors(self, wire: Any) -> Any:
        return self.runtime.desk.query(wire, use_cases.doors)

    @call
    def door_list(self, wire: Any) -> Any:
        return self.runtime.desk.query(wire, use_cases.door_list)

    @call
    def check_in(self, wire: Any) -> Any:
        return self.runtime.desk.command(wire, use_cases.check_in, one_at_a_time="event", reveal=self._with_name)

    @call
    def undo_check_in(self, wire: Any) -> Any:
        return self.runtime.desk.command(wire, use_cases.undo_check_in, one_at_a_time="event", reveal=self._with_name)

    @call
    def take_scans(self, wire: Any) -> Any:
        return self.runtime.desk.command(wire, use_cases.take_scans, one_at_a_time="event")

    def _with_name(self, answer: dict[str, Any]) -> dict[str, Any]:
        """The name is read for the answer alone: no stored answer of a command holds it."""
        with reaching(_TO_READ_A_NAME):
            found = use_cases.find_holder(EventStore(self.runtime.desk.store, None), answer["sign_up"])
        return {**answer, "name": "" if found is None else found.name}

    @call
    def add_walk_in(self, wire: Any) -> Any:
        return self.runtime.desk.command(wire, use_cases.add_walk_in, one_at_a_time="event")

    @call
    def ticket(self, wire: Any) -> Any:
        return self.runtime.desk.query(wire, use_cases.ticket)

    @call
    def attendees(self, wire: Any) -> Any:
        return self.runtime.desk.query(wire, use_cases.attendees)

    @call
    def event_numbers(self, wire: Any) -> Any:
        return self.runtime.desk.query(wire, use_cases.event_numbers)

    @call
    def feedback_form(self, wire: Any) -> Any:
        return self.runtime.desk.query(wire, use_cases.feedback_form)

    @call
    def give_feedback(self, wire: Any) -> Any:
        return self.runtime.desk.command(wire, use_cases.give_feedback)

    @call
    def feedback(self, wire: Any) -> Any:
        return self.runtime.desk.query(wire, use_cases.feedback)
