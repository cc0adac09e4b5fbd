"""Forgetting a person: what stays of a sign-up is that there was one, for the event's numbers.

Used when somebody asks for it (privacy.py), and when an event has been over for long enough.
"""

from dataclasses import replace
from typing import Any, Final

from services.events import model
from services.events.model import SignUp, WalkIn
from services.events.store import EventStore
from services.runtime.work import Work

from .seats import Seats

_LIVE: Final = ("pending", "waiting", "offered", "confirmed")


def forget_sign_up(work: Work, store: EventStore, sign_up: SignUp) -> SignUp:
    """Takes the person out of it. While the event lies ahead it is cancelled, too: the seats go on at once, in this
    transaction. One that is over keeps its state, and counts as it did. Forgetting twice is the same as once."""
    if is_forgotten(sign_up):
        return sign_up
    event = store.events.find(sign_up.event)
    nobody = _nobody(sign_up)
    if event is None or sign_up.state not in _LIVE or event.begins <= work.now:
        after = model.next_sign_up(sign_up, work.now, work.origin.incarnation, **nobody)
        store.sign_ups.replace(after)
        return after
    seats = Seats(work, store, event)
    after = seats.move(sign_up, "cancelled", state="cancelled", why="by_person", **nobody)
    seats.give_on()
    seats.close()
    return after


def forget_walk_in(work: Work, store: EventStore, walk_in: WalkIn) -> WalkIn:
    """Takes the person out of it; that somebody came stays."""
    if not walk_in.name and walk_in.email is None:
        return walk_in
    after = replace(
        walk_in,
        name="",
        email=None,
        email_key=None,
        version=walk_in.version + 1,
        incarnation=work.origin.incarnation,
        changed=work.now,
    )
    store.walk_ins.replace(after)
    return after


def is_forgotten(sign_up: SignUp) -> bool:
    """Whether nobody knows any more whose it was."""
    return not sign_up.email


def _nobody(sign_up: SignUp) -> dict[str, Any]:
    """email_key is unique within an event, so the sign-up's own id stands there."""
    return {"name": "", "email": "", "email_key": sign_up.id, "answers": {}, "reason": {}, "code": None}
