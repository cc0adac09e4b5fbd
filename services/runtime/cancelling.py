"""Tasks that really end when they are cancelled.

In Python 3.11 `asyncio.wait_for` drops a cancellation that comes in the moment in which what it waits for is done
(3.12 mended it), and pymongo and aiormq use it: a task that loops would go on for ever. So a task is cancelled until
it has ended.
"""

import asyncio
import signal
from collections.abc import Coroutine, Iterable
from typing import Any

AGAIN_AFTER = 12.0
"""Seconds for its own end that a task has before it is cancelled again: longer than any of ours takes on purpose."""
SOON = 1.0


async def end(tasks: Iterable["asyncio.Task[Any]"], again_after: float = SOON) -> None:
    """Cancels the tasks until each has ended; what they raise stays with them. again_after: seconds."""
    pending = {task for task in tasks if not task.done()}
    while pending:
        for task in pending:
            task.cancel()
        _, pending = await asyncio.wait(pending, timeout=again_after)


async def together(*work: Coroutine[Any, Any, None], again_after: float = SOON) -> None:
    """Until one of them fails or this is cancelled; then all have ended. Raises what the first that failed raised."""
    tasks = [asyncio.create_task(each) for each in work]
    try:
        done, _ = await asyncio.wait(tasks, return_when=asyncio.FIRST_EXCEPTION)
        for task in done:
            task.result()
    finally:
        await end(tasks, again_after)


async def until_told(work: Coroutine[Any, Any, None]) -> bool:
    """Runs it until SIGTERM or SIGINT. Whether it was one of these; False when it ended by itself. Raises what it
    raises."""
    stopping = asyncio.Event()
    for number in (signal.SIGTERM, signal.SIGINT):
        asyncio.get_running_loop().add_signal_handler(number, stopping.set)
    task, told = asyncio.create_task(work), asyncio.create_task(stopping.wait())
    try:
        await asyncio.wait((task, told), return_when=asyncio.FIRST_COMPLETED)
    finally:
        await end((task,), AGAIN_AFTER)
        await end((told,))
    if task.cancelled():
        return True
    task.result()
    return False
