"""What an event does by itself when its time has come, a hundred sign-ups at a time."""

from datetime import UTC, datetime
from typing import Any

from services.events import model
from services.events.model import Agenda, Event, SignUp, WalkIn
from services.events.store import EventStore
from services.runtime.documents import to_values
from services.runtime.work import Work

from .forgetting import forget_sign_up, forget_walk_in, is_forgotten

Arguments = dict[str, Any]

PART = 100
"""Sign-ups that one transaction takes on; what is left is due again at once."""
_FILLED = "filled"
"""Stands among the agendas once every event that is older than agendas has one."""


def plan_ahead(work: Work, store: EventStore, event: Event) -> None:
    """The event's agenda follows the event."""
    before = store.agendas.find(event.id)
    if before is None and event.state == "draft":
        return
    after = model.plan(before, event, work.now, work.origin.incarnation)
    (store.agendas.add if before is None else store.agendas.replace)(after)


def remind(work: Work, store: EventStore, arguments: Arguments) -> None:
    """Reminds those who have a place, each once of each moment; nobody once the event has begun, nor who signed up
    after the moment."""
    agenda, event = _due(work, store, arguments, "remind_at")
    if agenda is None or event is None or agenda.remind_at is None:
        return
    if event.state != "published" or event.begins <= work.now:
        store.agendas.replace(model.plan(agenda, event, work.now, work.origin.incarnation))
        return
    part = store.sign_ups_after(event.id, "confirmed", agenda.reminded, PART)
    for sign_up in part:
        if sign_up.created < agenda.remind_at and sign_up.email:
            work.tell("events.sign_up.reminded", to_values(sign_up), "node")
    incarnation = work.origin.incarnation
    if len(part) == PART:
        after = model.next_agenda(agenda, work.now, incarnation, reminded=part[-1].number)
    else:
        after = model.after_reminder(agenda, event, work.now, incarnation)
    store.agendas.replace(after)


def ask_for_feedback(work: Work, store: EventStore, arguments: Arguments) -> None:
    """Asks those who came, or all who had a place if nobody was checked in; each once."""
    agenda, event = _due(work, store, arguments, "feedback_at")
    if agenda is None or event is None:
        return
    if event.state != "published" or not event.feedback:
        store.agendas.replace(model.plan(agenda, event, work.now, work.origin.incarnation))
        return
    here = {arrival.id for arrival in store.arrivals.where({"event": event.id}) if arrival.state == "in"}
    walk_ins = list(store.walk_ins.where({"event": event.id}))
    part = store.sign_ups_after(event.id, "confirmed", agenda.asked, PART)
    if agenda.asked == 0:  # walk-ins with an address are few: they are asked with the first
        for walk_in in walk_ins:
            if walk_in.id in here:
                _ask(work, store, walk_in)
    tickets_were_scanned = not here <= {walk_in.id for walk_in in walk_ins}
    for sign_up in part:
        if sign_up.id in here or not tickets_were_scanned:
            _ask(work, store, sign_up)
    done = len(part) < PART
    changes = {"feedback_at": None, "asked_all": True} if done else {"asked": part[-1].number}
    store.agendas.replace(model.next_agenda(agenda, work.now, work.origin.incarnation, **changes))


def forget_attendees(work: Work, store: EventStore, arguments: Arguments) -> None:
    """Takes the persons out of what is kept of an event that has been over for long enough; its numbers stay."""
    agenda, event = _due(work, store, arguments, "forget_at")
    if agenda is None or event is None:
        return
    known = [found for found in store.sign_ups.where({"event": event.id}, sort="number") if not is_forgotten(found)]
    walk_ins = [found for found in store.walk_ins.where({"event": event.id}) if found.name or found.email]
    for sign_up in known[:PART]:
        forget_sign_up(work, store, sign_up)
    for walk_in in walk_ins[:PART]:
        forget_walk_in(work, store, walk_in)
    done = len(known) <= PART and len(walk_ins) <= PART
    changes = {"forget_at": None} if done else {}
    store.agendas.replace(model.next_agenda(agenda, work.now, work.origin.incarnation, **changes))


def due_at(field: str) -> Any:
    """Finds the events for which this field of the agenda is due."""

    def due(store: EventStore, work: Work, limit: int) -> list[str]:
        return [agenda.id for agenda in store.agendas.where({field: {"$lte": work.now}}, limit=limit, sort=field)]

    return due


class FillAgendas:
    """A sweep that makes the agendas of events that are older than agendas, once as the service starts."""

    def __init__(self) -> None:
        self._done = False

    def __call__(self, store: EventStore) -> None:
        if self._done or store.agendas.find(_FILLED) is not None:
            self._done = True
            return
        after: str | None = None
        while True:
            page, after = store.events.page(after, 200)
            known = {agenda.id for agenda in store.agendas.where({"_id": {"$in": [event.id for event in page]}})}
            for event in page:
                if event.id not in known and event.state != "draft":
                    store.agendas.add(model.plan(None, event, event.changed, event.incarnation))
            if after is None:
                break
        now = datetime.now(UTC)
        store.agendas.add(Agenda(_FILLED, "", 1, 1, "planned", now, now))
        self._done = True


def _due(work: Work, store: EventStore, arguments: Arguments, field: str) -> tuple[Agenda | None, Event | None]:
    """The agenda and the event, if this is still due."""
    agenda = store.agendas.find(arguments["id"])
    at: datetime | None = None if agenda is None else getattr(agenda, field)
    if agenda is None or at is None or at > work.now:
        return None, None
    event = store.events.find(agenda.id)
    if event is None:
        store.agendas.remove(agenda.id)
    return agenda, event


def _ask(work: Work, store: EventStore, holder: SignUp | WalkIn) -> None:
    if not holder.email or store.asked.find(holder.id) is not None:
        return
    store.asked.add(model.Asked(holder.id, holder.event, 1))
    work.tell("events.sign_up.feedback_asked", to_values(holder), "node")
