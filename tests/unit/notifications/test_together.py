"""What many ask for at one moment is done in one go, and each gets their own answer."""

import asyncio
from collections.abc import Sequence

import pytest

from services.notifications.courier.together import Together

pytestmark = pytest.mark.quick


class Doubler:
    """Takes each go's items down; the first go waits until it is let through."""

    def __init__(self) -> None:
        self.goes: list[list[int]] = []
        self.began, self.through = asyncio.Event(), asyncio.Event()

    async def __call__(self, items: Sequence[int]) -> Sequence[int]:
        self.goes.append(list(items))
        self.began.set()
        await self.through.wait()
        if 13 in items:
            raise LookupError("13")
        return [item * 2 for item in items]


async def _asked(double: Doubler, together: Together[int, int], items: Sequence[int]) -> list[int | BaseException]:
    """The first goes by itself; the others come while it is under way."""
    first = asyncio.create_task(together(items[0]))
    await double.began.wait()
    others = [asyncio.create_task(together(item)) for item in items[1:]]
    await asyncio.sleep(0)
    double.through.set()
    return await asyncio.gather(first, *others, return_exceptions=True)


def test_one_goes_at_once_and_what_comes_meanwhile_goes_together_in_bounded_goes() -> None:
    async def run() -> None:
        double = Doubler()
        answers = await _asked(double, Together(double, 4), range(10))
        assert answers == [number * 2 for number in range(10)]
        assert double.goes == [[0], [1, 2, 3, 4], [5, 6, 7, 8], [9]]

    asyncio.run(run())


def test_with_a_pause_what_comes_within_it_goes_together_and_a_full_go_does_not_wait() -> None:
    async def run() -> None:
        double = Doubler()
        double.through.set()
        assert await asyncio.gather(*map(Together(double, 3, pause=0.01), range(5))) == [0, 2, 4, 6, 8]
        assert double.goes == [[0, 1, 2], [3, 4]]

    asyncio.run(run())


def test_what_fails_is_told_to_those_who_went_together_and_the_next_go_is_not_harmed() -> None:
    async def run() -> None:
        double = Doubler()
        together = Together(double, 2)
        answers = await _asked(double, together, [1, 13, 2, 3])
        assert [type(answer) for answer in answers] == [int, LookupError, LookupError, int]
        assert await together(4) == 8

    asyncio.run(run())


def test_who_is_cancelled_while_waiting_is_not_asked_for() -> None:
    async def run() -> None:
        double = Doubler()
        together = Together(double, 5)
        first = asyncio.create_task(together(1))
        await double.began.wait()
        gone, stays = asyncio.create_task(together(2)), asyncio.create_task(together(3))
        await asyncio.sleep(0)
        gone.cancel()
        double.through.set()
        assert list(await asyncio.gather(first, stays)) == [2, 6]
        assert double.goes == [[1], [3]]

    asyncio.run(run())
