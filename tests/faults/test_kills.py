"""kill -9 of every part, at every named step, while people sign up: nothing promised is lost, nothing happens twice.

Rounds share one node. Each kills what the plan deals to it, one part after the other, while a crowd signs up, cancels
and changes; then the crowd leaves, the node comes to rest by itself, and everything is compared. The plan is dealt
anew in every run; MALMI_FAULT_SEED=<number> repeats one.
"""

import os
import random
import sys
import time
from dataclasses import dataclass

import psutil
import pytest

from deploy.node.process import signal_group
from tests.harness import until
from tests.harness.living import LivingNode

from . import reckoning
from .crowd import Crowd
from .journal import Journal

ROUNDS, SHORT = 20, 3
SERVICE_STEPS = ("command.before_commit", "command.committed", "inbox.before_commit", "listener.applied")


@dataclass(frozen=True, slots=True)
class Kill:
    """step "": whatever it is doing, under load."""

    part: str
    step: str = ""

    def __str__(self) -> str:
        return f"{self.part} {self.step}".strip()


QUICK = (
    *(Kill(service, "listener.applied") for service in ("events", "consortium", "notifications")),
    *(Kill("relay", f"relay.{step}") for step in ("stamped", "published", "confirmed")),
    *(Kill("courier", f"courier.{step}") for step in ("claimed", "sending", "sent")),
    *(Kill("projector", f"projector.{step}") for step in ("taken", "half_written", "applied")),
    *(Kill("gateway", f"call.{step}") for step in ("sent", "answered")),
    *(Kill(service, "command.committed") for service in ("actors", "events", "consortium")),
)
"""After which a node is well again within seconds."""
ALL = (
    *QUICK,
    *(Kill(part, step) for part in ("actors", "events", "consortium", "notifications") for step in SERVICE_STEPS
      if Kill(part, step) not in QUICK),
    Kill("courier", "call.sent"),
    Kill("gateway worker"),
    *(Kill(part) for part in ("broker", "broker", "store", "store")),
)  # fmt: skip


def dealt(seed: int) -> list[list[Kill]]:
    """What is killed in each round: everything once, the rounds of the default run light, no round without two."""
    chance = random.Random(seed)
    light = chance.sample(QUICK, SHORT)
    others = [kill for kill in ALL if kill not in light]
    chance.shuffle(others)
    rounds = [[kill] for kill in light] + [[] for _ in range(ROUNDS - SHORT)]
    for number, kill in enumerate(others):
        rounds[SHORT + number % (ROUNDS - SHORT)].append(kill)
    for kills in rounds:
        while len(kills) < 2:
            kills.append(chance.choice(QUICK))
    return rounds


@pytest.fixture(scope="module")
def seed() -> int:
    return int(os.environ.get("MALMI_FAULT_SEED") or random.SystemRandom().randrange(1_000_000))


def test_the_plan_kills_every_part_at_every_step_whatever_the_seed() -> None:
    for number in range(20):
        rounds = dealt(number)
        assert len(rounds) == ROUNDS
        assert {kill for kills in rounds for kill in kills} == set(ALL)


@pytest.mark.timeout(400)
@pytest.mark.parametrize("number", [pytest.param(n, marks=[pytest.mark.full] * (n >= SHORT)) for n in range(ROUNDS)])
def test_nothing_promised_is_lost_and_nothing_happens_twice(
    number: int, seed: int, living: LivingNode, coordinator_key: str, journal: Journal
) -> None:
    kills = dealt(seed)[number]
    say(f"MALMI_FAULT_SEED={seed}, round {number}: {', '.join(map(str, kills))}")
    until(living.is_well, limit=60, says="the node is well before the round")
    began = time.monotonic()
    with Crowd(living, coordinator_key, seed=seed * 100 + number) as crowd:
        until(lambda: len(crowd.signed_up) >= 10, limit=60, says="people sign up")
        for kill in kills:
            before = crowd.answered
            carry_out(living, crowd, kill)
            until(lambda before=before: crowd.answered > before + 10, limit=90, says=f"work goes on after {kill}")
    worked = time.monotonic() - began
    reckoning.come_to_rest(living, journal)
    rested = time.monotonic() - began
    reckoning.every_sign_up_is_there_once(crowd)
    reckoning.every_mail_went_out(crowd, sum(kill.part == "courier" for kill in kills))
    reckoning.the_read_model_equals_the_services(living)
    say(
        f"{len(crowd.signed_up)} sign-ups, {len(crowd.cancelled)} cancelled, {len(crowd.troubles)} requests repeated; "
        f"load {worked:.0f} s, at rest after {rested:.0f} s, compared after {time.monotonic() - began:.0f} s"
    )


def say(text: str) -> None:
    """Shown with a test that fails, and with -s."""
    sys.stdout.write(f"{text}\n")


def carry_out(node: LivingNode, crowd: Crowd, kill: Kill) -> None:
    """Catches the part inside the step, as its own log says, and kills it there."""
    if kill.part == "gateway worker":
        _in_the_midst(crowd)
        worker = max(psutil.Process(node.pid("gateway")).children(), key=lambda child: child.memory_info().rss)
        worker.kill()
        until(lambda: not worker.is_running(), says="the worker is dead")
        return
    restarts = node.part(kill.part).restarts
    if kill.step:
        start = node.log_size(kill.part)
        node.hold(kill.part, kill.step)
        until(lambda: _is_inside(node, kill, start), limit=120, says=f"{kill.part} is inside {kill.step}")
        node.let_go()
    else:
        _in_the_midst(crowd)
    signal_group(node.pid(kill.part), 9) if kill.part == "gateway" else node.kill(kill.part)
    until(lambda: node.part(kill.part).restarts > restarts, limit=30, says=f"the death of {kill.part} is noticed")


def _in_the_midst(crowd: Crowd) -> None:
    """Waits for a moment when requests are under way; says how many."""
    under_way = until(lambda: crowd.in_flight if crowd.in_flight >= 2 else 0, limit=30, says="requests are under way")
    say(f"killed with {under_way} requests under way")


def _is_inside(node: LivingNode, kill: Kill, start: int) -> bool:
    return any(
        line.get("event") == "holding" and line.get("step") == kill.step for line in node.lines(kill.part, start)
    )
