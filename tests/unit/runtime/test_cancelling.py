"""A task that drops a cancellation ends all the same."""

import asyncio
import os
import signal

import pytest

from services.runtime.cancelling import end, together, until_told


async def drops_one_cancellation() -> None:
    """As a loop whose `asyncio.wait_for` of Python 3.11 was done in the moment of its cancellation."""
    while True:
        try:
            await asyncio.Event().wait()
        except asyncio.CancelledError:
            break
    await asyncio.Event().wait()


def test_a_task_that_drops_a_cancellation_is_cancelled_again() -> None:
    async def story() -> bool:
        task = asyncio.create_task(drops_one_cancellation())
        await asyncio.sleep(0)
        await end([task], again_after=0.01)
        return task.cancelled()

    assert asyncio.run(story())


def test_when_one_fails_the_others_have_ended_and_its_error_is_raised() -> None:
    ended: list[str] = []

    async def goes_on() -> None:
        try:
            await asyncio.Event().wait()
        finally:
            ended.append("goes_on")

    async def fails() -> None:
        raise ValueError("broken")

    with pytest.raises(ValueError, match="broken"):
        asyncio.run(together(goes_on(), drops_one_cancellation(), fails(), again_after=0.01))
    assert ended == ["goes_on"]


def test_a_part_that_is_told_to_stop_has_ended_its_work_first() -> None:
    ended: list[str] = []

    async def work() -> None:
        os.kill(os.getpid(), signal.SIGTERM)
        try:
            await together(drops_one_cancellation(), again_after=0.01)
        finally:
            ended.append("work")

    assert asyncio.run(until_told(work())) is True
    assert ended == ["work"]


def test_a_part_whose_work_fails_says_so() -> None:
    async def work() -> None:
        raise OSError("no place")

    with pytest.raises(OSError, match="no place"):
        asyncio.run(until_told(work()))
