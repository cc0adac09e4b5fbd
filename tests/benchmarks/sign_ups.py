"""Sign-ups over HTTP, with mail: many at once over many events, all on one, and more people than seats."""

from collections import Counter
from collections.abc import Iterator, Sequence
from dataclasses import dataclass

from tests.harness import until

from . import processor, store_transaction
from .calendar_of_events import coordinator, published
from .figures import Figure, Scale
from .load import Answer, Connection, milliseconds, shared
from .site import Site

AT_ONCE = 16
CLIENTS, SEATS = 400, 200


def sign_ups(site: Site, scale: Scale) -> Iterator[Figure]:
    """16 at once, beside the store's own rate of that transaction; then 400 clients for 200 seats."""
    key = coordinator(site)
    tiny = scale.name == "tiny"
    count, spread = (32, 8) if tiny else (600, 100)
    many, one = published(site, key, spread), published(site, key, 1)
    _signed_up(site, many, AT_ONCE, "warm")  # connections, caches, first imports
    for name, events in (("spread over many events", many), ("all on one event", one)):
        yield from _rate(site, name, events, count)
    yield from _rush(site, key, *((40, 20) if tiny else (CLIENTS, SEATS)))


def two_instances(site: Site, scale: Scale) -> Iterator[Figure]:
    """The same with two instances of events."""
    key = coordinator(site)
    count, spread = (32, 8) if scale.name == "tiny" else (600, 100)
    many, one = published(site, key, spread), published(site, key, 1)
    site.parts["events-2"] = site.node.start_part("events", "events-2", {})
    _signed_up(site, many, AT_ONCE, "warm")
    for name, events in (("two instances, spread", many), ("two instances, one event", one)):
        yield from _rate(site, name, events, count)


@dataclass(frozen=True, slots=True)
class _Run:
    answers: Sequence[Answer]
    seconds: float

    @property
    def rate(self) -> float:
        return len(self.answers) / self.seconds


def _rate(site: Site, name: str, events: Sequence[str], count: int) -> Iterator[Figure]:
    before = processor.seconds_of(site)
    mails = len(site.mails.got)
    run = _signed_up(site, events, count, name.replace(" ", "-").replace(",", ""))
    wrong = Counter(answer.status for answer in run.answers if answer.status != 201)
    assert not wrong, f"{name}: {wrong}"
    until(lambda: len(site.mails.got) >= mails + count, limit=120, says="every mail has come")
    used = processor.used(before, processor.seconds_of(site))
    raw, alone = store_transaction.rate(site.node.mongodb_uri, len(events), count, AT_ONCE)
    yield Figure(
        f"sign-ups, {AT_ONCE} at once, {name}",
        run.rate,
        "/s",
        raw=raw,
        aim="0.5 or more of the store's own rate",
        details={
            **milliseconds([answer.seconds for answer in run.answers]),
            **{f"raw_{name}": value for name, value in milliseconds(alone).items()},
        },
    )
    cost = processor.each(used, count)
    yield Figure(f"processor time of a sign-up, {name}", cost.pop("all_ms"), "ms", details=cost)


def _signed_up(site: Site, events: Sequence[str], count: int, mark: str) -> _Run:
    clients = [Connection(site.port) for _ in range(AT_ONCE)]

    def job(number: int) -> "_Job":
        return _Job(clients, events[number % len(events)], f"{mark}-{number}@example.org")

    answers, seconds = shared([job(number) for number in range(count)], AT_ONCE)
    for client in clients:
        client.close()
    return _Run(answers, seconds)


@dataclass(frozen=True, slots=True)
class _Job:
    clients: Sequence[Connection]
    event: str
    address: str

    def __call__(self, thread: int) -> Answer:
        person = {"name": "Esimerkki Osallistuja", "email": self.address, "language": "fi"}
        return self.clients[thread].post(f"/events/{self.event}/sign-ups", person)


def _rush(site: Site, key: str, people: int, seats: int) -> Iterator[Figure]:
    """Everybody at once, each once; nobody may be turned away for mere load."""
    (event,) = published(site, key, 1, capacity=seats)
    before = processor.seconds_of(site)
    clients = [Connection(site.port) for _ in range(people)]
    for client in clients:
        client.connect()
    jobs = [_Job(clients, event, f"rush-{number}@example.org") for number in range(people)]
    answers, seconds = shared(jobs, people)
    used = processor.used(before, processor.seconds_of(site))
    for client in clients:
        client.close()
    states = Counter(
        answer.json()["state"] if answer.status == 201 else f"status {answer.status}" for answer in answers
    )
    says = {"confirmed": states.pop("confirmed", 0), "waiting": states.pop("waiting", 0), "errors": states.total()}
    yield Figure(
        f"{people} clients for {seats} seats",
        seconds,
        "s",
        aim=f"exactly {seats} confirmed, {people - seats} waiting, no error",
        details={
            **says,
            **dict(states),
            **milliseconds([answer.seconds for answer in answers]),
            "processor_s": round(sum(used.values()), 2),
        },
    )
