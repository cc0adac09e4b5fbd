"""Clocks: all of a node's parts an hour back while they run, and one part whose clock differs from the others'.

The parts of ours go by a clock that the tests set; broker and store keep their own, and keep no moments of ours.
"""

import threading
import time
from collections.abc import Iterator
from contextlib import suppress
from datetime import datetime
from typing import Any

import httpx
import pytest

from services.contracts import errors, identifiers
from services.contracts.principal import OPERATOR, Principal
from services.runtime.rpc_client import OutcomeUnknown
from tests.harness import Facts, NodeUnderTest, Rpc, until
from tests.harness.facts_of_others import mandate, organisation, person
from tests.harness.living import LivingNode, living_node
from tests.harness.mailserver import token_in
from tests.harness.node import running_node

from . import everyday, reckoning, wall_clock
from .everyday import People
from .journal import Journal
from .wall_clock import WallClock

pytestmark = [
    pytest.mark.full,
    pytest.mark.skipif(bool(wall_clock.why_not()), reason=wall_clock.why_not()),
]

HOUR = 3600
SOON = 45.0
"""Seconds: less than an hour by far."""


@pytest.fixture(scope="module")
def clocked(tmp_path_factory: pytest.TempPathFactory) -> Iterator[tuple[LivingNode, WallClock]]:
    clock = WallClock.made(tmp_path_factory.mktemp("clock"))
    with living_node(tmp_path_factory.mktemp("clocked"), **clock.environment) as node:
        Journal(node.amqp_uri).open()
        yield node, clock
        clock.set(0)


def test_a_node_whose_clock_is_set_back_an_hour_goes_on_in_order_and_makes_nobody_wait_an_hour(
    clocked: tuple[LivingNode, WallClock],
) -> None:
    node, clock = clocked
    journal = Journal(node.amqp_uri)
    people = People(node, node.key_of("koordinaattori@example.org", "coordinator", "FI1DC"))
    with node.client(people.key) as client:
        until(lambda: client.get("/me").status_code == 200, limit=60, says="the key is known")
        event = everyday.an_event(client)
        before = [command for _ in range(2) for command in everyday.commands(event)]
        for command in before:
            people.insist(command)
        token = _sign_in_asked_for(node, client, "ennen@example.org")
        changed = _changed(client, event, "Joensuu")
        page = client.get("/organisations", params={"limit": 1}).json()
        heard = _Listener(node)

        clock.set(-HOUR)
        given = everyday.commands(event)
        answers = people.say_all(given)
        assert [answer.status for answer in answers] == [command.status for command in given]
        again = _changed(client, event, "Nurmes")
        assert again["version"] == changed["version"] + 1
        assert datetime.fromisoformat(again["changed"]) < datetime.fromisoformat(changed["changed"])
        shown = httpx.get(f"{node.url}/api/v1/events/{event}", trust_env=False).json()
        assert (shown["version"], shown["place"]["name"]) == (again["version"], "Nurmes")
        listed = [entry["id"] for entry in page["items"]] + _following(node, page)
        assert len(listed) == len(set(listed)) == len(before) // 4 + len(given) // 4
        signed_in = client.post(f"{node.url}/fi/sign-in/{token}", headers={"Origin": node.url})
        assert signed_in.status_code == 303, signed_in.text
        for command in given:
            if command.mail:
                node.mails.wait_for(command.mail, limit=SOON)
        until(lambda: len(heard.positions) >= 2, limit=SOON, says="the stream told of both changes")
        assert heard.positions == sorted(set(heard.positions))

        # Who has a lease dies with it: its successor must not wait until the clock is where it was.
        for part in ("relay", "courier", "projector", "events"):
            node.kill(part)
        after = everyday.commands(event)
        for command in after:
            people.insist(command, limit=SOON)
        for command in after:
            if command.mail:
                node.mails.wait_for(command.mail, limit=SOON)
        until(node.is_well, limit=90, says="the node is well")

    clock.set(0)
    last = everyday.commands(event)
    for command in last:
        people.insist(command)
    reckoning.come_to_rest(node)
    for command in (*before, *given, *after, *last):
        people.insist(command)  # done already: each repeat gets the one answer
        assert people.left_by(command) == 1
    assert everyday.failures(node) == {}
    reckoning.every_fact_arrived(node, journal)


def test_what_waits_for_a_lease_or_a_retry_does_not_wait_an_hour_more(clocked: tuple[LivingNode, WallClock]) -> None:
    node, clock = clocked
    people = People(node, node.key_of("toinen@example.org", "coordinator", "FI1DC"))
    with node.client(people.key) as client:
        until(lambda: client.get("/me").status_code == 200, limit=60, says="the key is known")
        event = everyday.an_event(client)
    node.hold("courier", "courier.sending")
    given = everyday.commands(event)
    for command in given:
        people.insist(command)
    mails = [command.mail for command in given if command.mail]
    until(
        lambda: any(line.get("event") == "holding" for line in node.lines("courier")),
        limit=SOON,
        says="the courier holds a delivery",
    )
    # It has claimed them, until a moment by the clock as it was; then it dies, and the clock goes back.
    clock.set(-HOUR)
    node.kill("courier")
    node.let_go()
    for address in mails:
        node.mails.wait_for(address, limit=SOON)
    clock.set(0)
    until(node.is_well, limit=90, says="the node is well")


@pytest.fixture(scope="module")
def small(tmp_path_factory: pytest.TempPathFactory) -> Iterator[NodeUnderTest]:
    yield from running_node(tmp_path_factory.mktemp("small"))


@pytest.mark.parametrize("ahead", [HOUR, -HOUR])
def test_a_service_whose_clock_differs_does_nothing_twice_and_works_when_it_is_put_right(
    ahead: int, small: NodeUnderTest, tmp_path_factory: pytest.TempPathFactory
) -> None:
    clock = WallClock.made(tmp_path_factory.mktemp("clock"))
    clock.set(ahead)
    relay, events = small.start("relay"), small.start("events", **clock.environment)
    rpc, facts = Rpc(small.amqp_uri), Facts(small.amqp_uri)
    partner, body = _partner(facts)
    command = identifiers.new_id(identifiers.COMMAND)
    try:
        if ahead > 0:
            # Every call has run out before it comes: it is refused at once, and nothing happens.
            began = time.monotonic()
            with pytest.raises(errors.Late):
                rpc.call("events.draft_event", body, principal=partner, command_id=command, timeout=5)
            assert time.monotonic() - began < 5
        else:
            made = until(lambda: _drafted(rpc, body, partner, command), limit=SOON, says="it is drafted all the same")
            assert made["version"] == 1
        assert events.stop() == 0
        events = small.start("events")
        draft = until(lambda: _drafted(rpc, body, partner, command), limit=SOON, says="the repeat is answered")
        own = rpc.call("events.own_events", principal=partner)["items"]
        assert [event["id"] for event in own] == [draft["id"]]
        facts.wait_for("events.block.placed", lambda fact: fact.correlation_id == command, limit=SOON)
        assert rpc.call("events.dead_letters", {"also_waiting": True}, principal=OPERATOR) == []
    finally:
        rpc.close()
        facts.close()
        events.stop()
        relay.stop()


def _partner(facts: Facts) -> tuple[Principal, dict[str, Any]]:
    partner, organisation_id = person(), identifiers.new_id(identifiers.ORGANISATION)
    facts.publish(organisation(organisation_id, regions=["FI1DC"]), mandate(partner, "partner", organisation_id))
    return partner, {
        "organiser": {"kind": "organisation", "id": organisation_id},
        "title": {"fi": "Esimerkkiseminaari"},
        "begins": "2090-05-01T09:00:00Z",
        "ends": "2090-05-01T12:00:00Z",
        "place": {"name": "Outokumpu", "region": "FI1DC"},
        "themes": ["side_streams"],
    }


def _drafted(rpc: Rpc, body: dict[str, Any], partner: Principal, command: str) -> Any:
    try:
        return rpc.call(
            "events.draft_event", body, principal=partner, command_id=command, correlation_id=command, timeout=5
        )
    except (errors.Forbidden, errors.UnknownReference, OutcomeUnknown, errors.StoreAway):
        return None


def _changed(client: httpx.Client, event: str, place: str) -> dict[str, Any]:
    answer = client.patch(f"/events/{event}", json={"place": {"name": place, "region": "FI1DC"}})
    assert answer.status_code == 200, answer.text
    record: dict[str, Any] = answer.json()
    return record


def _sign_in_asked_for(node: LivingNode, client: httpx.Client, address: str) -> str:
    """The token of the link that was mailed."""
    node.rpc.call("actors.open_account", {"email": address, "language": "fi"}, principal=OPERATOR)
    assert client.post("/sign-in", json={"email": address}).status_code == 202
    return token_in(node.mails.wait_for(address, limit=SOON), "sign-in")


def _following(node: LivingNode, page: dict[str, Any]) -> list[str]:
    """Ids on the pages after this one."""
    found: list[str] = []
    while page["next"] is not None:
        page = httpx.get(f"{node.url}{page['next']}", trust_env=False).json()
        found += [entry["id"] for entry in page["items"]]
    return found


class _Listener:
    """A stream of events, from now on; positions: in the order in which they came."""

    def __init__(self, node: LivingNode) -> None:
        self.positions: list[int] = []
        self._opened = threading.Event()
        threading.Thread(target=self._listen, args=(f"{node.url}/api/v1/events/stream",), daemon=True).start()
        assert self._opened.wait(20)

    def _listen(self, url: str) -> None:
        with (
            suppress(httpx.TransportError),  # it ends with its gateway
            httpx.Client(timeout=None, trust_env=False) as client,
            client.stream("GET", url) as answer,
        ):
            identity, is_told = 0, False
            for line in answer.iter_lines():
                self._opened.set()
                if line.startswith("id:"):
                    identity = int(line.removeprefix("id:"))
                is_told = is_told or line.startswith("data:")
                if not line and is_told:
                    self.positions.append(identity)
                    is_told = False
