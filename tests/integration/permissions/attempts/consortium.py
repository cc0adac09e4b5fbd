"""Consortia, their members, working groups and news."""

from collections.abc import Callable
from datetime import UTC, datetime, timedelta
from typing import Any

from services.contracts.principal import Principal
from tests.integration.permissions.personas import CONSORTIUM, MEMBERSHIP, NO_REGION, REGION, Reach
from tests.integration.permissions.world import OWN_REGION, World

from .attempt import Arguments, Attempt

Prepare = Callable[[World, Principal], Arguments]
ASK, ADMIT = "consortium.membership.ask", "consortium.membership.admit"
PARTNER: Reach = {"partner": frozenset({"own"})}


def _organisation_outside(world: World, _: Principal) -> Arguments:
    """The own organisation, which is no member now."""
    world.no_membership()
    return {"consortium": world.consortium, "organisation": world.organisation}


def _membership(state: str, **rest: Any) -> Prepare:
    return lambda world, _: {"id": world.membership(state)["id"], **rest}


def _other_role(world: World, _: Principal) -> Arguments:
    today = datetime.now(UTC).date()
    return {
        "id": world.membership("active")["id"],
        "role": "associate",
        "since": (today + timedelta(days=2)).isoformat(),
    }


def _asked_in_consortium(world: World, _: Principal) -> Arguments:
    world.membership("asked")
    return {"consortium": world.consortium}


def _asked_of_organisation(world: World, _: Principal) -> Arguments:
    world.membership("asked")
    return {"organisation": world.organisation}


def _asked_is_there(_arguments: Arguments, answer: Any) -> bool:
    return any(membership["state"] == "asked" for membership in answer)


def _group(world: World, _: Principal) -> Arguments:
    return {"consortium": world.consortium, "name": {"fi": "Esimerkkityöryhmä"}}


def _formed(**rest: Any) -> Prepare:
    return lambda world, _: {"id": world.working_group(), **rest}


def _target(world: World, kind: str) -> dict[str, str]:
    if kind == "working_group":
        return {"kind": kind, "id": world.working_group()}
    return {"kind": kind, "id": world.consortium if kind == "consortium" else OWN_REGION}


def _text(kind: str, **rest: Any) -> Prepare:
    words = {"title": {"fi": "Esimerkkiuutinen"}, "body": {"fi": "Esimerkki."}}
    return lambda world, _: {"target": _target(world, kind), **words, **rest}


def _posted(kind: str, **rest: Any) -> Prepare:
    def prepare(world: World, who: Principal) -> Arguments:
        made = world.rpc.call("consortium.post_news", _text(kind)(world, who), principal=world.coordinator)
        return {"id": made["id"], **rest}

    return prepare


def _members_news(world: World, who: Principal) -> Arguments:
    world.member()
    members = _text("consortium", audience="members")(world, who)
    world.rpc.call("consortium.post_news", members, principal=world.secretary)
    return {"consortium": world.consortium}


def _one_for_members(kind: str) -> Prepare:
    """Posted to the own consortium, or to a group of it that the own organisation is in."""

    def prepare(world: World, who: Principal) -> Arguments:
        world.member()
        wanted = _text(kind, audience="members")(world, who)
        if kind == "working_group":
            members = {"id": wanted["target"]["id"], "members": [world.organisation]}
            world.rpc.call("consortium.change_working_group", members, principal=world.secretary)
        made = world.rpc.call("consortium.post_news", wanted, principal=world.secretary)
        return {"id": made["id"]}

    return prepare


def _news_are_there(_arguments: Arguments, answer: Any) -> bool:
    return bool(answer["items"])


def _of(rows: str | tuple[str, ...], call: str, prepare: Prepare, reach: Reach, name: str = "", **rest: Any) -> Attempt:
    several = (f"consortium.{rows}",) if isinstance(rows, str) else rows
    return Attempt(f"{call} {name}".strip(), f"consortium.{call}", several, prepare, reach, **rest)


_TITLE = {"title": {"fi": "Esimerkki muuttui"}}
_NEWS_OF: dict[str, Reach] = {"consortium": CONSORTIUM, "working_group": CONSORTIUM, "region": REGION}

ATTEMPTS = (
    _of("consortium.found", "found", lambda world, _: world.a_consortium(OWN_REGION), REGION),
    _of("consortium.found", "found", lambda world, _: world.a_consortium(), NO_REGION, "one of no region"),
    _of(
        "consortium.change",
        "change",
        lambda world, _: {"id": world.consortium, "website": f"https://example.org/{world.address()}"},
        CONSORTIUM,
    ),
    _of("consortium.change", "dissolve", lambda world, _: {"id": world.consortium_to_dissolve()}, CONSORTIUM),
    _of((ASK,), "ask_membership", _organisation_outside, PARTNER),
    _of((ADMIT,), "invite_member", _organisation_outside, CONSORTIUM),
    _of((ADMIT,), "decide_membership", _membership("asked", accept=True), CONSORTIUM, "asked, accept"),
    _of((ASK, ADMIT), "decide_membership", _membership("asked", accept=False), MEMBERSHIP, "asked, decline"),
    _of((ASK,), "decide_membership", _membership("invited", accept=True), PARTNER, "invited, accept"),
    _of((ASK, ADMIT), "decide_membership", _membership("invited", accept=False), MEMBERSHIP, "invited, decline"),
    _of((ADMIT,), "change_role", _other_role, CONSORTIUM),
    _of((ASK, ADMIT), "end_membership", _membership("active"), MEMBERSHIP),
    _of("memberships.read", "memberships", _asked_in_consortium, MEMBERSHIP, "of a consortium", seen=_asked_is_there),
    _of(
        "memberships.read",
        "memberships",
        _asked_of_organisation,
        MEMBERSHIP,
        "of an organisation",
        seen=_asked_is_there,
    ),
    _of("working_group.form", "form_working_group", _group, CONSORTIUM),
    _of("working_group.form", "change_working_group", _formed(themes=["funding"]), CONSORTIUM),
    _of("working_group.form", "close_working_group", _formed(), CONSORTIUM),
    *(
        _of("news.post", call, prepare, reach, f"of a {kind.replace('_', ' ')}")
        for kind, reach in _NEWS_OF.items()
        for call, prepare in {
            "post_news": _text(kind),
            "change_news": _posted(kind, **_TITLE),
            "withdraw_news": _posted(kind),
        }.items()
    ),
    _of("news.read", "news", _members_news, MEMBERSHIP, seen=_news_are_there),
    *(
        _of("news.read", "news_item", _one_for_members(kind), MEMBERSHIP, f"of a {kind}", refused="hidden")
        for kind in ("consortium", "working_group")
    ),
)
