"""Two of everything but the gateway: no work is lost or done twice, also when one of each pair is killed."""

import random
from collections.abc import Iterator

import pytest

from deploy.node.parts import OURS
from tests.harness import until
from tests.harness.living import LivingNode, living_node

from . import reckoning
from .crowd import Crowd
from .journal import Journal

pytestmark = [pytest.mark.full, pytest.mark.timeout(400)]

TWICE = [name for name in OURS if name != "gateway"]
WORK = {
    "actors": "done",
    "events": "done",
    "consortium": "done",
    "notifications": "done",
    "courier": "sent",
}
"""What each of a pair logs of its work; relay and projector have one at work and one that stands by."""


@pytest.fixture(scope="module")
def doubled(tmp_path_factory: pytest.TempPathFactory) -> Iterator[LivingNode]:
    both = ",".join(f"{name}=2" for name in TWICE)
    with living_node(tmp_path_factory.mktemp("doubled"), MALMI_INSTANCES=both) as node:
        Journal(node.amqp_uri).open()
        yield node


@pytest.fixture(scope="module")
def key(doubled: LivingNode) -> str:
    made = doubled.key_of("koordinaattori@example.org", "coordinator", "FI1DC")
    with doubled.client(made) as client:
        until(lambda: client.get("/me").status_code == 200, limit=60, says="the key is known")
    return made


@pytest.fixture(scope="module")
def facts(doubled: LivingNode) -> Journal:
    return Journal(doubled.amqp_uri)


def all_is_right(node: LivingNode, crowd: Crowd, facts: Journal, mailer_kills: int = 0) -> None:
    reckoning.come_to_rest(node, facts)
    reckoning.every_sign_up_is_there_once(crowd)
    reckoning.every_mail_went_out(crowd, mailer_kills)
    reckoning.the_read_model_equals_the_services(node)


def test_both_of_each_pair_work_and_nothing_is_done_twice(doubled: LivingNode, key: str, facts: Journal) -> None:
    names = [part.name for part in doubled.state().parts]
    assert [name for name in names if name.endswith("-2")] == [f"{name}-2" for name in TWICE]

    def idle() -> list[str]:
        pairs = [(part, said) for name, said in WORK.items() for part, said in ((name, said), (f"{name}-2", said))]
        return [part for part, said in pairs if not any(line.get("event") == said for line in doubled.lines(part))]

    with Crowd(doubled, key, seed=random.randrange(1_000_000)) as crowd:
        until(lambda: idle() == [], limit=90, says=f"both of each pair have worked; idle: {idle()}")
    assert (crowd.troubles, crowd.wrong) == ([], [])
    all_is_right(doubled, crowd, facts)
    assert set(facts.copies.values()) == {1}, "a fact was published twice"
    assert sum(any(line.get("event") == "stands by" for line in doubled.lines(part)) for part in names) >= 1


@pytest.mark.parametrize("part", TWICE)
def test_when_one_of_a_pair_is_killed_the_other_goes_on(
    part: str, doubled: LivingNode, key: str, facts: Journal
) -> None:
    until(doubled.is_well, limit=60, says="both are well")
    killed = random.choice([part, f"{part}-2"])
    with Crowd(doubled, key, seed=random.randrange(1_000_000)) as crowd:
        until(lambda: len(crowd.signed_up) >= 5 and crowd.in_flight >= 2, limit=60, says="people sign up")
        restarts = doubled.part(killed).restarts
        doubled.kill(killed)
        signed_up = len(crowd.signed_up)
        until(lambda: len(crowd.signed_up) > signed_up + 20, limit=60, says=f"people sign up without {killed}")
        until(lambda: doubled.part(killed).restarts > restarts, says=f"the death of {killed} is noticed")
    all_is_right(doubled, crowd, facts, mailer_kills=int(part == "courier"))
