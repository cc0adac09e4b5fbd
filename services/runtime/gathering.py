"""Commands that come while a transaction runs wait, and share the next one.

A transaction costs the store far more than one more command in it, so under load each becomes cheaper, and nobody
waits for longer than two of them; a command that comes alone is carried out at once. When a shared transaction does
not succeed in time, each of its commands is carried out by itself, so that none suffers from another for long.
"""

from collections import deque
from collections.abc import Sequence
from contextlib import AbstractContextManager, nullcontext
from dataclasses import dataclass, field
from weakref import WeakValueDictionary

import eventlet
from eventlet.event import Event
from eventlet.semaphore import Semaphore

from services.contracts.errors import Late

from . import commands, logging
from .commands import Answer, Outcome, Task
from .store import Store

log = logging.get(__name__)

MOST = 64
"""Commands that share a transaction."""
SECONDS = 8.0
"""That a shared transaction may take, whatever is left to each of its commands: on a busy machine one in its last
moment must not spoil it for all. Less than the 10 after which the store ends one."""


class Turns:
    """One at a time for each key: those who write the same record queue here instead of conflicting in the store."""

    def __init__(self) -> None:
        self._locks: WeakValueDictionary[str, Semaphore] = WeakValueDictionary()

    def of(self, key: str | None) -> AbstractContextManager[object]:
        """To be held while writing; None: no need to queue."""
        if key is None:
            return nullcontext()
        lock: AbstractContextManager[object] = self._locks.setdefault(key, Semaphore())
        return lock

    def is_taken(self, key: str | None) -> bool:
        """Whether somebody holds it now."""
        lock = None if key is None else self._locks.get(key)
        return lock is not None and lock.locked()


@dataclass(slots=True, eq=False)
class _Waiting:
    task: Task
    key: str | None
    done: Event = field(default_factory=Event)


class Gathering:
    """The commands of one service, whose effects hold their changes back (changes.py)."""

    def __init__(self, store: Store, turns: Turns) -> None:
        self._store, self._turns = store, turns
        self._waiting: deque[_Waiting] = deque()
        self._runs = False

    def carry_out(self, task: Task, key: str | None) -> Answer:
        """The command's answer. key: what it writes, when it has to be carried out by itself. Raises its refusal."""
        waiting = _Waiting(task, key)
        self._waiting.append(waiting)
        if not self._runs:
            self._runs = True
            eventlet.spawn_n(self._run)
        outcome: Outcome = waiting.done.wait()
        if outcome.error is not None:
            raise outcome.error
        return outcome.answer

    def _run(self) -> None:
        try:
            while self._waiting:
                self._share([self._waiting.popleft() for _ in range(min(MOST, len(self._waiting)))])
        finally:
            self._runs = False

    def _share(self, waiting_now: Sequence[_Waiting]) -> None:
        gathered = [waiting for waiting in waiting_now if not self._turns.is_taken(waiting.key)]
        for waiting in waiting_now:
            if waiting not in gathered:  # behind one that is carried out by itself: it would only hold up the others
                eventlet.spawn_n(self._alone, waiting)
        in_time = [waiting for waiting in gathered if not _is_late(waiting)]
        if not in_time:
            return
        try:
            outcomes = commands.together(self._store, [waiting.task for waiting in in_time], SECONDS)
        except Exception:  # whatever it is, each may still succeed by itself, and others need not wait for that
            log.info("each by itself", commands=len(in_time), exc_info=True)
            for waiting in in_time:
                eventlet.spawn_n(self._alone, waiting)
            return
        for waiting, outcome in zip(in_time, outcomes, strict=True):
            waiting.done.send(outcome)

    def _alone(self, waiting: _Waiting) -> None:
        logging.bind_correlation(waiting.task.call.correlation_id)
        try:
            with self._turns.of(waiting.key):
                outcome = Outcome(commands.once(self._store, waiting.task))
        except Exception as error:  # noqa: BLE001 - its caller hears it
            outcome = Outcome(error=error)
        waiting.done.send(outcome)


def _is_late(waiting: _Waiting) -> bool:
    try:
        commands.remaining_seconds(waiting.task.call)
    except Late as error:
        waiting.done.send(Outcome(error=error))
        return True
    return False
