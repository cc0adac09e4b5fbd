"""What a service does by itself when its time has come: a membership ends, an offer expires, a reminder is due.

A duty finds the records that are due and does each in a transaction of its own, its facts in the outbox. `do` judges
the record again inside that transaction, so two instances, or one killed in between, do it once. A record whose duty
fails is logged, counted in the heartbeat, and tried again after a growing pause; the others go on meanwhile.
"""

import time
from collections.abc import Callable, Iterable, Sequence
from dataclasses import dataclass
from typing import Any

from pymongo.client_session import ClientSession

from services.contracts import identifiers
from services.contracts.errors import StoreAway

from . import logging, outbox, steps
from .store import Store, in_transaction
from .work import Work

log = logging.get(__name__)

MOST = 100
"""Records that one look at a duty takes on: the sweeper has more to do, and comes again in a second."""
SECONDS = 10.0
PAUSES = (5.0, 30.0, 120.0, 600.0, 3600.0)
"""Seconds until a record whose duty failed is tried again; the last one for ever."""

FindDue = Callable[[Any, Work, int], Iterable[str]]
"""(store, work, limit) -> ids of records that are due at work.now, those that wait longest first."""


@dataclass(frozen=True, slots=True)
class Duty:
    """name: for the log. due: finds, by an index. do: (work, store, {"id": id}) does it if it is still due.
    every: seconds between two looks when nothing was found."""

    name: str
    due: FindDue
    do: Callable[[Work, Any, dict[str, Any]], Any]
    every: float = 5.0


@dataclass(slots=True)
class _Failure:
    attempts: int
    again_at: float


class Duties:
    """The duties of one service. work_of: makes the work of a session (None: for reading), given what it follows
    from. store_factory: as the desk's."""

    def __init__(
        self,
        store: Store,
        store_factory: Callable[[Store, ClientSession | None], Any],
        duties: Sequence[Duty],
        work_of: Callable[[str, ClientSession | None], Work],
    ) -> None:
        self._store, self._factory, self._duties, self._work_of = store, store_factory, duties, work_of
        self._look_at = {duty.name: 0.0 for duty in duties}
        self._failed: dict[tuple[str, str], _Failure] = {}

    @property
    def failing(self) -> int:
        """How many records wait after a failure."""
        return len(self._failed)

    def look(self) -> int:
        """Does what is due; how much that was. Raises StoreAway, and PyMongoError when nothing can be found."""
        return sum(self._attend(duty) for duty in self._duties if time.monotonic() >= self._look_at[duty.name])

    def _attend(self, duty: Duty) -> int:
        # those that failed may stand first in every answer: they must not hide the others
        ids = list(duty.due(self._factory(self._store, None), self._work_of(duty.name, None), MOST + len(self._failed)))
        self._forget_settled(duty, set(ids))
        done = 0
        for identity in ids:
            if self._may_try(duty, identity):
                done += self._try(duty, identity)
        if not done:
            self._look_at[duty.name] = time.monotonic() + duty.every
        return done

    def _may_try(self, duty: Duty, identity: str) -> bool:
        failure = self._failed.get((duty.name, identity))
        return failure is None or time.monotonic() >= failure.again_at

    def _try(self, duty: Duty, identity: str) -> int:
        correlation = identifiers.new_id(identifiers.COMMAND)
        logging.bind_correlation(correlation)

        def body(session: ClientSession) -> None:
            work = self._work_of(correlation, session)
            duty.do(work, self._factory(self._store, session), {"id": identity})
            outbox.put(self._store, session, work.told)
            steps.reached("duty.before_commit")

        try:
            in_transaction(self._store, body, seconds=SECONDS)
        except StoreAway:
            raise
        except Exception as error:  # one record that can't be done must not keep the others from it
            pause, says = self._put_off(duty, identity), f"{type(error).__name__}: {error}"[:500]
            log.warning("duty failed", duty=duty.name, record=identity, error=says, again_in=pause, exc_info=True)
            return 0
        self._failed.pop((duty.name, identity), None)
        log.info("duty done", duty=duty.name, record=identity)
        return 1

    def _put_off(self, duty: Duty, identity: str) -> float:
        failure = self._failed.setdefault((duty.name, identity), _Failure(0, 0.0))
        pause = PAUSES[min(failure.attempts, len(PAUSES) - 1)]
        failure.attempts, failure.again_at = failure.attempts + 1, time.monotonic() + pause
        return pause

    def _forget_settled(self, duty: Duty, due: set[str]) -> None:
        """What failed and is no longer due was settled otherwise: by a command, by another instance."""
        for name, identity in list(self._failed):
            if name == duty.name and identity not in due:
                del self._failed[name, identity]
