"""The door: tickets are scanned, with a network or without."""

from collections.abc import Iterable, Mapping
from hashlib import sha256
from typing import Any

from services.contracts.errors import Conflict, NotFound, field_error
from services.events import model
from services.events.model import Arrival, Event, Scan, SignUp, WalkIn
from services.events.store import EventStore
from services.runtime import links
from services.runtime.documents import to_values
from services.runtime.work import Work

from .door_keys import at_the_door

Arguments = dict[str, Any]
Holder = SignUp | WalkIn

TICKET = "ticket"
"""Purpose of its token (runtime/links.py): a ticket can't cancel, and the link that cancels is no ticket."""


def check_in(work: Work, store: EventStore, arguments: Arguments) -> dict[str, Any]:
    """Whoever holds the ticket is here. A second scan says when and where the first was (`already`), and counts
    nothing twice; of a group more may come later.

    Raises NotFound, Forbidden, SignInNeeded; Conflict for a sign-up without a place, another event's ticket, a group
    smaller than those who came.
    """
    event, door = at_the_door(work, store, arguments)
    holder = _holder(work, store, event, arguments)
    arrived = arguments["arrived"]
    if arrived is not None and arrived > holder.size:
        raise field_error("arrived", f"This sign-up is for {holder.size}.")
    before = store.arrivals.find(holder.id)
    scan = Scan(work.origin.causation_id, model.moment_of(before, work.now), arrived=arrived, door=door)
    after = note(work, store, holder, before, [scan])
    work.altered("arrival", event.id, [holder.id], through=door)
    return {**_standing(holder, after), "already": before is not None and before.state == "in"}


def undo_check_in(work: Work, store: EventStore, arguments: Arguments) -> dict[str, Any]:
    """As if they had not come. Undoing twice is the same as once. Raises as check_in."""
    event, door = at_the_door(work, store, arguments)
    holder = _holder(work, store, event, arguments, whatever_state=True)
    before = store.arrivals.find(holder.id)
    if before is None or before.state == "out":
        return {**_standing(holder, before), "already": True}
    scan = Scan(work.origin.causation_id, model.moment_of(before, work.now), undo=True, door=door)
    after = note(work, store, holder, before, [scan])
    work.altered("arrival", event.id, [holder.id], through=door)
    return {**_standing(holder, after), "already": False}


def take_scans(work: Work, store: EventStore, arguments: Arguments) -> list[dict[str, Any]]:
    """What a door noted without a network, in any order, each once by its id. One that can't count says why, and does
    not keep the others from it. Raises NotFound, Forbidden, SignInNeeded, Conflict, Invalid."""
    event, door = at_the_door(work, store, arguments)
    scans = arguments["scans"]
    named = [_named(work, number, scan) for number, scan in enumerate(scans)]
    holders = _holders(store, {name for name in named if name is not None})
    noted: dict[str, list[Scan]] = {}
    refused: dict[int, str] = {}
    for number, (scan, name) in enumerate(zip(scans, named, strict=True)):
        why = _why_not(event, holders.get(name or ""), scan, work)
        if why is not None or name is None:
            refused[number] = why or "unknown"
            continue
        noted.setdefault(name, []).append(Scan(scan["id"], scan["at"], scan["undo"], scan["arrived"], door))
    arrivals = {found.id: found for found in store.arrivals.where({"_id": {"$in": sorted(noted)}})} if noted else {}
    for name, new in noted.items():
        arrivals[name] = note(work, store, holders[name], arrivals.get(name), new)
    work.altered("arrival", event.id, noted, through=door)
    return [
        _taken(scan, name, arrivals.get(name or ""), refused.get(number))
        for number, (scan, name) in enumerate(zip(scans, named, strict=True))
    ]


def door_list(work: Work, store: EventStore, arguments: Arguments) -> dict[str, Any]:
    """What a door needs to work without a network. Raises NotFound, Forbidden, SignInNeeded."""
    event, door = at_the_door(work, store, arguments, action="events.door.read")
    arrivals = {found.id: found for found in store.arrivals.where({"event": event.id})}
    holders: list[Holder] = [
        *store.sign_ups.where({"event": event.id}, sort="number"),
        *store.walk_ins.where({"event": event.id}, sort="created"),
    ]
    work.saw("sign_up", event.id, (holder.id for holder in holders), through=door)
    return {
        "event": event.id,
        "state": event.state,
        "title": event.title,
        "begins": event.begins,
        "ends": event.ends,
        "time_zone": event.time_zone,
        "as_of": work.now,
        "entries": [_entry(work, holder, arrivals.get(holder.id)) for holder in holders],
    }


def ticket(work: Work, store: EventStore, arguments: Arguments) -> dict[str, Any]:
    """A ticket, for whoever holds it. Raises NotFound."""
    holder = find_holder(store, links.read_token(work.secret, TICKET, arguments["token"]))
    if holder is None or not holder.name:  # forgotten (forgetting.py)
        raise NotFound("This ticket is of no event any more.")
    standing = _standing(holder, store.arrivals.find(holder.id))
    return {**standing, "name": holder.name, "event_record": to_values(store.events.get(holder.event))}


def find_holder(store: EventStore, identity: str) -> Holder | None:
    """Who signed up or walked in under this id."""
    return store.sign_ups.find(identity) or store.walk_ins.find(identity)


def note(work: Work, store: EventStore, holder: Holder, before: Arrival | None, scans: Iterable[Scan]) -> Arrival:
    """Writes what was scanned of a sign-up."""
    base = before or _not_come(work, holder)
    after = model.with_scans(base, scans, holder.size, work.now, work.origin.incarnation)
    if before is None:
        store.arrivals.add(after)
    elif after is not before:
        store.arrivals.replace(after)
    return after


def _holder(
    work: Work, store: EventStore, event: Event, arguments: Arguments, *, whatever_state: bool = False
) -> Holder:
    ticket, sign_up = arguments["ticket"], arguments["sign_up"]
    if (ticket is None) == (sign_up is None):
        raise field_error("ticket", "Give either the ticket or the sign-up.")
    found = find_holder(store, sign_up if ticket is None else links.read_token(work.secret, TICKET, token_in(ticket)))
    if found is None or (ticket is None and found.event != event.id):
        raise NotFound("There is no such sign-up for this event.")
    if found.event != event.id:
        raise Conflict("This ticket is for another event.", {"reason": "other_event"})
    if not whatever_state and _lacks_a_place(found):
        raise Conflict(f"This sign-up has no place: it is {found.state}.", {"reason": found.state})
    return found


def _lacks_a_place(holder: Holder) -> bool:
    return isinstance(holder, SignUp) and holder.state != "confirmed"


def token_in(scanned: str) -> str:
    """The token of what a QR code says: the ticket's address, or the token alone."""
    return scanned.partition("?")[0].rstrip("/").rpartition("/")[2]


def _named(work: Work, number: int, scan: Mapping[str, Any]) -> str | None:
    """The sign-up of a scan; None for what is no ticket of ours."""
    if (scan["ticket"] is None) == (scan["sign_up"] is None):
        raise field_error(f"scans.{number}.ticket", "Give either the ticket or the sign-up.")
    if scan["ticket"] is None:
        return str(scan["sign_up"])
    try:
        return links.read_token(work.secret, TICKET, token_in(scan["ticket"]))
    except NotFound:
        return None


def _holders(store: EventStore, ids: set[str]) -> dict[str, Holder]:
    wanted = {"_id": {"$in": sorted(ids)}}
    found: list[Holder] = [*store.sign_ups.where(wanted), *store.walk_ins.where(wanted)] if ids else []
    return {holder.id: holder for holder in found}


def _why_not(event: Event, holder: Holder | None, scan: Mapping[str, Any], work: Work) -> str | None:
    if scan["at"] > work.now + model.CLOCKS_DIFFER:
        return "ahead_of_time"
    if holder is None:
        return "unknown"
    if holder.event != event.id:
        return "other_event" if scan["ticket"] is not None else "unknown"
    return holder.state if _lacks_a_place(holder) and not scan["undo"] else None


def _taken(scan: Mapping[str, Any], name: str | None, arrival: Arrival | None, refused: str | None) -> dict[str, Any]:
    known = arrival if refused is None else None
    if refused is not None:
        result = refused
    elif known is None or known.state == "out":
        result = "undone"
    else:
        first = known.counting[0].id == scan["id"]
        result = "checked_in" if first or scan["undo"] else "already"
    return {
        "id": scan["id"],
        "result": result,
        "sign_up": None if refused in ("unknown", "other_event") else name,
        "arrived": 0 if known is None else known.arrived,
        "checked_in": None if known is None else known.checked_in,
        "door": "" if known is None else known.door,
    }


def _standing(holder: Holder, arrival: Arrival | None) -> dict[str, Any]:
    return {
        "sign_up": holder.id,
        "event": holder.event,
        "state": holder.state,
        "size": holder.size,
        "arrived": 0 if arrival is None else arrival.arrived,
        "checked_in": None if arrival is None else arrival.checked_in,
        "door": "" if arrival is None else arrival.door,
        "walked_in": isinstance(holder, WalkIn),
    }


def _entry(work: Work, holder: Holder, arrival: Arrival | None) -> dict[str, Any]:
    token = links.token_of(work.secret, TICKET, holder.id)
    shown = "" if holder.state == "cancelled" else holder.name  # nobody at the door needs to know who does not come
    return {**_standing(holder, arrival), "ticket": sha256(token.encode()).hexdigest(), "name": shown}


def _not_come(work: Work, holder: Holder) -> Arrival:
    return Arrival(
        id=holder.id,
        home=work.origin.node,
        incarnation=work.origin.incarnation,
        version=0,
        state="out",
        created=work.now,
        changed=work.now,
        event=holder.event,
        size=holder.size,
    )
