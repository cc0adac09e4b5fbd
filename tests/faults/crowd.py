"""Many people at once, as clients should behave: who gets no answer or a 503 repeats with the same Idempotency-Key."""

import itertools
import random
import re
import threading
import time
from dataclasses import dataclass, field
from typing import Any

import httpx

from tests.harness.living import LivingNode
from tests.harness.mailserver import text_of

VISITORS = 5
PACE = 0.1
"""Seconds between two requests of one visitor: a load that two cores shared with others can carry."""
PATIENCE = 90.0
"""Seconds that a client goes on repeating one request."""


@dataclass(frozen=True, slots=True)
class SignedUp:
    """A sign-up that was acknowledged with a 201."""

    event: str
    address: str
    id: str


@dataclass(slots=True)
class Crowd:
    """People who sign up, cancel and subscribe, and a secretary who changes events and registers organisations.

    signed_up, cancelled: what was acknowledged, by address. wrong: answers that nobody should get. troubles: why
    requests had to be repeated. in_flight: how many wait for an answer now.
    """

    node: LivingNode
    key: str
    seed: int
    events: list[str] = field(default_factory=list)
    capacities: dict[str, int | None] = field(default_factory=dict)
    signed_up: dict[str, SignedUp] = field(default_factory=dict)
    cancelled: set[str] = field(default_factory=set)
    subscribed: set[str] = field(default_factory=set)
    organisations: set[str] = field(default_factory=set)
    consortia: set[str] = field(default_factory=set)
    wrong: list[str] = field(default_factory=list)
    troubles: list[str] = field(default_factory=list)
    answered: int = 0
    in_flight: int = 0
    _numbers: "itertools.count[int]" = field(default_factory=itertools.count)
    _lock: threading.Lock = field(default_factory=threading.Lock)
    _leaving: threading.Event = field(default_factory=threading.Event)
    _threads: list[threading.Thread] = field(default_factory=list)

    def __enter__(self) -> "Crowd":
        with self.node.client(self.key) as client:
            for capacity in (6, 40, None):
                self._make_event(client, capacity)
        doing = [self._visit] * VISITORS + [self._keep_events, self._keep_registry]
        self._threads = [
            threading.Thread(target=self._run, args=(what, number), daemon=True) for number, what in enumerate(doing)
        ]
        for thread in self._threads:
            thread.start()
        return self

    def __exit__(self, *_: object) -> None:
        self.leave()

    def leave(self) -> None:
        """Nobody begins anything new; who waits for an answer gets it."""
        self._leaving.set()
        for thread in self._threads:
            thread.join(PATIENCE + 30)
            assert not thread.is_alive(), "a client hangs"

    def insist(self, client: httpx.Client, verb: str, path: str, body: Any, *expected: int) -> Any:
        """The answer's JSON; None when there was none in time, or another than expected, which `wrong` then tells."""
        key, ends = f"crowd-{self.seed}-{next(self._numbers)}", time.monotonic() + PATIENCE
        with self._lock:
            self.in_flight += 1
        try:
            while True:
                said = self._ask(client, verb, path, body, key)
                if isinstance(said, httpx.Response) and said.status_code != 503:
                    break
                if time.monotonic() > ends:
                    self.wrong.append(f"{verb} {path}: no answer in {PATIENCE:.0f} s; last: {said!r}")
                    return None
                said = said if isinstance(said, Exception) else f"{said.status_code} {said.text[:200]}"
                self.troubles.append(f"{verb} {path}: {said!r}")
                threading.Event().wait(0.2)  # a client's manners
        finally:
            with self._lock:
                self.in_flight -= 1
                self.answered += 1
        if said.status_code not in expected:
            self.wrong.append(f"{verb} {path}: {said.status_code} {said.text[:300]}")
            return None
        return said.json() if said.content else None

    @staticmethod
    def _ask(client: httpx.Client, verb: str, path: str, body: Any, key: str) -> httpx.Response | Exception:
        try:
            return client.request(verb, path, json=body, headers={"Idempotency-Key": key})
        except httpx.TransportError as error:
            return error

    def _run(self, what: Any, number: int) -> None:
        chance = random.Random(f"{self.seed}/{number}")
        with self.node.client(None if what == self._visit else self.key) as client:
            for turn in itertools.count():
                if self._leaving.wait(PACE):
                    return
                what(client, chance, turn)

    def _visit(self, client: httpx.Client, chance: random.Random, turn: int) -> None:
        does = chance.random()
        if does < 0.15:
            self._cancel(client, chance)
        elif does < 0.2:
            self._subscribe(client)
        else:
            self._sign_up(client, chance)

    def _sign_up(self, client: httpx.Client, chance: random.Random) -> None:
        address, event = f"esimerkki-{self.seed}-{next(self._numbers)}@example.org", chance.choice(self.events)
        body = {"name": "Esimerkki", "email": address}
        made = self.insist(client, "POST", f"/events/{event}/sign-ups", body, 201)
        if made is not None:
            self.signed_up[address] = SignedUp(event, address, made["id"])

    def _cancel(self, client: httpx.Client, chance: random.Random) -> None:
        """By the link in the mail, as people do."""
        candidates = [address for address in list(self.signed_up) if address not in self.cancelled]
        if not candidates:
            return
        address = chance.choice(candidates)
        mails = self.node.mails.to(address)
        token = re.search(r"/sign-up/(\S+)", text_of(mails[0])) if mails else None
        if token is None or not self._choose(address):
            return
        if self.insist(client, "POST", "/sign-ups/cancel", {"token": token[1]}, 200) is None:
            self.cancelled.discard(address)

    def _choose(self, address: str) -> bool:
        with self._lock:
            fresh = address not in self.cancelled
            self.cancelled.add(address)
            return fresh

    def _subscribe(self, client: httpx.Client) -> None:
        address = f"tilaaja-{self.seed}-{next(self._numbers)}@example.org"
        body = {"email": address, "language": "fi", "filter": {"regions": ["FI1D7"]}}
        self.insist(client, "POST", "/subscriptions", body, 202)
        self.subscribed.add(address)

    def _keep_events(self, client: httpx.Client, chance: random.Random, turn: int) -> None:
        """More seats now and then, and once another place, which every attendee is told."""
        event = self.events[turn % 2]
        if turn % 4 == 0:
            more = (self.capacities[event] or 0) + 1
            if self.insist(client, "PATCH", f"/events/{event}", {"capacity": more}, 200) is not None:
                self.capacities[event] = more
        elif turn == 11:
            moved = {"place": {"name": f"Joensuu {self.seed}", "region": "FI1DC"}}
            self.insist(client, "PATCH", f"/events/{self.events[0]}", moved, 200)
        elif turn % 7 == 3:
            self._draft(client, None)

    def _keep_registry(self, client: httpx.Client, chance: random.Random, turn: int) -> None:
        name = {"fi": f"Esimerkki {self.seed}-{turn} Oy"}
        if turn % 2:
            body = {"name": name, "kind": "company", "regions": ["FI1DC"]}
            made = self.insist(client, "POST", "/organisations", body, 201)
            self.organisations.update([made["id"]] if made else [])
        else:
            body = {"name": name, "kind": "cluster", "regions": ["FI1DC"]}
            made = self.insist(client, "POST", "/consortia", body, 201)
            self.consortia.update([made["id"]] if made else [])

    def _make_event(self, client: httpx.Client, capacity: int | None) -> None:
        draft = self._draft(client, capacity)
        assert draft is not None, self.wrong
        assert self.insist(client, "POST", f"/events/{draft}/publish", {}, 200) is not None, self.wrong
        self.events.append(draft)
        self.capacities[draft] = capacity

    def _draft(self, client: httpx.Client, capacity: int | None) -> str | None:
        body = {
            "organiser": {"kind": "region", "id": "FI1DC"},
            "title": {"fi": f"Esimerkki {self.seed}"},
            "begins": "2090-06-01T09:00:00+03:00",
            "ends": "2090-06-01T12:00:00+03:00",
            "place": {"name": "Outokumpu", "region": "FI1DC"},
            "capacity": capacity,
        }
        made = self.insist(client, "POST", "/events", body, 201)
        return made["id"] if made else None
