"""A part is away: killed and not back yet, or there and hanging. Reads go on, commands say 503 in time, nothing is
counted as failed, the node tells the truth about itself, and when the part is back all that waited is done."""

from collections.abc import Callable
from contextlib import AbstractContextManager

import httpx
import pytest

from tests.harness import until
from tests.harness.living import SERVICES, LivingNode

from . import everyday, interference
from .everyday import People

BACK_WITHIN = 90.0
Away = Callable[..., AbstractContextManager[None]]
HANGS, KILLED = interference.hung, interference.gone
NEEDED_BY_ALL = ("store", "broker")
TELLS_ITSELF = 40.0
"""Seconds until /readyz knows: a part is called silent after ten, and the relay waits twenty for its store."""


def case(away: Away, part: str, *, default: bool = False) -> object:
    marks = () if default else (pytest.mark.full,)
    return pytest.param(away, part, id=f"{part} {'hangs' if away is HANGS else 'is killed'}", marks=marks)


CASES = [
    case(HANGS, "store", default=True),
    case(KILLED, "store"),
    case(HANGS, "broker"),
    case(KILLED, "broker"),
    *(case(away, service) for service in SERVICES for away in (HANGS, KILLED)),
    *(case(HANGS, part) for part in ("relay", "courier", "projector")),
]


@pytest.fixture(scope="session")
def event(living: LivingNode, coordinator_key: str) -> str:
    with living.client(coordinator_key) as client:
        until(lambda: client.get("/me").status_code == 200, limit=60, says="the key is known")
        return everyday.an_event(client)


@pytest.mark.parametrize(("away", "part"), CASES)
def test_reads_go_on_commands_are_answered_in_time_and_all_waiting_work_is_done_afterwards(
    away: Away, part: str, living: LivingNode, coordinator_key: str, coordinator: httpx.Client, event: str
) -> None:
    until(living.is_well, limit=BACK_WITHIN, says="the node is well before")
    people, given = People(living, coordinator_key), everyday.commands(event)

    with away(living, part):
        answers = dict(zip([command.service for command in given], people.say_all(given), strict=True))
        for service, answer in answers.items():
            if part in (*NEEDED_BY_ALL, service):
                assert everyday.is_a_refusal_to_repeat(answer), (service, answer)
            else:
                assert answer.status in (201, 202), (service, answer)
        slow = {path: took for path, took in people.read_everything(event).items() if took > everyday.LONGEST}
        assert slow == {}
        until(lambda: _is_told_to_be_away(living, part), limit=TELLS_ITSELF, says=f"readyz says that {part} is away")
        people.read_everything(event)

    for command in given:
        people.insist(command)
    until(living.is_well, limit=BACK_WITHIN, says="the node is well by itself")
    for command in given:
        assert people.left_by(command) == 1, command
        if command.mail:
            living.mails.wait_for(command.mail, limit=60)
    assert everyday.failures(living) == {}
    assert everyday.dead_letters(living) == []
    mails = {command.mail: living.mails.to(command.mail) for command in given if command.mail}
    ids = {address: {mail["Message-ID"] for mail in got} for address, got in mails.items()}
    assert {address: len(found) for address, found in ids.items()} == dict.fromkeys(mails, 1)
    seen = httpx.get(f"{living.url}/api/v1/organisations", params={"q": given[0].body["name"]["fi"]}, trust_env=False)
    assert len(seen.json()["items"]) == 1


def _is_told_to_be_away(node: LivingNode, part: str) -> bool:
    """The part that is away, and for broker and store those that can't do without it, are named as missing."""
    status, body = node.readiness()
    expected = {*SERVICES, "relay", "courier"} if part in NEEDED_BY_ALL else {part}
    return status == 503 and expected <= set(body["missing"])
