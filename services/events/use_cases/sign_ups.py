"""Signing up, who signed up, and what the mails about it say."""

from dataclasses import replace
from typing import Any

from services.contracts import identifiers
from services.contracts.envelope import format_time
from services.contracts.errors import Conflict, NotFound
from services.events import model
from services.events.model import Event, Places, SignUp
from services.events.store import EventStore
from services.runtime import links
from services.runtime.documents import to_values
from services.runtime.work import Work

from .audience import may_know, target_of
from .door import TICKET
from .invitations import invitation_for, use_invitation
from .seats import Seats

Arguments = dict[str, Any]

LINK = "sign_up"
"""Purpose of the token in a sign-up's mail (runtime/links.py)."""
_HAPPENINGS = {"pending": "pending", "waiting": "waitlisted", "confirmed": "confirmed"}


def sign_up(work: Work, store: EventStore, arguments: Arguments) -> dict[str, Any]:
    """Confirmed while there is room, else on the waiting list; pending where the organiser decides. The same address
    again gets its sign-up and its mail again, never a second seat; after cancelling it comes last in the queue.

    Raises NotFound for an event that the caller may not know of and has no code for, Conflict when it takes no
    sign-ups, Invalid for a group that is too large, answers that are not as asked, a code that is missing or not good.
    """
    event = store.events.get(arguments["event"])
    invitation = invitation_for(work, store, event, arguments["code"])
    if event.state == "draft" or not (invitation is not None or may_know(work, store, event)):
        raise NotFound(f"There is no {event.id}.")
    if not event.takes_sign_ups(work.now):
        raise Conflict("This event takes no more sign-ups.")
    before = store.sign_up_of(event.id, arguments["email"].casefold())
    if before is not None and before.state != "cancelled":
        work.tell("events.sign_up.repeated", to_values(before), "node")
        return to_values(before)
    model.check_size(arguments["size"], event.admission.group_most, event.capacity)
    seats = Seats(work, store, event)
    made = _made(work, event, arguments, seats.places, before)
    made = replace(made, code=use_invitation(work, store, event, invitation, arguments["code"]))
    seats.add(made, _HAPPENINGS[made.state], before)
    seats.close()
    return to_values(made)


def sign_ups(work: Work, store: EventStore, arguments: Arguments) -> list[dict[str, Any]]:
    """Who signed up, in order, for the organiser's people. Raises NotFound, Forbidden, SignInNeeded."""
    event = store.events.get(arguments["id"])
    if not may_know(work, store, event):
        raise NotFound(f"There is no {event.id}.")
    work.require("events.sign_ups.read", target_of(work, store, event.organiser))
    found = list(store.sign_ups.where({"event": event.id}, sort="number"))
    work.saw("sign_up", event.id, (each.id for each in found))
    return [to_values(each) for each in found]


def ticket_of(work: Work, sign_up: SignUp) -> str | None:
    """The token of its ticket; None without a place."""
    return links.token_of(work.secret, TICKET, sign_up.id) if sign_up.state == "confirmed" else None


def recipient(work: Work, store: EventStore, arguments: Arguments) -> dict[str, Any] | None:
    """Who a sign-up's reference is, and what the mail shows. None when there is no such sign-up any more."""
    found = store.sign_ups.find(arguments["reference"])
    if found is None or not found.email:  # forgotten (forgetting.py)
        return None
    return {
        "email": found.email,
        "name": found.name,
        "language": found.language,
        "link": f"/{found.language}/sign-up/{links.token_of(work.secret, LINK, found.id)}",
        "ticket": ticket_of(work, found),
        "says": {"sign_up": {"state": found.state, "position": position_of(store, found), **_also_says(found)}},
    }


def position_of(store: EventStore, found: SignUp) -> int | None:
    """On the waiting list, from 1; None for who does not wait."""
    return store.ahead_of(found) + 1 if found.state == "waiting" else None


def _also_says(found: SignUp) -> dict[str, Any]:
    """What only some sign-ups have."""
    until = None if found.offered_until is None else format_time(found.offered_until)
    rest = {"size": found.size if found.size > 1 else None, "offered_until": until, "reason": dict(found.reason)}
    return {name: value for name, value in rest.items() if value}


def _made(work: Work, event: Event, arguments: Arguments, places: Places, before: SignUp | None) -> SignUp:
    size = arguments["size"]
    has_room = model.has_room(places, size)
    return SignUp(
        id=identifiers.new_id(identifiers.SIGN_UP) if before is None else before.id,
        home=work.origin.node,
        incarnation=work.origin.incarnation,
        version=1 if before is None else before.version + 1,
        state="pending" if event.admission.approval else "confirmed" if has_room else "waiting",
        created=work.now,
        changed=work.now,
        event=event.id,
        number=places.numbers + 1,
        name=arguments["name"],
        email=arguments["email"],
        email_key=arguments["email"].casefold(),
        language=arguments["language"],
        size=size,
        answers=model.checked_answers(event.admission.questions, arguments["answers"]),
    )
