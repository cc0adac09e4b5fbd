"""After the clock was set back, what was put off until a moment lies further ahead than meant: it is brought near."""

from collections.abc import Sequence
from datetime import datetime, timedelta
from typing import Final

from pymongo.asynchronous.database import AsyncDatabase

from services.notifications.model.delivery import LANES
from services.runtime.clock import NOTICED_FROM, WallClock
from services.runtime.store import Document, utc_now

from .claims import LEASE, RETRY_AT_ONCE, parts

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
                await self._look_at(lane, now)
        self._clock.noted()

    async def _look_at(self, lane: str, now: datetime) -> None:
        # One comparison, by an index; with more of them a store may read all that ever went down the lane.
        ahead = {"lane": lane, "state": "waiting", "next_at": {"$gt": now + RETRY_AT_ONCE + _MARGIN}}
        shown = {"next_at": 1, "worker": 1, "attempts": 1, "quiet": 1}
        found = await self._deliveries.find(ahead, shown).to_list()
        held = [one["_id"] for one in found if one["worker"] is not None and one["next_at"] > now + LEASE + _MARGIN]
        fresh = [one["_id"] for one in found if one["worker"] is None and not one["attempts"] and not one["quiet"]]
        await self._bring(held, now + LEASE, {"worker": {"$ne": None}})
        await self._bring(fresh, now, {"worker": None})

    async def _bring(self, ids: Sequence[str], near: datetime, still: Document) -> None:
        for part in parts(ids):
            mine = {"_id": {"$in": list(part)}, "state": "waiting", "next_at": {"$gt": near}, **still}
            await self._deliveries.update_many(mine, {"$set": {"next_at": near}})
