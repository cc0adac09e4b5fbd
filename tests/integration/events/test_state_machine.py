"""Sign-ups as a machine: whatever people and organisers do, in whatever order and at once, the seats come out right.

Rules run through remote calls to two instances of the events service and the real store; after every step the store
is read and compared with what it was before. hypothesis finds the sequence, and makes a failing one short.

What happens at once happens in any order, so a sequence that is run again may come out otherwise. hypothesis wants the
same draws all the same: no rule has a condition, none draws by what there is. A rule without anybody to act on does
nothing, and PICKS choose among those who are there, however many.
"""

from collections.abc import Callable, Iterator, Sequence
from concurrent.futures import ThreadPoolExecutor
from dataclasses import dataclass, field
from datetime import UTC, datetime, timedelta
from typing import Any, TypeVar

import pymongo
import pytest
from hypothesis import HealthCheck, Phase, settings
from hypothesis import strategies as st
from hypothesis.stateful import (
    RuleBasedStateMachine,
    initialize,
    invariant,
    rule,
    run_state_machine_as_test,
)

from services.contracts import errors
from services.contracts.envelope import Fact
from services.events.use_cases.sign_ups import LINK
from services.runtime import links
from tests.harness import Facts, NodeUnderTest, until
from tests.integration.events.world import World

PEOPLE = tuple(f"{name}@example.org" for name in ("aino", "bertta", "cecilia", "daavid", "eero", "fanni", "gunnar"))
CAPACITIES = st.sampled_from((2, 1, 3, 4, 2, None))  # mostly so few that some wait
SIZES = st.sampled_from((1, 2, 1, 3, 1, 4))
GROUP_MOST = 4
OFFER_HOURS = st.sampled_from((None, 24, 24))
APPROVAL = st.sampled_from((False, False, True))
TAKEN = ("confirmed", "offered")
PICKS = st.integers(0, 59)  # divided by every number up to six
T = TypeVar("T")

Command = tuple[str, dict[str, Any], str]
"""Method, arguments, command id."""


@dataclass(slots=True)
class Seat:
    """A sign-up as the store has it."""

    id: str
    person: str
    state: str
    number: int
    version: int
    size: int


@dataclass(slots=True)
class Picture:
    """What the store shows of one event at one moment."""

    state: str
    capacity: int | None
    confirmed: int
    waiting: int
    offered: int
    pending: int
    numbers: int
    version: int
    approval: bool
    seats: dict[str, Seat] = field(default_factory=dict)
    """By person."""

    def those(self, *states: str) -> list[Seat]:
        """In order of number."""
        return sorted((seat for seat in self.seats.values() if seat.state in states), key=lambda seat: seat.number)

    def persons(self, *states: str) -> int:
        return sum(seat.size for seat in self.those(*states))

    @property
    def free(self) -> float:
        taken = self.confirmed + self.offered
        return float("inf") if self.capacity is None else max(0, self.capacity - taken)


@dataclass(frozen=True, slots=True)
class Ground:
    """What every machine stands on."""

    world: World
    database: Any
    secret: bytes
    facts: Facts

    def look(self, event: str) -> Picture:
        """The event, its count and its sign-ups, as they are stored."""
        record, places = (self.database[name].find_one({"_id": event}) for name in ("events", "places"))
        seats = [
            Seat(*(found[name] for name in ("_id", "email", "state", "number", "version", "size")))
            for found in self.database["sign_ups"].find({"event": event})
        ]
        return Picture(
            record["state"],
            places["capacity"],
            *(places[name] for name in ("confirmed", "waiting", "offered", "pending", "numbers", "version")),
            record["admission"]["approval"],
            {seat.person: seat for seat in seats},
        )

    def run_out(self, event: str, seat: Seat) -> None:
        """Time passes: this offer has ended, as the store has it."""
        past = {"$set": {"offered_until": datetime.now(UTC) - timedelta(seconds=1)}}
        self.database["sign_ups"].update_one({"_id": seat.id}, past)
        self.database["places"].update_one({"_id": event}, {"$set": {"offers_until": datetime.now(UTC)}})

    def send(self, command: Command) -> Any:
        """The answer, or the refusal."""
        method, arguments, identity = command
        organiser = method in ("change_event", "cancel_event", "decide_sign_ups")
        who = {"principal": self.world.partner} if organiser else {}
        try:
            return self.world.rpc.call(f"events.{method}", arguments, command_id=identity, timeout=20, **who)
        except (errors.Conflict, errors.Invalid) as refusal:
            return refusal


def machine_on(ground: Ground) -> type[RuleBasedStateMachine]:
    """The machine's class; hypothesis makes one of it for each sequence that it tries."""

    class SignUps(RuleBasedStateMachine):
        def __init__(self) -> None:
            super().__init__()
            self.sent = 0
            self.done: list[tuple[Command, Any]] = []
            self.asked: list[int | None] = []

        @initialize(capacity=CAPACITIES, offer_hours=OFFER_HOURS, approval=APPROVAL)
        def an_event_is_published(self, capacity: int | None, offer_hours: int | None, approval: bool) -> None:
            admission = {"group_most": GROUP_MOST, "offer_hours": offer_hours, "approval": approval}
            event = ground.world.published(capacity=capacity, admission=admission)
            self.offers = offer_hours is not None
            self.event = str(event["id"])
            self.before = self.now = ground.look(self.event)
            self.first_version = self.now.version
            self.most_allowed: list[int | None] = [capacity]

        # rules

        @rule(person=st.sampled_from(PEOPLE), size=SIZES)
        def someone_signs_up(self, person: str, size: int) -> None:
            had, open_still = self.now.seats.get(person), self.now.state == "published"
            answer = self._do(self._sign_up(person, size))
            if not open_still:
                assert isinstance(answer, errors.Conflict)
            elif had is not None and had.state != "cancelled":
                assert (answer["id"], answer["state"]) == (had.id, had.state)
            elif self.before.capacity is not None and size > self.before.capacity:
                assert answer.details["errors"][0]["field"] == "size"
            elif self.before.approval:
                assert answer["state"] == "pending"
            else:
                assert answer["state"] == ("confirmed" if size <= self.before.free else "waiting")

        @rule(pick=PICKS)
        def someone_cancels(self, pick: int) -> None:
            holders = [seat.person for seat in self.now.those("confirmed")]
            for person in _picked(holders * 3 + sorted(self.now.seats), pick):
                assert self._do(self._cancel(person))["state"] == "cancelled"

        @rule(pick=PICKS, takes=st.booleans())
        def someone_answers_an_offer(self, pick: int, takes: bool) -> None:
            for seat in _picked(self.now.those("offered"), pick):
                self._answer_an_offer(seat, takes)

        def _answer_an_offer(self, seat: Seat, takes: bool) -> None:
            open_still = self.now.state == "published"
            answer = self._do(self._by_link("accept_seat" if takes else "decline_seat", seat.person))
            if takes and not open_still:
                assert isinstance(answer, errors.Conflict)
            else:
                assert answer["state"] == ("confirmed" if takes else "cancelled")

        @rule(pick=PICKS)
        def an_offer_runs_out(self, pick: int) -> None:
            for seat in _picked(self.now.those("offered") if self.now.state == "published" else [], pick):
                ground.run_out(self.event, seat)
                until(
                    lambda seat=seat: ground.look(self.event).seats[seat.person].state == "cancelled",  # type: ignore[misc]
                    says="the offer has ended",
                )
                self._remember([], [])
                self._look()

        @rule(picks=st.lists(PICKS, min_size=1, max_size=4), approve=st.sampled_from((True, True, False)))
        def the_organiser_decides(self, picks: list[int], approve: bool) -> None:
            pending = self.now.those("pending")
            chosen = list(dict.fromkeys(seat.id for pick in picks for seat in _picked(pending, pick)))
            if not chosen:
                return
            open_still = self.now.state == "published"
            arguments = {"event": self.event, "sign_ups": chosen, "approve": approve}
            answer = self._do(("decide_sign_ups", arguments, self._next_id()))
            if not open_still:
                assert isinstance(answer, errors.Conflict)
                return
            assert [one["id"] for one in answer] == chosen
            assert {one["state"] for one in answer} <= ({"confirmed", "waiting"} if approve else {"cancelled"})

        @rule(pick=PICKS, size=SIZES)
        def someone_brings_more_or_fewer(self, pick: int, size: int) -> None:
            for seat in _picked(self.now.those("pending", "waiting", *TAKEN), pick):
                self._bring(seat, size)

        def _bring(self, seat: Seat, size: int) -> None:
            open_still = self.now.state == "published"
            answer = self._do(("change_sign_up", {**self._token(seat.person), "size": size}, self._next_id()))
            more, capacity = size - seat.size, self.before.capacity
            if not open_still:
                assert isinstance(answer, errors.Conflict)
            elif more > 0 and (
                (capacity is not None and size > capacity) or (seat.state in TAKEN and more > self.before.free)
            ):
                assert answer.details["errors"][0]["field"] == "size"
            else:
                assert answer["size"] == size

        @rule(capacity=CAPACITIES)
        def the_organiser_changes_the_capacity(self, capacity: int | None) -> None:
            open_still = self.now.state == "published"
            answer = self._do(self._change(capacity))
            assert isinstance(answer, errors.Conflict) is not open_still

        @rule(pick=PICKS)
        def a_command_is_repeated(self, pick: int) -> None:
            for command, answer in _picked(self.done, pick):
                assert ground.send(command) == answer
                self._look()
                assert self.now == self.before, "a repeat changes nothing"

        @rule(
            others=st.lists(st.tuples(st.sampled_from(PEOPLE), SIZES), min_size=2, max_size=4),
            answers_to_offers=st.tuples(*[st.sampled_from(("accept_seat", "decline_seat"))] * 2),
            cancels=PICKS,
            capacity=st.tuples(st.booleans(), CAPACITIES),
            repeats=st.booleans(),
        )
        def several_things_happen_at_once(
            self,
            others: list[tuple[str, int]],
            answers_to_offers: tuple[str, str],
            cancels: int,
            capacity: tuple[bool, int | None],
            repeats: bool,
        ) -> None:
            commands = [self._sign_up(person, size) for person, size in others]
            offered = self.now.those("offered")
            commands += [self._by_link(how, seat.person) for how, seat in zip(answers_to_offers, offered, strict=False)]
            commands += [self._cancel(person) for person in _picked(sorted(self.now.seats), cancels)]
            if capacity[0]:
                commands += [self._change(capacity[1])]
            if repeats:
                commands += [commands[0]]  # the very same once more, at the same moment
            with ThreadPoolExecutor(len(commands)) as crowd:
                answers = list(crowd.map(ground.send, commands))
            if commands[-1] is commands[0]:
                assert _plain(answers[-1]) == _plain(answers[0])
            self._remember(commands, answers)
            self._look()

        @rule(pick=PICKS)
        def the_event_is_cancelled(self, pick: int) -> None:
            if self.now.numbers <= 3 or pick % 3:  # not so often: little happens afterwards
                return
            open_still = self.now.state == "published"
            answer = self._do(("cancel_event", {"id": self.event}, self._next_id()))
            assert isinstance(answer, errors.Conflict) is not open_still

        # what always holds

        @invariant()
        def the_count_is_that_of_the_sign_ups(self) -> None:
            now = self.now
            counted = {"confirmed": now.confirmed, "waiting": now.waiting}
            counted |= {"offered": now.offered, "pending": now.pending}
            assert counted == {state: now.persons(state) for state in counted}
            numbers = [seat.number for seat in now.seats.values()]
            assert len(set(numbers)) == len(numbers)
            assert max(numbers, default=0) <= now.numbers

        @invariant()
        def no_seat_is_given_twice(self) -> None:
            # A capacity below the number of those confirmed takes nobody's seat, and gives none.
            had = self.before.persons(*TAKEN)
            bounds = [had if most is None else most for most in self.most_allowed]
            if None not in self.most_allowed:
                assert self.now.persons(*TAKEN) <= max([had, *bounds])

        @invariant()
        def no_seat_is_idle_while_someone_waits_who_fits(self) -> None:
            if self.now.state == "published":
                assert not [seat for seat in self.now.those("waiting") if seat.size <= self.now.free]

        @invariant()
        def seats_are_offered_only_where_the_organiser_wants_it(self) -> None:
            assert self.offers or not self.now.those("offered")

        @invariant()
        def nobody_gets_past_those_who_wait(self) -> None:
            for waits in self.now.those("waiting"):
                earlier = self.before.seats.get(waits.person)
                if earlier is None or (earlier.state, earlier.number, earlier.size) != (
                    "waiting",
                    waits.number,
                    waits.size,
                ):
                    continue
                for got in self.now.those(*TAKEN):
                    had = self.before.seats.get(got.person)
                    held = had is not None and had.state in TAKEN and had.number == got.number
                    # Only who needs fewer seats gets past a group: those that were free did not suffice for it.
                    past = got.number > waits.number and got.size >= waits.size
                    assert held or not past, f"{got.person} got past {waits.person}"

        def teardown(self) -> None:
            """What was told of the sign-ups has every version once, up to the last one; of the count the last one at
            least, for commands that share a transaction tell it once."""
            if not hasattr(self, "event"):
                return
            last = {self.event: self.now.version, **{seat.id: seat.version for seat in self.now.seats.values()}}
            until(
                lambda: all(_versions(ground.facts, key)[-1:] == [end] for key, end in last.items()),
                limit=60,
                says="all is told",
            )
            counts = _versions(ground.facts, self.event)
            assert set(counts) <= {*range(self.first_version, self.now.version + 1)}
            assert len(set(counts)) == len(counts)
            for seat in self.now.seats.values():
                assert _versions(ground.facts, seat.id) == [*range(1, seat.version + 1)]

        # how

        def _do(self, command: Command) -> Any:
            answer = ground.send(command)
            self._remember([command], [answer])
            self._look()
            return answer

        def _look(self) -> None:
            self.before, self.now = self.now, ground.look(self.event)
            # Between two looks the capacity may have been any of those that were asked for.
            self.most_allowed = [self.before.capacity, self.now.capacity, *self.asked]
            self.asked = []

        def _remember(self, commands: list[Command], answers: list[Any]) -> None:
            for command, answer in zip(commands, answers, strict=True):
                if not isinstance(answer, errors.Refusal):
                    self.done.append((command, answer))
            self.asked = [arguments["capacity"] for _, arguments, _ in commands if "capacity" in arguments]

        def _next_id(self) -> str:
            self.sent += 1
            return f"{self.event}-{self.sent}"

        def _sign_up(self, person: str, size: int) -> Command:
            who = {"name": "Esimerkki", "email": person, "size": size}
            return "sign_up", {"event": self.event, **who}, self._next_id()

        def _cancel(self, person: str) -> Command:
            return self._by_link("cancel_sign_up", person)

        def _by_link(self, method: str, person: str) -> Command:
            return method, self._token(person), self._next_id()

        def _token(self, person: str) -> dict[str, Any]:
            return {"token": links.token_of(ground.secret, LINK, self.now.seats[person].id)}

        def _change(self, capacity: int | None) -> Command:
            return "change_event", {"id": self.event, "capacity": capacity}, self._next_id()

    return SignUps


def _picked(those: Sequence[T], pick: int) -> Sequence[T]:
    """One of those; none when there are none."""
    return [those[pick % len(those)]] if those else []


def _plain(answer: Any) -> Any:
    return type(answer) if isinstance(answer, errors.Refusal) else answer


def _versions(facts: Facts, subject: str) -> list[int]:
    """Of what was told of a sign-up, or of an event's count, in order; a sign-up whose mail is sent once more tells
    the version that it has."""

    def counts(fact: Fact) -> bool:
        told_again = fact.type == "events.sign_up.repeated"
        return fact.subject == subject and not told_again and not fact.type.startswith("events.event.")

    return sorted(fact.version for fact in list(facts.seen) if counts(fact))


@pytest.fixture(scope="module")
def ground(node: NodeUnderTest, world: World, facts: Facts) -> Iterator[Ground]:
    node.start_part("events", "events-2", {})
    client: Any = pymongo.MongoClient(node.mongodb_uri)
    secret = bytes.fromhex(node.environment["MALMI_SECRET"])
    yield Ground(world, client[f"{node.database_prefix}events"], secret, facts)
    client.close()


def _run(ground: Ground, examples: int, steps: int) -> None:
    found: Callable[[], RuleBasedStateMachine] = machine_on(ground)
    profile = settings(
        max_examples=examples,
        stateful_step_count=steps,
        deadline=None,
        database=None,
        print_blob=True,
        phases=(Phase.generate, Phase.shrink),
        suppress_health_check=list(HealthCheck),
    )
    run_state_machine_as_test(found, settings=profile)


@pytest.mark.timeout(300)
def test_whatever_is_done_seats_and_waiting_list_come_out_right(ground: Ground) -> None:
    _run(ground, examples=10, steps=15)


@pytest.mark.full
@pytest.mark.timeout(900)
def test_whatever_is_done_for_long_seats_and_waiting_list_come_out_right(ground: Ground) -> None:
    _run(ground, examples=60, steps=40)
