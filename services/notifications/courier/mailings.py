"""Expands mailings in a thread, on a connection of its own: the rules read and write in transactions, and block."""

import asyncio
import time
from collections.abc import Sequence

from pymongo.errors import PyMongoError

from services.contracts.errors import StoreAway
from services.notifications.model import Edition, Mailing
from services.notifications.store import NotificationStore
from services.notifications.use_cases.audience import audience_of
from services.notifications.use_cases.fan_out import expand
from services.runtime import logging, steps, store
from services.runtime.settings import Settings
from services.runtime.store import Store, utc_now

from .together import Together

log = logging.get(__name__)

CHUNK = 150
SECONDS = 8.0
AGAIN_AFTER = 60.0


class Mailings:
    """The mailings of this node that are on their way."""

    def __init__(self, settings: Settings) -> None:
        name = f"{settings.database_prefix}notifications"
        self._store: Store = store.connect(settings.mongodb_uri, name, settings.part)
        self._put_off: dict[str, float] = {}
        self._admitted = Together(self._ask_admitted, CHUNK)

    async def next_part(self) -> bool:
        """Expands the next part of one; False when none is on its way. Raises StoreAway, PyMongoError."""
        return await asyncio.to_thread(self._next_part)

    async def admits(self, edition: Edition, account: str | None) -> bool:
        """Whether this is for the eyes of this account, as memberships stand now. Raises StoreAway."""
        return edition.open or await self._admitted((edition, account))

    def _next_part(self) -> bool:
        self._put_off = {one: until for one, until in self._put_off.items() if until > time.monotonic()}
        with store.reaching(SECONDS):
            mailing = NotificationStore(self._store, None).next_mailing(beside=self._put_off)
        if mailing is None:
            return False
        logging.bind_correlation(mailing.correlation_id)
        try:
            after = store.in_transaction(
                self._store,
                lambda session: self._expand(NotificationStore(self._store, session), mailing),
                seconds=SECONDS,
            )
        except (StoreAway, PyMongoError):
            raise
        except Exception:  # one that is broken must not stop the others; it is tried again
            log.exception("mailing failed", mailing=mailing.id, record=mailing.record)
            self._put_off[mailing.id] = time.monotonic() + AGAIN_AFTER
            return True
        if after is not None and after.state == "done":
            log.info("mailing expanded", mailing=after.id, record=after.record, deliveries=after.deliveries)
        steps.reached("courier.expanded")
        return True

    @staticmethod
    def _expand(made: NotificationStore, mailing: Mailing) -> Mailing | None:
        return expand(made, mailing, utc_now(), CHUNK)

    async def _ask_admitted(self, asked: Sequence[tuple[Edition, str | None]]) -> Sequence[bool]:
        return await asyncio.to_thread(self._admits, asked)

    def _admits(self, asked: Sequence[tuple[Edition, str | None]]) -> list[bool]:
        with store.reaching(SECONDS):
            made = NotificationStore(self._store, None)
            held = made.mandates_of(account for _, account in asked if account is not None)
            audiences = {edition.id: audience_of(made, edition) for edition in {e.id: e for e, _ in asked}.values()}
        return [
            audiences[edition.id].admits(None if account is None else held.get(account, []))
            for edition, account in asked
        ]
