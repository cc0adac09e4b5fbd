"""After the clock was set back, what was put off until a moment lies further ahead than meant: it is brought near."""

from datetime import timedelta
from typing import Final

from pymongo.asynchronous.database import AsyncDatabase

from services.notifications.model.delivery import LANES
from services.runtime.clock import NOTICED_FROM, WallClock
from services.runtime.store import Document, utc_now

from .claims import LEASE, RETRY_AT_ONCE

_MARGIN: Final = timedelta(seconds=NOTICED_FROM)


class Hastening:
    """Looks at the clock; `look` is cheap until that was set back."""

    def __init__(self, database: AsyncDatabase[Document]) -> None:
        self._deliveries = database["deliveries"]
        self._clock = WallClock()

    async def look(self) -> None:
        """No lease is longer than a lease, and what was never tried is due at once, unless it waits for the morning.

        What failed keeps its pause, which is then longer by what the clock was set back. Raises PyMongoError.
        """
        if self._clock.was_set_back():
            now = utc_now()
            for lane in LANES:
                of_lane = {"lane": lane, "state": "waiting"}
                await self._bring(
                    {**of_lane, "next_at": {"$gt": now + LEASE + _MARGIN}, "worker": {"$ne": None}},
                    {"next_at": now + LEASE},
                )
                await self._bring(
                    {
                        **of_lane,
                        "next_at": {"$gt": now + RETRY_AT_ONCE + _MARGIN},
                        "worker": None,
                        "attempts": 0,
                        "quiet": False,
                    },
                    {"next_at": now},
                )
        self._clock.noted()

    async def _bring(self, condition: Document, change: Document) -> None:
        await self._deliveries.update_many(condition, {"$set": change})
