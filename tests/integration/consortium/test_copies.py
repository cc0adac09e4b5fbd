"""What consortium tells is kept by others: events lets members in, and only as long as they are members."""

from collections.abc import Callable
from datetime import UTC, datetime, timedelta
from typing import Any

from services.contracts import errors
from services.contracts.envelope import format_time
from services.contracts.principal import OPERATOR, Principal
from tests.harness import Part, Rpc, until

from .conftest import World


def test_an_event_for_members_is_seen_by_a_member_until_its_membership_ends(
    world: World, start_service: Callable[[str], Part], rpc: Rpc
) -> None:
    start_service("events")
    consortium = world.found()["id"]
    host, organiser = world.member(consortium)
    guest, partner = world.member(consortium, since="2024-01-01")
    begins = datetime.now(UTC) + timedelta(days=30)
    arguments = {
        "organiser": {"kind": "organisation", "id": host["organisation"]},
        "title": {"en": "Example meeting"},
        "begins": format_time(begins),
        "ends": format_time(begins + timedelta(hours=2)),
        "link": "https://example.org/meeting",
        "audience": {"kind": "consortia", "ids": [consortium]},
    }
    event = until(lambda: unless_refused(rpc, "events.draft_event", arguments, organiser), says="the host may draft")
    rpc.call("events.publish_event", {"id": event["id"]}, principal=organiser)
    reading = {"id": event["id"]}
    until(lambda: unless_refused(rpc, "events.event", reading, partner), says="the member sees it")
    world.call("end_membership", {"id": guest["id"]}, partner)
    until(lambda: unless_refused(rpc, "events.event", reading, partner) is None, says="it sees it no more")
    failed = rpc.call("events.dead_letters", principal=OPERATOR)
    assert [letter for letter in failed if letter["subject"] in (host["id"], guest["id"], consortium)] == []


def unless_refused(rpc: Rpc, method: str, arguments: dict[str, Any], who: Principal) -> Any:
    try:
        return rpc.call(method, arguments, principal=who)
    except (errors.Forbidden, errors.NotFound, errors.UnknownReference):
        return None
