"""Signing up, and cancelling by the link in the mail."""

from dataclasses import replace
from typing import Any

from services.contracts import identifiers
from services.contracts.errors import Conflict, NotFound
from services.events import model
from services.events.model import Event, Places, SignUp
from services.events.store import EventStore
from services.runtime import links
from services.runtime.documents import to_values
from services.runtime.work import Work

from .audience import may_know, target_of
from .seats import fill_places

Arguments = dict[str, Any]

LINK = "sign_up"
"""Purpose of the token in a sign-up's mail (runtime/links.py)."""


def sign_up(work: Work, store: EventStore, arguments: Arguments) -> dict[str, Any]:
    """Confirmed while there is room, else on the waiting list. The same address again gets its sign-up and its mail
    again, never a second seat; after cancelling it comes last in the queue.

    Raises NotFound for an event that the caller may not know of, Conflict when it takes no sign-ups.
    """
    event = store.events.get(arguments["event"])
    if event.state == "draft" or not may_know(work, store, event):
        raise NotFound(f"There is no {event.id}.")
    if not event.takes_sign_ups(work.now):
        raise Conflict("This event takes no more sign-ups.")
    before = store.sign_up_of(event.id, arguments["email"].casefold())
    if before is not None and before.state != "cancelled":
        work.tell("events.sign_up.repeated", to_values(before), "node")
        return to_values(before)
    places = store.places.get(event.id)
    made = _made(work, arguments, places, before)
    (store.sign_ups.add if before is None else store.sign_ups.replace)(made)
    _count(work, store, event, places, made)
    happening = "confirmed" if made.state == "confirmed" else "waitlisted"
    work.tell(f"events.sign_up.{happening}", to_values(made), "node")
    return to_values(made)


def own_sign_up(work: Work, store: EventStore, arguments: Arguments) -> dict[str, Any]:
    """A sign-up with its event, for whoever holds its link. Raises NotFound."""
    return _view(store, store.sign_ups.get(links.read_token(work.secret, LINK, arguments["token"])))


def _view(store: EventStore, found: SignUp) -> dict[str, Any]:
    return {
        **to_values(found),
        "position": _position(store, found),
        "event_record": to_values(store.events.get(found.event)),
    }


def _position(store: EventStore, found: SignUp) -> int | None:
    """On the waiting list, from 1; None for who does not wait."""
    return store.ahead_of(found) + 1 if found.state == "waiting" else None


def cancel_sign_up(work: Work, store: EventStore, arguments: Arguments) -> dict[str, Any]:
    """Frees the seat, which goes on at once. Cancelling twice is the same as once. Raises NotFound."""
    before = store.sign_ups.get(links.read_token(work.secret, LINK, arguments["token"]))
    if before.state == "cancelled":
        return to_values(before)
    event = store.events.get(before.event)
    cancelled = _moved_to(work, before, "cancelled")
    store.sign_ups.replace(cancelled)
    work.tell("events.sign_up.cancelled", to_values(cancelled), "node")
    places = store.places.get(event.id)
    fewer = {"confirmed": -1} if before.state == "confirmed" else {"waiting": -1}
    fill_places(work, store, event, model.recount(places, work.now, work.origin.incarnation, **fewer))
    return to_values(cancelled)


def sign_ups(work: Work, store: EventStore, arguments: Arguments) -> list[dict[str, Any]]:
    """Who signed up, in order, for the organiser's people. Raises NotFound, Forbidden, SignInNeeded."""
    event = store.events.get(arguments["id"])
    if not may_know(work, store, event):
        raise NotFound(f"There is no {event.id}.")
    work.require("events.sign_ups.read", target_of(work, store, event.organiser))
    found = list(store.sign_ups.where({"event": event.id}, sort="number"))
    work.saw("sign_up", event.id, (each.id for each in found))
    return [to_values(each) for each in found]


def recipient(work: Work, store: EventStore, arguments: Arguments) -> dict[str, Any] | None:
    """Who a sign-up's reference is, and what the mail shows. None when there is no such sign-up any more."""
    found = store.sign_ups.find(arguments["reference"])
    if found is None:
        return None
    return {
        "email": found.email,
        "name": found.name,
        "language": found.language,
        "link": f"/{found.language}/sign-up/{links.token_of(work.secret, LINK, found.id)}",
        "says": {"sign_up": {"state": found.state, "position": _position(store, found)}},
    }


def _made(work: Work, arguments: Arguments, places: Places, before: SignUp | None) -> SignUp:
    return SignUp(
        id=identifiers.new_id(identifiers.SIGN_UP) if before is None else before.id,
        home=work.origin.node,
        incarnation=work.origin.incarnation,
        version=1 if before is None else before.version + 1,
        state="confirmed" if model.has_room(places) else "waiting",
        created=work.now,
        changed=work.now,
        event=arguments["event"],
        number=places.numbers + 1,
        name=arguments["name"],
        email=arguments["email"],
        email_key=arguments["email"].casefold(),
        language=arguments["language"],
    )


def _count(work: Work, store: EventStore, event: Event, places: Places, made: SignUp) -> None:
    more = {"confirmed": 1} if made.state == "confirmed" else {"waiting": 1}
    counted = model.recount(places, work.now, work.origin.incarnation, numbers=1, **more)
    store.places.replace(counted)
    work.tell("events.places.changed", to_values(counted), "public" if event.is_public else "members")


def _moved_to(work: Work, sign_up: SignUp, state: Any) -> SignUp:
    return replace(
        sign_up,
        state=state,
        version=sign_up.version + 1,
        incarnation=work.origin.incarnation,
        changed=work.now,
    )
