"""Programme, series, co-hosts, postponing and the clash check, by remote calls on the running service."""

from collections.abc import Callable
from dataclasses import replace
from datetime import UTC, datetime, timedelta
from typing import Any

import pytest
from pymongo import MongoClient

from services.contracts import errors, identifiers
from services.contracts.envelope import Fact, format_time, parse_time
from services.contracts.principal import OPERATOR, Principal
from tests.harness import Facts, NodeUnderTest, Part, Rpc, until
from tests.harness.facts_of_others import fact, mandate, organisation, person

Start = Callable[[str], Part]
PLACE = {"name": "Esimerkkitalo", "address": "Esimerkkikatu 1, Outokumpu", "region": "FI1DC"}


class World:
    """An organisation in North Karelia and one in Lapland, each with a partner; coordinators of both regions."""

    def __init__(self, rpc: Rpc, facts: Facts) -> None:
        self.rpc, self.facts = rpc, facts
        self.karelian, self.lapp = (identifiers.new_id(identifiers.ORGANISATION) for _ in range(2))
        self.partner, self.lapp_partner, self.lapp_coordinator, self.stranger = (person() for _ in range(4))
        facts.publish(
            organisation(self.karelian, regions=["FI1DC"]),
            organisation(self.lapp, regions=["FI1D7"], name="Kemin Digipolis Oy"),
            mandate(self.partner, "partner", self.karelian),
            mandate(self.lapp_partner, "partner", self.lapp),
            mandate(self.lapp_coordinator, "coordinator", "FI1D7"),
        )
        self.day = datetime.now(UTC).replace(hour=7, minute=0, second=0, microsecond=0) + timedelta(days=60)
        until(lambda: self.allowed(lambda: self.requests(self.lapp_coordinator)), says="mandates are known")
        until(lambda: self.allowed(self.draft), says="the partner may draft")
        until(lambda: self.allowed(lambda: self.draft(self.lapp_partner, self.lapp)), says="so may the other")

    @staticmethod
    def allowed(attempt: Callable[[], Any]) -> bool:
        try:
            attempt()
        except (errors.Forbidden, errors.UnknownReference):
            return False
        return True

    def later(self, days: int) -> datetime:
        """A day of its own for each test, so that none clashes with another's."""
        return self.day + timedelta(days=days)

    def call(self, name: str, arguments: dict[str, Any], who: Principal | None = None) -> Any:
        return self.rpc.call(f"events.{name}", arguments, principal=who or self.partner)

    def draft(
        self, who: Principal | None = None, host: str | None = None, *, begins: datetime | None = None, **rest: Any
    ) -> dict[str, Any]:
        begins = begins or self.later(300)
        arguments = {
            "organiser": {"kind": "organisation", "id": host or self.karelian},
            "title": {"fi": "Esimerkkiseminaari", "en": "Example seminar"},
            "begins": format_time(begins),
            "ends": format_time(begins + timedelta(hours=3)),
            "place": {"name": "Esimerkkipaikka", "address": identifiers.new_id("adr"), "region": "FI1DC"},
            **rest,
        }
        drafted: dict[str, Any] = self.call("draft_event", arguments, who)
        return drafted

    def published(self, who: Principal | None = None, host: str | None = None, **rest: Any) -> dict[str, Any]:
        event = self.draft(who, host, **rest)
        published: dict[str, Any] = self.call("publish_event", {"id": event["id"]}, who)
        return published

    def clashes(self, event: str, who: Principal | None = None, **rest: Any) -> list[dict[str, Any]]:
        found: list[dict[str, Any]] = self.call("clashes", {"event": event, **rest}, who)
        return [clash for clash in found if clash["kind"] in ("event", "block")]

    def requests(self, who: Principal) -> list[dict[str, Any]]:
        found: list[dict[str, Any]] = self.call("co_host_requests", {}, who)
        return found


@pytest.fixture(scope="module")
def world(start_service: Start, rpc: Rpc, facts: Facts) -> World:
    start_service("relay")
    start_service("events")
    return World(rpc, facts)


def snapshot(world: World, kind: str) -> dict[str, dict[str, Any]]:
    found, after = [], None
    while True:
        arguments = {"kind": kind, "after": after, "limit": 100}
        page = world.rpc.call("events.snapshot", arguments, principal=OPERATOR)
        found += page["records"]
        after = page["next"]
        if after is None:
            return {record["id"]: record for record in found}


# Programme, series, postponing


def test_a_programme_is_told_with_the_event_and_in_the_snapshot(world: World, facts: Facts) -> None:
    begins = world.later(1)
    session = {
        "title": {"fi": "Esimerkkiavaus"},
        "begins": format_time(begins),
        "ends": format_time(begins + timedelta(hours=1)),
        "speakers": ["p1"],
    }
    speakers = [{"id": "p1", "name": "Esimerkki Puhuja", "affiliation": "GTK Mintec"}]
    link = "https://example.org/"
    event = world.published(begins=begins, sessions=[session], speakers=speakers, link=link)
    told = facts.wait_for("events.event.published", lambda fact: fact.subject == event["id"])
    assert told.data["attendance"] == "hybrid"
    assert told.data["sessions"][0]["speakers"] == ["p1"]
    assert told.data["sessions"][0]["id"]
    assert told.data["speakers"][0]["name"] == "Esimerkki Puhuja"
    held = snapshot(world, "event")[event["id"]]
    assert {name: held[name] for name in told.data} == told.data


def test_a_session_outside_the_event_is_refused_by_its_field(world: World) -> None:
    begins = world.later(1)
    session = {"title": {"fi": "Esimerkki"}, "begins": format_time(begins), "ends": format_time(begins)}
    with pytest.raises(errors.Invalid) as caught:
        world.draft(begins=begins, sessions=[session])
    assert caught.value.details["errors"][0]["field"] == "sessions.0.ends"


def test_a_postponed_event_tells_its_old_dates_and_moves_in_the_calendar(world: World, facts: Facts) -> None:
    event = world.published(begins=world.later(2), place=PLACE)
    begins = world.later(9)
    arguments = {
        "id": event["id"],
        "begins": format_time(begins),
        "ends": format_time(begins + timedelta(hours=3)),
        "reason": {"fi": "Esimerkki: sali ei ole käytettävissä."},
    }
    moved = world.call("postpone_event", arguments)
    assert moved["state"] == "published"
    told = facts.wait_for("events.event.postponed", lambda fact: fact.subject == event["id"])
    assert told.data["postponed"]["begins"] == event["begins"]
    assert told.version == event["version"] + 1
    where_it_was, where_it_is = (world.draft(begins=world.later(day), place=PLACE) for day in (2, 9))
    assert event["id"] not in [clash["id"] for clash in world.clashes(where_it_was["id"])]
    assert event["id"] in [clash["id"] for clash in world.clashes(where_it_is["id"])]


def test_events_join_a_series_of_their_organiser_while_it_is_open(world: World, facts: Facts) -> None:
    organiser = {"kind": "organisation", "id": world.karelian}
    series = world.call("start_series", {"organiser": organiser, "title": {"fi": "Esimerkkisarja"}})
    facts.wait_for("events.series.started", lambda fact: fact.subject == series["id"])
    event = world.published(begins=world.later(3), series=series["id"])
    assert event["series"] == series["id"]
    with pytest.raises(errors.Forbidden):
        world.draft(world.lapp_partner, world.lapp, series=series["id"])
    world.call("close_series", {"id": series["id"]})
    with pytest.raises(errors.Conflict):
        world.draft(series=series["id"])
    assert snapshot(world, "series")[series["id"]]["state"] == "closed"


# Co-hosts


def test_a_co_host_is_named_only_with_its_consent_and_until_it_takes_that_back(world: World, facts: Facts) -> None:
    event = world.published(begins=world.later(4))
    (asked,) = world.call("ask_co_hosts", {"event": event["id"], "organisations": [world.lapp]})
    told = facts.wait_for("events.co_host.asked", lambda fact: fact.subject == asked["id"])
    assert told.visibility == "node"
    assert world.call("event", {"id": event["id"]})["co_hosts"] == []
    (request,) = [one for one in world.requests(world.lapp_partner) if one["id"] == asked["id"]]
    assert (request["title"], request["state"]) == (event["title"], "asked")
    with pytest.raises(errors.Forbidden):
        world.call("answer_co_host", {"id": asked["id"], "consent": True})  # the organiser can't consent for it

    world.call("answer_co_host", {"id": asked["id"], "consent": True}, world.lapp_partner)
    named = facts.wait_for("events.event.changed", lambda fact: fact.subject == event["id"])
    assert named.data["co_hosts"] == [world.lapp]
    assert named.data["regions"] == ["FI1D7", "FI1DC"]
    world.call("answer_co_host", {"id": asked["id"], "consent": False}, world.lapp_coordinator)
    unnamed = facts.wait_for(
        "events.event.changed", lambda fact: fact.subject == event["id"] and not fact.data["co_hosts"]
    )
    assert unnamed.data["regions"] == ["FI1DC"]
    assert [one["state"] for one in world.call("co_hosts", {"event": event["id"]})] == ["taken_back"]
    assert snapshot(world, "co_host")[asked["id"]]["visibility"] == "node"


def test_a_request_is_nothing_to_a_stranger_and_can_be_withdrawn(world: World) -> None:
    event = world.published(begins=world.later(5))
    (asked,) = world.call("ask_co_hosts", {"event": event["id"], "organisations": [world.lapp]})
    for name, arguments in (("answer_co_host", {"consent": True}), ("drop_co_host", {})):
        with pytest.raises(errors.NotFound):
            world.call(name, {"id": asked["id"], **arguments}, world.stranger)
    assert world.requests(world.stranger) == []
    world.call("drop_co_host", {"id": asked["id"]})
    with pytest.raises(errors.Conflict):
        world.call("answer_co_host", {"id": asked["id"], "consent": True}, world.lapp_partner)


# Clashes


def test_a_draft_clashes_with_an_event_at_its_venue_and_says_why(world: World) -> None:
    there = world.published(begins=world.later(20), place=PLACE, themes=["funding"])
    same = {**PLACE, "name": "ESIMERKKITALO", "address": "Esimerkkikatu 1 Outokumpu"}
    mine = world.draft(begins=world.later(20) + timedelta(hours=1), place=same, themes=["skills"])
    (clash,) = [one for one in world.clashes(mine["id"]) if one["id"] == there["id"]]
    assert clash["severity"] == "hard"
    assert clash["title"] == there["title"]
    reasons = {reason["what"]: reason["says"] for reason in clash["reasons"]}
    assert reasons["venue"]["fi"] == "Sama paikka (ESIMERKKITALO), samaan aikaan"
    assert reasons["host"]["en"] == "The same host (Business Joensuu Oy), at the same time"


def test_what_if_it_were_a_day_later_is_answered_without_changing_it(world: World) -> None:
    there = world.published(begins=world.later(24), place=PLACE, themes=["funding"])
    mine = world.draft(begins=world.later(24), place=PLACE, themes=["funding"])
    later = world.later(25)
    moved = {"begins": format_time(later), "ends": format_time(later + timedelta(hours=2))}
    (clash,) = [one for one in world.clashes(mine["id"], **moved) if one["id"] == there["id"]]
    assert (clash["severity"], clash["days"]) == ("weak", 1)
    assert world.call("event", {"id": mine["id"]})["begins"] == mine["begins"]


def test_a_draft_of_others_shows_as_a_hold_without_title_organiser_and_speakers(world: World) -> None:
    speakers = [{"name": "Esimerkki Puhuja"}]
    hidden = world.draft(
        world.lapp_partner,
        world.lapp,
        begins=world.later(28),
        title={"fi": "Esimerkkisalaisuus"},
        themes=["funding"],
        speakers=speakers,
    )
    mine = world.draft(begins=world.later(28), themes=["funding"], speakers=speakers)
    (clash,) = world.clashes(mine["id"])
    assert (clash["kind"], clash["state"], clash["title"]) == ("block", "hold", {})
    assert clash["severity"] == "strong", "that the same person speaks there is not told"
    assert hidden["id"] not in repr(clash)
    assert "salaisuus" not in repr(clash)
    assert world.lapp not in repr(clash)
    (seen,) = world.clashes(hidden["id"], world.lapp_partner)
    assert seen["kind"] == "block"
    assert world.clashes(mine["id"])[0]["id"].startswith("blk_")


def test_a_discarded_or_cancelled_event_stands_in_nobodys_way(world: World) -> None:
    discarded = world.draft(begins=world.later(32), place=PLACE)
    cancelled = world.published(begins=world.later(32), place=PLACE)
    mine = world.draft(begins=world.later(32), place=PLACE)
    assert len(world.clashes(mine["id"])) == 2
    world.call("discard_draft", {"id": discarded["id"]})
    world.call("cancel_event", {"id": cancelled["id"]})
    assert world.clashes(mine["id"]) == []


def of_lapland(made: Fact) -> Fact:
    """The fact as the node of Lapland makes it."""
    return replace(made, home="lappi", data={**made.data, "home": "lappi"})


def test_events_and_blocks_of_other_nodes_clash_until_they_are_gone(world: World, facts: Facts) -> None:
    begins = world.later(36)
    times = {"begins": format_time(begins), "ends": format_time(begins + timedelta(hours=3))}
    shared = {**times, "time_zone": "Europe/Helsinki", "themes": ["funding"], "regions": ["FI1DC", "FI1D7"]}
    theirs, block = identifiers.new_id(identifiers.EVENT), identifiers.new_id(identifiers.BLOCK)
    record = {
        "state": "published",
        "organiser": {"kind": "region", "id": "FI1D7"},
        "title": {"fi": "Esimerkki Lapista"},
        "place": PLACE,
        "audience": {"kind": "public", "ids": []},
        **shared,
    }
    hold = {"state": "placed", "kind": "hold", **shared}
    facts.publish(
        of_lapland(fact("events.event.published", theirs, record, version=2)),
        of_lapland(fact("events.block.placed", block, hold)),
    )
    mine = world.draft(begins=begins, themes=["funding"], place=PLACE)

    def seen() -> dict[str, str]:
        return {clash["id"]: clash["severity"] for clash in world.clashes(mine["id"])}

    until(lambda: seen() == {theirs: "hard", block: "strong"}, says="both stand in the way")
    assert {clash["home"] for clash in world.clashes(mine["id"])} == {"lappi"}
    late = of_lapland(fact("events.event.published", theirs, {**record, "begins": format_time(begins)}, version=1))
    facts.publish(
        of_lapland(fact("events.event.cancelled", theirs, {**record, "state": "cancelled"}, version=3)),
        of_lapland(fact("events.block.released", block, {"state": "released"}, version=2)),
        late,
    )
    until(lambda: seen() == {}, says="neither does any more")


def test_own_facts_do_not_enter_the_calendar_a_second_time(world: World, facts: Facts, node: NodeUnderTest) -> None:
    event = world.published(begins=world.later(40))
    told = facts.wait_for("events.event.published", lambda fact: fact.subject == event["id"])
    database = MongoClient[dict[str, Any]](node.mongodb_uri)[f"{node.database_prefix}events"]
    until(lambda: database["inbox"].find_one({"_id": told.id, "state": "done"}), says="its fact was taken")
    assert database["calendar"].count_documents({"id": event["id"]}) == 1


def test_a_holiday_of_a_region_concerned_is_named(world: World) -> None:
    year = world.day.year + 1
    arguments = {
        "organiser": {"kind": "organisation", "id": world.karelian},
        "begins": f"{year}-12-06T09:00:00+02:00",
        "ends": f"{year}-12-06T12:00:00+02:00",
    }
    (clash,) = [one for one in world.call("clashes", arguments) if one["kind"] == "holiday"]
    assert (clash["severity"], clash["regions"]) == ("weak", ["FI1DC"])
    assert clash["reasons"][0]["says"]["fi"] == "Pyhäpäivä: Itsenäisyyspäivä (Pohjois-Karjala)"


def test_a_proposal_without_dates_names_what_is_missing(world: World) -> None:
    with pytest.raises(errors.Invalid) as caught:
        world.call("clashes", {"organiser": {"kind": "organisation", "id": world.karelian}})
    assert caught.value.details["errors"][0]["field"] == "begins"


def test_free_dates_come_before_those_that_something_speaks_against(world: World) -> None:
    taken = world.later(50)
    world.published(begins=taken, place=PLACE, themes=["funding"])
    arguments = {
        "organiser": {"kind": "organisation", "id": world.karelian},
        "first_day": (taken - timedelta(days=6)).date().isoformat(),
        "last_day": (taken + timedelta(days=6)).date().isoformat(),
        "weekdays": [1, 2, 3, 4, 5, 6, 7],
        "themes": ["funding"],
        "place": PLACE,
        "limit": 50,
    }
    found = world.call("free_dates", arguments)
    assert len(found) == 13
    worst = found[-1]
    assert worst["first_day"] == taken.astimezone().date().isoformat()
    assert worst["counts"]["hard"] >= 1
    assert worst["against"][0]["severity"] == "hard"
    frees = [one["free"] for one in found]
    assert frees == sorted(frees, reverse=True)
    far = [one for one in found if abs(parse_time(one["begins"]) - taken) > timedelta(days=4)]
    assert far
    assert all(not [clash for clash in one["against"] if clash["kind"] == "event"] for one in far)


def test_a_stranger_checks_no_dates(world: World) -> None:
    mine = world.draft(begins=world.later(55))
    with pytest.raises(errors.NotFound):
        world.call("clashes", {"event": mine["id"]}, world.stranger)
    begins = {"begins": mine["begins"], "ends": mine["ends"]}
    with pytest.raises(errors.Forbidden):
        world.call("clashes", {"organiser": {"kind": "organisation", "id": world.karelian}, **begins}, world.stranger)


def test_events_older_than_the_calendar_are_entered_when_the_service_starts(world: World, node: NodeUnderTest) -> None:
    there = world.published(begins=world.later(60), place=PLACE)
    mine = world.draft(begins=world.later(60), place=PLACE)
    database = MongoClient[dict[str, Any]](node.mongodb_uri)[f"{node.database_prefix}events"]
    database["calendar"].delete_many({"_id": {"$gt": ""}})
    assert world.clashes(mine["id"]) == []
    another = node.start("events")
    until(lambda: [one["id"] for one in world.clashes(mine["id"])] == [there["id"]], says="it was entered")
    another.stop()
