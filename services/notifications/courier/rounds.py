"""Moves deliveries: claims what is due, the urgent first, and has several under way at once."""

import asyncio
import itertools
from collections.abc import Sequence

from pymongo.errors import PyMongoError

from services.contracts.errors import StoreAway
from services.notifications.model import Delivery
from services.runtime import logging
from services.runtime.cancelling import end

from .claims import Claims
from .errand import Errands
from .post import MailServerAway

log = logging.get(__name__)

LOOK_EVERY = 1.0
FULL = 200
"""Deliveries in hand at most."""
LONGEST_PAUSE = 30.0
GRACE = 10.0
"""Seconds that what is under way has when the courier is stopped."""


class Rounds:
    """One kind of road: mail, or webhooks. lanes: claimed in this order; hands: how many are under way at once."""

    def __init__(self, name: str, lanes: Sequence[str], hands: int, claims: Claims, errands: Errands) -> None:
        self._name, self._lanes, self._hands = name, lanes, hands
        self._claims, self._errands = claims, errands
        self._waiting: asyncio.PriorityQueue[tuple[int, int, Delivery]] = asyncio.PriorityQueue()
        self._numbers = itertools.count()
        self._look = asyncio.Event()
        self._open = asyncio.Event()
        self._open.set()
        self._pause = 0.0
        self._busy: set[asyncio.Task[None]] = set()
        self._stopping = False
        self.blocked = ""

    def wake(self) -> None:
        """Something may be due."""
        self._look.set()

    async def run(self) -> None:
        """Until cancelled; what is under way is then finished, what was claimed and not begun given back."""
        claiming = asyncio.create_task(self._claim())
        carrying = [asyncio.create_task(self._carry()) for _ in range(self._hands)]
        try:
            done, _ = await asyncio.wait([claiming, *carrying], return_when=asyncio.FIRST_EXCEPTION)
            for task in done:
                task.result()
        finally:
            await asyncio.shield(self._finish([claiming, *carrying]))

    async def _finish(self, tasks: Sequence["asyncio.Task[None]"]) -> None:
        self._stopping = True
        for task in tasks:
            if task not in self._busy:
                task.cancel()
        if self._busy:
            # Cut off now, a mail that the server has already taken would be sent again.
            await asyncio.wait(set(self._busy), timeout=GRACE)
        await end(tasks)
        await self._give_back()

    async def _claim(self) -> None:
        while not self._stopping:
            taken = 0
            try:
                if self._open.is_set():
                    taken = await self._refill()
            except PyMongoError as error:
                log.warning("store away", road=self._name, error=f"{type(error).__name__}: {error}"[:200])
                await asyncio.sleep(LOOK_EVERY)
            if not taken:
                await first_of(self._look, LOOK_EVERY)

    async def _refill(self) -> int:
        taken = 0
        for order, lane in enumerate(self._lanes):
            room = FULL - self._waiting.qsize()
            # Claiming costs the store something whether it is one or many: not before there is room for many.
            if room < FULL // 2 and order > 0:
                break
            for delivery in await self._claims.take(lane, max(room, 20)):
                self._waiting.put_nowait((order, next(self._numbers), delivery))
                taken += 1
        return taken

    async def _carry(self) -> None:
        while not self._stopping:
            order, number, delivery = await self._waiting.get()
            try:
                await self._open.wait()
                await self._run(delivery)
                self._flows()
            except asyncio.CancelledError:
                self._waiting.put_nowait((order, number, delivery))
                raise
            except MailServerAway as error:
                self._waiting.put_nowait((order, number, delivery))
                await self._blocked(str(error))
            except (PyMongoError, StoreAway) as error:
                # Its lease runs out by itself, and it is claimed again when the store is back.
                self._claims.forget(delivery)
                log.warning("put off", delivery=delivery.id, error=f"{type(error).__name__}: {error}"[:200])
                await asyncio.sleep(LOOK_EVERY)
            except Exception as error:  # one broken delivery must not stop the others
                log.exception("errand failed", delivery=delivery.id)
                await self._fail(delivery, error)
            if self._waiting.qsize() < FULL // 4:
                self._look.set()

    async def _run(self, delivery: Delivery) -> None:
        task = asyncio.current_task()
        assert task is not None
        self._busy.add(task)
        try:
            await self._errands.run(delivery)
        finally:
            self._busy.discard(task)

    async def _fail(self, delivery: Delivery, error: Exception) -> None:
        try:
            await self._claims.dead(delivery, f"{type(error).__name__}: {error}"[:300])
        except PyMongoError:
            self._claims.forget(delivery)

    def _flows(self) -> None:
        if self.blocked:
            log.info("flows again", road=self._name)
        self.blocked, self._pause = "", 0.0

    async def _blocked(self, why: str) -> None:
        """The mail server is away: everybody waits, longer each time, and one tries first."""
        if not self._open.is_set():
            return
        self._open.clear()
        self.blocked = why
        self._pause = min(max(self._pause * 2, 1.0), LONGEST_PAUSE)
        log.warning("blocked", road=self._name, error=why[:300], again_in=self._pause)
        await asyncio.sleep(self._pause)
        self._open.set()

    async def _give_back(self) -> None:
        left = []
        while not self._waiting.empty():
            left.append(self._waiting.get_nowait()[2])
        try:
            await self._claims.release(left)
        except PyMongoError as error:
            log.warning("not given back", deliveries=len(left), error=type(error).__name__)


async def first_of(event: asyncio.Event, seconds: float) -> None:
    """Until the event, which is then cleared, or until time is up. Not wait_for: in Python 3.11 it can swallow a
    cancellation that comes together with the event."""
    try:
        async with asyncio.timeout(seconds):
            await event.wait()
    except TimeoutError:
        return
    event.clear()
