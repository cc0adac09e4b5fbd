"""Events of an organisation, of a consortium and of a region: each has people of its own."""

from collections.abc import Callable
from datetime import UTC, datetime, timedelta
from typing import Any

from services.contracts.envelope import format_time
from services.contracts.principal import Principal
from tests.integration.permissions.personas import CONSORTIUM, MEMBERSHIP, ORGANISATION, REGION, Reach
from tests.integration.permissions.world import OWN_REGION, World, forged

from .attempt import Arguments, Attempt

Organiser = Callable[[World], tuple[Principal, dict[str, str]]]
Prepare = Callable[[World, Principal], Arguments]

ORGANISERS: dict[str, tuple[Organiser, Reach]] = {
    "an organisation": (
        lambda world: (world.partner, {"kind": "organisation", "id": world.organisation}),
        ORGANISATION,
    ),
    "a consortium": (lambda world: (world.secretary, {"kind": "consortium", "id": world.consortium}), CONSORTIUM),
    "a region": (lambda world: (world.coordinator, {"kind": "region", "id": OWN_REGION}), REGION),
}


def _an_event(organiser: dict[str, str], **rest: Any) -> Arguments:
    begins = datetime.now(UTC) + timedelta(days=40)
    return {
        "organiser": organiser,
        "title": {"fi": "Esimerkkiseminaari", "en": "Example seminar"},
        "begins": format_time(begins),
        "ends": format_time(begins + timedelta(hours=2)),
        "place": {"name": "Outokumpu", "region": OWN_REGION},
        **rest,
    }


def _draft(world: World, of: Organiser, **rest: Any) -> str:
    who, organiser = of(world)
    return str(world.rpc.call("events.draft_event", _an_event(organiser, **rest), principal=who)["id"])


def _published(world: World, of: Organiser, **rest: Any) -> str:
    event = _draft(world, of, **rest)
    world.rpc.call("events.publish_event", {"id": event}, principal=of(world)[0])
    return event


def _id_of(make: Callable[[World, Organiser], str], of: Organiser, **rest: Any) -> Prepare:
    return lambda world, _: {"id": make(world, of), **rest}


def _before(make: Callable[[World, Organiser], str], of: Organiser) -> Prepare:
    """Arguments that make the list begin with the event."""
    return lambda world, _: {"after": make(world, of)[:-1]}


def _listed(arguments: Arguments, answer: Any) -> bool:
    return any(str(event["id"])[:-1] == arguments["after"] for event in answer["items"])


def _for_members(world: World) -> str:
    world.member()
    audience = {"kind": "consortia", "ids": [world.consortium]}
    return _published(world, ORGANISERS["a region"][0], audience=audience)


def _somebody(world: World, event: str) -> Arguments:
    return {"event": event, "name": "Esimerkki Osallistuja", "email": world.address()}


def _restricted(world: World, _: Principal) -> Arguments:
    return {"id": _for_members(world)}


def _restricted_place(world: World, _: Principal) -> Arguments:
    return _somebody(world, _for_members(world))


def _place(world: World, _: Principal) -> Arguments:
    return _somebody(world, _published(world, ORGANISERS["a region"][0]))


def _link(world: World, who: Principal) -> Arguments:
    made = world.rpc.call("events.sign_up", _place(world, who))
    return {"token": world.token("events", made["id"], "sign_up.confirmed")}


def _forged_link(world: World, who: Principal) -> Arguments:
    return {"token": next(forged(_link(world, who)["token"]))}


def _of(row: str, call: str, name: str, prepare: Prepare, reach: Reach = ORGANISATION, **rest: Any) -> Attempt:
    return Attempt(f"{call} {name}", f"events.{call}", (f"events.{row}",), prepare, reach, **rest)


def _of_organiser(name: str, of: Organiser, reach: Reach) -> tuple[Attempt, ...]:
    title = {"title": {"fi": "Esimerkkityöpaja"}}
    draft, read = "event.draft", "event.read"
    return (
        _of(draft, "draft_event", f"of {name}", lambda world, _: _an_event(of(world)[1]), reach),
        _of(draft, "change_event", f"of {name}, a draft", _id_of(_draft, of, **title), reach, refused="hidden"),
        _of(draft, "change_event", f"of {name}, published", _id_of(_published, of, **title), reach),
        _of(draft, "publish_event", f"of {name}", _id_of(_draft, of), reach, refused="hidden"),
        _of(draft, "cancel_event", f"of {name}", _id_of(_published, of), reach),
        _of(draft, "discard_draft", f"of {name}", _id_of(_draft, of), reach, refused="hidden"),
        _of(read, "event", f"of {name}, a draft", _id_of(_draft, of), reach, refused="hidden"),
        _of(read, "own_events", f"of {name}, a draft", _before(_draft, of), reach, refused="left out", seen=_listed),
        _of("sign_ups.read", "sign_ups", f"of {name}", _id_of(_published, of), reach),
    )


ATTEMPTS = (
    *(attempt for name, (of, reach) in ORGANISERS.items() for attempt in _of_organiser(name, of, reach)),
    _of(
        "event.read", "event", "for members", lambda world, _: {"id": _for_members(world)}, MEMBERSHIP, refused="hidden"
    ),
    _of(
        "event.read",
        "sign_up",
        "for members",
        lambda world, _: _somebody(world, _for_members(world)),
        MEMBERSHIP,
        refused="hidden",
    ),
    _of("sign_up.make", "sign_up", "for everybody", _place),
    _of("sign_up.cancel", "own_sign_up", "by its link", _link, who="everybody"),
    _of("sign_up.cancel", "own_sign_up", "by a forged link", _forged_link, who="nobody"),
    _of("sign_up.cancel", "cancel_sign_up", "by its link", _link, who="everybody"),
    _of("sign_up.cancel", "cancel_sign_up", "by a forged link", _forged_link, who="nobody"),
)
