"""What many ask for at one moment is done in one go: while one go is under way, the next ones gather.

Without a pause nobody waits for a timer: a single one goes at once, and under load the goes grow by themselves.
"""

import asyncio
from collections.abc import Awaitable, Callable, Sequence
from typing import Generic, TypeVar

T = TypeVar("T")
R = TypeVar("R")


class Together(Generic[T, R]):
    """do: does up to `at_most` of them and gives what each gets, in order; what it raises, each of them gets.

    pause: seconds in which more may gather first.
    """

    def __init__(self, do: Callable[[Sequence[T]], Awaitable[Sequence[R]]], at_most: int, pause: float = 0.0) -> None:
        self._do, self._at_most, self._pause = do, at_most, pause
        self._gathered: list[tuple[T, asyncio.Future[R]]] = []
        self._going: asyncio.Task[None] | None = None

    async def __call__(self, item: T) -> R:
        future: asyncio.Future[R] = asyncio.get_running_loop().create_future()
        self._gathered.append((item, future))
        if self._going is None:
            self._going = asyncio.create_task(self._go())
        return await future

    async def _go(self) -> None:
        try:
            while self._gathered:
                if self._pause and len(self._gathered) < self._at_most:
                    await asyncio.sleep(self._pause)
                now, self._gathered = self._gathered[: self._at_most], self._gathered[self._at_most :]
                await self._do_now([(item, future) for item, future in now if not future.cancelled()])
        finally:
            self._going = None

    async def _do_now(self, now: Sequence[tuple[T, asyncio.Future[R]]]) -> None:
        if not now:
            return
        try:
            results = await self._do([item for item, _ in now])
        except Exception as error:  # noqa: BLE001 - whatever it is, it is theirs who asked
            for _, future in now:
                if not future.done():
                    future.set_exception(error)
            return
        for (_, future), result in zip(now, results, strict=True):
            if not future.done():
                future.set_result(result)
