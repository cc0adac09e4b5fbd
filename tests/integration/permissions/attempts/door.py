"""The door of an event: its organiser's people, and whoever has the key of a door."""

from datetime import UTC, datetime
from typing import Any

from services.contracts.envelope import format_time
from services.contracts.principal import OPERATOR, Principal
from services.events.model import Asked
from services.runtime.documents import to_document
from tests.integration.permissions.personas import Reach
from tests.integration.permissions.world import World, forged

from .attempt import Arguments, Attempt
from .events import ORGANISERS, Organiser, Prepare
from .events import _published as published
from .events import _somebody as somebody

REGION = ORGANISERS["a region"][0]


def _of(row: str, call: str, name: str, prepare: Prepare, **rest: Any) -> Attempt:
    return Attempt(f"{call} {name}", f"events.{call}", (f"events.{row}",), prepare, **rest)


def _event(of: Organiser, **rest: Any) -> Prepare:
    return lambda world, _: {"event": published(world, of), **rest}


def _at_the_door(of: Organiser) -> Prepare:
    """Arguments that name somebody who has a place."""

    def prepare(world: World, _: Principal) -> Arguments:
        event = published(world, of)
        return {"event": event, "sign_up": world.rpc.call("events.sign_up", somebody(world, event))["id"]}

    return prepare


def _scanned(of: Organiser) -> Prepare:
    def prepare(world: World, who: Principal) -> Arguments:
        found = _at_the_door(of)(world, who)
        scan = {"id": "esimerkki", "at": format_time(datetime.now(UTC)), "sign_up": found["sign_up"]}
        return {"event": found["event"], "scans": [scan]}

    return prepare


def _made(world: World, of: Organiser, event: str) -> dict[str, Any]:
    arguments = {"event": event, "label": "Esimerkkiovi"}
    made: dict[str, Any] = world.rpc.call("events.make_door", arguments, principal=of(world)[0])
    return made


def _with_key(prepare: Prepare, *, good: bool) -> Prepare:
    def prepared(world: World, who: Principal) -> Arguments:
        arguments = prepare(world, who)
        key = _made(world, REGION, arguments["event"])["key"]
        return {**arguments, "key": key if good else next(forged(key))}

    return prepared


def _ticket(world: World, _: Principal) -> Arguments:
    made = world.rpc.call("events.sign_up", somebody(world, published(world, REGION)))
    asked = {"reference": made["id"], "purpose": "sign_up.confirmed"}
    return {"token": world.rpc.call("events.recipient", asked, principal=OPERATOR)["ticket"]}


def _forged_ticket(world: World, who: Principal) -> Arguments:
    return {"token": next(forged(_ticket(world, who)["token"]))}


def _of_organiser(name: str, of: Organiser, reach: Reach) -> tuple[Attempt, ...]:
    """One call of each row; which people may is the same for the rest, which `_more_calls` tries for one organiser."""
    calls: tuple[tuple[str, str, Prepare], ...] = (
        ("door.keep", "check_in", _at_the_door(of)),
        ("door.read", "door_list", _event(of)),
        ("feedback.read", "feedback", _event(of)),
    )
    return tuple(_of(row, call, f"of {name}", prepare, reach=reach) for row, call, prepare in calls)


def _more_calls(of: Organiser, reach: Reach) -> tuple[Attempt, ...]:
    calls: tuple[tuple[str, str, Prepare], ...] = (
        ("door.keep", "undo_check_in", _at_the_door(of)),
        ("door.keep", "take_scans", _scanned(of)),
        ("door.keep", "add_walk_in", _event(of, name="Esimerkki Ohikulkija")),
        ("door.keep", "make_door", _event(of, label="Esimerkkiovi")),
        ("door.keep", "close_door", lambda world, _: {"id": _made(world, of, published(world, of))["id"]}),
        ("door.keep", "doors", _event(of)),
        ("sign_ups.read", "attendees", _event(of)),
        ("sign_ups.read", "event_numbers", _event(of)),
    )
    return tuple(_of(row, call, "of an organisation", prepare, reach=reach) for row, call, prepare in calls)


def _by_key(row: str, call: str, prepare: Prepare) -> tuple[Attempt, ...]:
    return (
        _of(row, call, "by a door's key", _with_key(prepare, good=True), who="everybody"),
        _of(row, call, "by a forged key", _with_key(prepare, good=False), who="nobody"),
    )


def _feedback() -> tuple[Attempt, ...]:
    """By the link in the mail: the event is over, so it is made in the store."""
    return tuple(
        _of("feedback.give", call, f"by {'its' if good else 'a forged'} link", _asked(good, rest), who=who)
        for call, rest in (("feedback_form", {}), ("give_feedback", {"answers": {"arvio": "5"}}))
        for good, who in ((True, "everybody"), (False, "nobody"))
    )


def _asked(good: bool, rest: Arguments) -> Prepare:
    def prepare(world: World, _: Principal) -> Arguments:
        rating = {"id": "arvio", "kind": "rating", "title": {"fi": "Esimerkki: millaista oli?"}}
        event = published(world, REGION, feedback=[rating])
        sign_up = world.rpc.call("events.sign_up", somebody(world, event))["id"]
        world.collection("events", "asked").insert_one(to_document(Asked(sign_up, event, 1)))
        asked = {"reference": sign_up, "purpose": "sign_up.feedback_asked"}
        token = world.rpc.call("events.recipient", asked, principal=OPERATOR)["link"].rpartition("/")[2]
        return {"token": token if good else next(forged(token)), **rest}

    return prepare


ATTEMPTS = (
    *(attempt for name, (of, reach) in ORGANISERS.items() for attempt in _of_organiser(name, of, reach)),
    *_more_calls(*ORGANISERS["an organisation"]),
    *_by_key("door.keep", "check_in", _at_the_door(REGION)),
    *_by_key("door.keep", "undo_check_in", _at_the_door(REGION)),
    *_by_key("door.keep", "take_scans", _scanned(REGION)),
    *_by_key("door.keep", "add_walk_in", _event(REGION, name="Esimerkki Ohikulkija")),
    *_by_key("door.read", "door_list", _event(REGION)),
    *_feedback(),
    _of("ticket.read", "ticket", "by its link", _ticket, who="everybody"),
    _of("ticket.read", "ticket", "by a forged link", _forged_ticket, who="nobody"),
)
