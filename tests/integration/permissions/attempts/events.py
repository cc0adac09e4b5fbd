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


def _pending(world: World, of: Organiser) -> Arguments:
    event = _published(world, of, admission={"approval": True})
    made = world.rpc.call("events.sign_up", _somebody(world, event))
    return {"event": event, "sign_ups": [made["id"]], "approve": True}


def _offered(world: World, who: Principal) -> Arguments:
    """A place that is offered: the one before gave it up."""
    of = ORGANISERS["a region"][0]
    event = _published(world, of, capacity=1, admission={"offer_hours": 24})
    first, second = (world.rpc.call("events.sign_up", _somebody(world, event)) for _ in range(2))
    world.rpc.call("events.cancel_sign_up", {"token": world.token("events", first["id"], "sign_up.confirmed")})
    return {"token": world.token("events", second["id"], "sign_up.offered")}


def _forged_offer(world: World, who: Principal) -> Arguments:
    return {"token": next(forged(_offered(world, who)["token"]))}


def _invitation(world: World, of: Organiser) -> dict[str, Any]:
    made: dict[str, Any] = world.rpc.call(
        "events.make_invitation", {"event": _published(world, of)}, principal=of(world)[0]
    )
    return made


def _code(world: World, _: Principal) -> Arguments:
    return {"code": _invitation(world, ORGANISERS["a region"][0])["code"]}


def _other_code(world: World, who: Principal) -> Arguments:
    return {"code": _code(world, who)["code"][::-1]}


def _invited_place(world: World, _: Principal) -> Arguments:
    of = ORGANISERS["a region"][0]
    event = _published(world, of, audience={"kind": "invited", "ids": []})
    made = world.rpc.call("events.make_invitation", {"event": event}, principal=of(world)[0])
    return {**_somebody(world, event), "code": made["code"]}


def _postponed(world: World, of: Organiser) -> Arguments:
    begins = datetime.now(UTC) + timedelta(days=50)
    event = _published(world, of)
    return {"id": event, "begins": format_time(begins), "ends": format_time(begins + timedelta(hours=2))}


def _series(world: World, of: Organiser) -> str:
    who, organiser = of(world)
    made = world.rpc.call(
        "events.start_series", {"organiser": organiser, "title": {"fi": "Esimerkkisarja"}}, principal=who
    )
    return str(made["id"])


def _asked(world: World, of: Organiser, organisation: str) -> str:
    who, _ = of(world)
    arguments = {"event": _published(world, of), "organisations": [organisation]}
    (request,) = world.rpc.call("events.ask_co_hosts", arguments, principal=who)
    return str(request["id"])


def _request(world: World, _: Principal) -> Arguments:
    """To the own organisation, of an event of its region."""
    return {"id": _asked(world, ORGANISERS["a region"][0], world.organisation)}


_NEWEST: Arguments = {}


def _newest_request(world: World, who: Principal) -> Arguments:
    _NEWEST.update(_request(world, who))
    return {}


def _a_series(of: Organiser) -> Prepare:
    return lambda world, _: {"organiser": of(world)[1], "title": {"fi": "Esimerkkisarja"}}


def _event_of(make: Callable[[World, Organiser], str], of: Organiser) -> Prepare:
    return lambda world, _: {"event": make(world, of)}


def _proposal(of: Organiser) -> Prepare:
    def prepare(world: World, _: Principal) -> Arguments:
        event = _an_event(of(world)[1])
        return {name: event[name] for name in ("organiser", "begins", "ends", "place")}

    return prepare


def _span(of: Organiser) -> Prepare:
    first = datetime.now(UTC).date() + timedelta(days=30)
    days = {"first_day": first.isoformat(), "last_day": (first + timedelta(days=10)).isoformat()}
    return lambda world, _: {"organiser": of(world)[1], **days}


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
        _of("sign_ups.decide", "decide_sign_ups", f"of {name}", lambda world, _: _pending(world, of), reach),
        _of("invitation.make", "make_invitation", f"to an event of {name}", _event_of(_published, of), reach),
        _of("invitation.read", "invitations", f"to an event of {name}", _event_of(_published, of), reach),
        _of(
            "invitation.make",
            "revoke_invitation",
            f"to an event of {name}",
            lambda world, _: {"id": _invitation(world, of)["id"]},
            reach,
        ),
    )


def _of_host(name: str, of: Organiser, reach: Reach) -> tuple[Attempt, ...]:
    """What is asked with an organiser in the arguments."""
    return (
        _of("series.change", "start_series", f"of {name}", _a_series(of), reach),
        _of("clashes.read", "clashes", f"of a proposal of {name}", _proposal(of), reach),
    )


def _of_calendar(name: str, of: Organiser, reach: Reach) -> tuple[Attempt, ...]:
    """What is looked up by an id: whose it is, is tried for each organiser above."""
    draft, read = "event.draft", "event.read"
    return (
        _of(draft, "postpone_event", f"of {name}", lambda world, _: _postponed(world, of), reach),
        _of(
            draft,
            "ask_co_hosts",
            f"for an event of {name}",
            lambda world, _: {"event": _published(world, of), "organisations": [world.foreign_organisation]},
            reach,
        ),
        _of(
            draft,
            "drop_co_host",
            f"of an event of {name}",
            lambda world, _: {"id": _asked(world, of, world.registered()["id"])},
            reach,
            refused="hidden",
        ),
        _of(read, "co_hosts", f"of an event of {name}", lambda world, _: {"event": _published(world, of)}, reach),
        _of("series.change", "change_series", f"of {name}", _id_of(_series, of, title={"fi": "Esimerkki"}), reach),
        _of("series.change", "close_series", f"of {name}", _id_of(_series, of), reach),
        _of("clashes.read", "clashes", f"of {name}, a draft", _event_of(_draft, of), reach, refused="hidden"),
        _of("clashes.read", "free_dates", f"for {name}", _span(of), reach),
    )


ATTEMPTS = (
    *(attempt for name, (of, reach) in ORGANISERS.items() for attempt in _of_organiser(name, of, reach)),
    *(attempt for name in ("an organisation", "a consortium") for attempt in _of_host(name, *ORGANISERS[name])),
    *_of_calendar("an organisation", *ORGANISERS["an organisation"]),
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
    _of(
        "co_host.answer",
        "answer_co_host",
        "of the organisation",
        lambda world, who: {**_request(world, who), "consent": True},
        refused="hidden",
    ),
    _of(
        "co_host.read",
        "co_host_requests",
        "to the organisation",
        _newest_request,
        refused="left out",
        seen=lambda _, answer: any(request["id"] == _NEWEST["id"] for request in answer),
    ),
    _of("sign_up.make", "sign_up", "for everybody", _place),
    _of("sign_up.cancel", "own_sign_up", "by its link", _link, who="everybody"),
    _of("sign_up.cancel", "own_sign_up", "by a forged link", _forged_link, who="nobody"),
    _of("sign_up.cancel", "cancel_sign_up", "by its link", _link, who="everybody"),
    _of("sign_up.cancel", "cancel_sign_up", "by a forged link", _forged_link, who="nobody"),
    _of("sign_up.make", "sign_up", "by an invitation code", _invited_place, who="everybody"),
    _of("invited.read", "invited_event", "by its code", _code, who="everybody"),
    _of("invited.read", "invited_event", "by a code that is none", _other_code, who="nobody"),
    _of("sign_up.change", "change_sign_up", "by its link", _link, who="everybody"),
    _of("sign_up.change", "change_sign_up", "by a forged link", _forged_link, who="nobody"),
    _of("sign_up.change", "accept_seat", "by its link", _offered, who="everybody"),
    _of("sign_up.change", "accept_seat", "by a forged link", _forged_offer, who="nobody"),
    _of("sign_up.change", "decline_seat", "by its link", _offered, who="everybody"),
    _of("sign_up.change", "decline_seat", "by a forged link", _forged_offer, who="nobody"),
)
