"""What people do with a node every day: public reads, and one command to each service, repeated with its key."""

import itertools
import threading
import time
from collections.abc import Iterator
from contextlib import ExitStack, contextmanager
from dataclasses import dataclass, field
from typing import Any

import httpx

from services.contracts.principal import OPERATOR
from tests.harness import until
from tests.harness.living import SERVICES, LivingNode

LONGEST = 8.0
"""Seconds within which every command is answered, whatever is away: five, and what a busy machine adds."""
READS = (
    "/api/v1/events",
    "/api/v1/events/{event}",
    "/api/v1/events?q=esimerkki",
    "/api/v1/organisations",
    "/calendar.ics",
    "/api/v1/events.atom",
    "/fi/",
    "/fi/events/{event}",
    "/healthz",
)
_numbers = itertools.count(1)


@dataclass(frozen=True, slots=True)
class Command:
    """A request that one service carries out, and what it leaves there: documents of `collection` that meet `leaves`.
    mail: the address that it writes to."""

    service: str
    path: str
    body: dict[str, Any]
    status: int
    collection: str
    leaves: dict[str, Any]
    key: str
    mail: str = ""
    signed: bool = True


@dataclass(slots=True)
class Answer:
    """seconds: how long it took. status 0: none came."""

    status: int
    seconds: float
    headers: httpx.Headers = field(default_factory=httpx.Headers)
    body: dict[str, Any] = field(default_factory=dict)


def an_event(coordinator: httpx.Client, **more: Any) -> str:
    """A published seminar; its id."""
    draft = {
        "organiser": {"kind": "region", "id": "FI1DC"},
        "title": {"fi": "Esimerkkiseminaari"},
        "begins": "2090-05-04T09:00:00+03:00",
        "ends": "2090-05-04T12:00:00+03:00",
        "place": {"name": "Outokumpu", "region": "FI1DC"},
        **more,
    }

    def made() -> str:
        answer = coordinator.post("/events", json=draft)
        return str(answer.json()["id"]) if answer.status_code == 201 else ""

    event = until(made, limit=60, says="an event is drafted")
    until(lambda: coordinator.post(f"/events/{event}/publish").status_code in (200, 409), limit=60)
    return event


def commands(event: str) -> list[Command]:
    """One for each service, never made before."""
    number = f"{time.time_ns()}-{next(_numbers)}"
    visitor, subscriber = f"esimerkki-{number}@example.org", f"tilaaja-{number}@example.org"
    name, cluster = f"Esimerkki {number} Oy", f"Esimerkkiklusteri {number}"
    region = {"regions": ["FI1DC"]}
    wishes = {"email": subscriber, "language": "fi", "filter": {"regions": ["FI1D7"]}}
    return [
        Command(
            "actors", "/organisations", {"name": {"fi": name}, "kind": "company", **region}, 201,
            "organisations", {"name.fi": name}, f"away-actors-{number}",
        ),
        Command(
            "events", f"/events/{event}/sign-ups", {"name": "Esimerkki", "email": visitor}, 201,
            "sign_ups", {"email": visitor}, f"away-events-{number}", mail=visitor, signed=False,
        ),
        Command(
            "consortium", "/consortia", {"name": {"fi": cluster}, "kind": "cluster", **region}, 201,
            "consortia", {"name.fi": cluster}, f"away-consortium-{number}",
        ),
        Command(
            "notifications", "/subscriptions", wishes, 202,
            "subscriptions", {"email": subscriber}, f"away-notifications-{number}", mail=subscriber, signed=False,
        ),
    ]  # fmt: skip


@dataclass(slots=True)
class People:
    """They come over HTTP alone. key: of the coordinator."""

    node: LivingNode
    key: str

    def say(self, command: Command) -> Answer:
        """Sends a command, once."""
        began = time.monotonic()
        try:
            with self.node.client(self.key if command.signed else None, timeout=30) as client:
                said = client.post(command.path, json=command.body, headers={"Idempotency-Key": command.key})
        except httpx.TransportError:
            return Answer(0, time.monotonic() - began)
        return Answer(said.status_code, time.monotonic() - began, said.headers, said.json())

    def say_all(self, given: list[Command]) -> list[Answer]:
        """All at the same moment."""
        answers: dict[int, Answer] = {}
        threads = [
            threading.Thread(target=lambda n=number, c=command: answers.update({n: self.say(c)}), daemon=True)
            for number, command in enumerate(given)
        ]
        for thread in threads:
            thread.start()
        for thread in threads:
            thread.join(60)
            assert not thread.is_alive(), "a command hangs"
        return [answers[number] for number in range(len(given))]

    def insist(self, command: Command, limit: float = 90) -> None:
        """Repeats it with its key as long as the answer is 503, as clients do."""

        def done() -> bool:
            answer = self.say(command)
            assert answer.status in (0, 503, command.status), answer
            return answer.status == command.status

        until(done, limit=limit, says=f"{command.service} does it")

    def read_everything(self, event: str) -> dict[str, float]:
        """Reads what is public; how long each took. Every answer must be a 200."""
        took = {}
        with httpx.Client(base_url=self.node.url, timeout=10, trust_env=False) as client:
            for path in READS:
                began = time.monotonic()
                answer = client.get(path.format(event=event))
                took[path] = time.monotonic() - began
                assert answer.status_code == 200, (path, answer.text[:500])
        return took

    def left_by(self, command: Command) -> int:
        with self.node.database(command.service) as database:
            return database[command.collection].count_documents(command.leaves)


def is_a_refusal_to_repeat(answer: Answer) -> bool:
    """A 503 as clients are promised it: in time, as a problem, with when to try again."""
    return (
        answer.status == 503
        and answer.seconds < LONGEST
        and answer.headers["Content-Type"].startswith("application/problem+json")
        and int(answer.headers["Retry-After"]) > 0
        and answer.body["status"] == 503
    )


def failures(node: LivingNode) -> dict[str, list[Any]]:
    """What any inbox or delivery counts as failed, now or ever; {} when nothing."""
    found: dict[str, list[Any]] = {}
    with ExitStack() as opened:
        for service in SERVICES:
            database = opened.enter_context(node.database(service))
            found[service] = list(database["inbox"].find({"state": {"$in": ["waiting", "dead"]}}))
        deliveries = opened.enter_context(node.database("notifications"))["deliveries"]
        found["deliveries"] = [
            entry
            for entry in deliveries.find()
            if entry["state"] == "dead" or entry["attempts"] > (entry["state"] == "sent")
        ]
    return {where: entries for where, entries in found.items() if entries}


def dead_letters(node: LivingNode) -> list[Any]:
    """As the operator sees them."""
    return [
        letter
        for service in SERVICES
        for letter in node.rpc.call(f"{service}.dead_letters", {"also_waiting": True}, principal=OPERATOR)
    ]


@contextmanager
def ended_by(do: Any) -> Iterator[None]:
    """What was done to the node ends with the block, however that ends."""
    try:
        yield
    finally:
        do()
