"""Whose a reference is, at the moment of sending, and what the mail needs beside that."""

from typing import Any

from services.contracts.envelope import format_time
from services.events.store import EventStore
from services.runtime import links
from services.runtime.work import Work

from .feedback import LINK
from .sign_ups import recipient as who_signed_up

Arguments = dict[str, Any]

REMINDED, ASKED = "sign_up.reminded", "sign_up.feedback_asked"
"""Purposes of mails (notifications, use_cases/people.py)."""


def recipient(work: Work, store: EventStore, arguments: Arguments) -> dict[str, Any] | None:
    """None when the person is gone, or has no need of this mail any more."""
    purpose = arguments["purpose"]
    found = who_signed_up(work, store, arguments) or _who_walked_in(store, arguments["reference"])
    if found is None:
        return None
    if purpose == REMINDED:
        return _to_remind(work, store, arguments["reference"], found)
    if purpose == ASKED:
        return _to_ask(work, store, arguments["reference"], found)
    return found


def _to_remind(work: Work, store: EventStore, reference: str, found: dict[str, Any]) -> dict[str, Any] | None:
    """Nobody is reminded of what has begun; and the mail must not name dates from before a postponement."""
    sign_up = store.sign_ups.find(reference)
    event = None if sign_up is None else store.events.find(sign_up.event)
    if event is None or event.state != "published" or event.begins <= work.now:
        return None
    return {**found, "says": {**found["says"], "begins": format_time(event.begins)}}


def _to_ask(work: Work, store: EventStore, reference: str, found: dict[str, Any]) -> dict[str, Any] | None:
    asked = store.asked.find(reference)
    if asked is None or asked.answered:
        return None
    token = links.token_of(work.secret, LINK, reference)
    return {**found, "link": f"/{found['language']}/feedback/{token}", "ticket": None}


def _who_walked_in(store: EventStore, reference: str) -> dict[str, Any] | None:
    walk_in = store.walk_ins.find(reference)
    if walk_in is None or not walk_in.email:
        return None
    return {
        "email": walk_in.email,
        "name": walk_in.name,
        "language": walk_in.language,
        "link": None,
        "ticket": None,
        "says": {"sign_up": {"state": walk_in.state}},
    }
