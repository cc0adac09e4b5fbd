"""Who may know of an event: everybody, members of consortia, a working group, or those invited."""

from collections.abc import Callable
from datetime import UTC, datetime, timedelta
from typing import Any

import pytest

from services.contracts import errors, identifiers
from services.contracts.envelope import format_time
from services.contracts.principal import VISITOR, Principal
from tests.harness import Facts, Part, Rpc, until
from tests.harness.facts_of_others import fact, mandate, organisation, person

Start = Callable[[str], Part]


class World:
    """An organiser; a member of a consortium, of whose working group it is not; another member, that is in it."""

    def __init__(self, rpc: Rpc, facts: Facts) -> None:
        self.rpc = rpc
        self.host, self.member, self.in_group = (identifiers.new_id(identifiers.ORGANISATION) for _ in range(3))
        self.consortium = identifiers.new_id(identifiers.CONSORTIUM)
        self.group = identifiers.new_id(identifiers.WORKING_GROUP)
        self.people = {name: person() for name in ("organiser", "member", "in the group", "secretary", "stranger")}
        name = {"fi": "Esimerkkikonsortio"}
        consortium = {"state": "active", "name": name, "kind": "consortium", "regions": []}
        group = {"state": "active", "consortium": self.consortium, "name": name, "members": [self.in_group]}
        facts.publish(
            *(organisation(one, regions=["FI1DC"]) for one in (self.host, self.member, self.in_group)),
            fact("consortium.consortium.founded", self.consortium, consortium),
            fact("consortium.working_group.formed", self.group, group),
            *(self._membership(one) for one in (self.member, self.in_group)),
            mandate(self.people["organiser"], "partner", self.host),
            mandate(self.people["member"], "partner", self.member),
            mandate(self.people["in the group"], "partner", self.in_group),
            mandate(self.people["secretary"], "secretary", self.consortium),
        )
        until(self._may_draft, says="the organiser may draft")

    def _membership(self, member: str) -> Any:
        roles = [{"role": "partner", "since": "2026-01-01", "until": None}]
        data = {"state": "active", "consortium": self.consortium, "organisation": member, "roles": roles}
        return fact("consortium.membership.started", identifiers.new_id(identifiers.MEMBERSHIP), data)

    def _may_draft(self) -> bool:
        try:
            self.published({"kind": "public", "ids": []})
        except (errors.Forbidden, errors.UnknownReference):
            return False
        return True

    def call(self, name: str, arguments: dict[str, Any], who: Principal) -> Any:
        return self.rpc.call(f"events.{name}", arguments, principal=who)

    def published(self, audience: dict[str, Any]) -> dict[str, Any]:
        begins = datetime.now(UTC) + timedelta(days=20)
        arguments = {
            "organiser": {"kind": "organisation", "id": self.host},
            "title": {"fi": "Esimerkkikokous"},
            "begins": format_time(begins),
            "ends": format_time(begins + timedelta(hours=2)),
            "link": "https://example.org/",
            "audience": audience,
        }
        draft = self.call("draft_event", arguments, self.people["organiser"])
        event: dict[str, Any] = self.call("publish_event", {"id": draft["id"]}, self.people["organiser"])
        return event

    def see(self, event: str) -> set[str]:
        """Who gets an answer."""
        everybody = {**self.people, "visitor": VISITOR}
        return {name for name, who in everybody.items() if self._sees(event, who)}

    def _sees(self, event: str, who: Principal) -> bool:
        try:
            self.call("event", {"id": event}, who)
        except errors.NotFound:
            return False
        return True


@pytest.fixture(scope="module")
def world(start_service: Start, rpc: Rpc, facts: Facts) -> World:
    start_service("relay")
    start_service("events")
    return World(rpc, facts)


def test_each_audience_knows_of_its_events_and_nobody_else(world: World) -> None:
    everybody = {*world.people, "visitor"}
    expected = {
        ("public",): everybody,
        ("consortia", world.consortium): {"organiser", "member", "in the group", "secretary"},
        ("working_group", world.group): {"organiser", "in the group"},
        ("invited",): {"organiser"},
    }
    for (kind, *ids), who in expected.items():
        event = world.published({"kind": kind, "ids": ids})
        until(lambda event=event, who=who: world.see(event["id"]) == who, says=f"{kind}: {sorted(who)}")  # type: ignore[misc]


@pytest.mark.parametrize("kind", ["consortia", "working_group", "invited"])
def test_a_restricted_event_is_told_to_members_alone_and_shows_as_a_busy_block(
    world: World, facts: Facts, kind: str
) -> None:
    ids = {"consortia": [world.consortium], "working_group": [world.group], "invited": []}[kind]
    event = world.published({"kind": kind, "ids": ids})
    told = facts.wait_for("events.event.published", lambda fact: fact.subject == event["id"])
    assert told.visibility == "members"
    block = facts.wait_for(
        "events.block.placed", lambda fact: fact.data["kind"] == "busy" and fact.data["begins"] == event["begins"]
    )
    assert block.visibility == "public"
    assert "Esimerkkikokous" not in repr(block.data)


def test_an_event_withdrawn_from_the_public_is_told_as_gone_and_one_opened_as_published(
    world: World, facts: Facts
) -> None:
    event = world.published({"kind": "public", "ids": []})
    for audience in ({"kind": "invited", "ids": []}, {"kind": "public", "ids": []}):
        world.call("change_event", {"id": event["id"], "audience": audience}, world.people["organiser"])
    gone = facts.wait_for("events.event.withdrawn", lambda fact: fact.subject == event["id"])
    assert (gone.visibility, "title" in gone.data) == ("public", False)
    facts.wait_for("events.event.published", lambda fact: fact.subject == event["id"] and fact.version > gone.version)
