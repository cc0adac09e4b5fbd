"""Where calls come in: check the arguments, open the unit of work, run the use case, give the answer.

A use case is a function (work, store, arguments) -> answer. For a command it runs in one transaction with the
command's id and the facts that it tells. `arguments` are Python values, loaded by the schema in contracts/rpc.py.
"""

import time
from collections.abc import Callable
from dataclasses import dataclass, replace
from typing import Any
from zoneinfo import ZoneInfo

from pymongo.client_session import ClientSession

from services.contracts import rpc
from services.contracts.errors import Invalid, Refusal, Unfinished, UnknownReference
from services.contracts.permissions import Mandate
from services.contracts.rpc import Call

from . import audit, commands, logging, mandates
from .changes import Changes
from .commands import Task
from .gathering import Gathering, Turns
from .settings import Settings
from .store import Store, reaching, utc_now
from .work import Origin, Work

log = logging.get(__name__)

UseCase = Callable[[Work, Any, dict[str, Any]], Any]
StoreFactory = Callable[..., Any]
"""(database, session or None) -> the service's store; of a service whose commands share transactions also `changes`,
which its writes go to."""

_TO_ANSWER = 0.3
"""Seconds that the answer of a command in steps needs to be read in time."""
PATIENCE = 1.0
"""Seconds that a command waits for a record it names: the copy of another service's record may be behind."""


@dataclass(frozen=True, slots=True)
class Desk:
    """Carries out the calls of one service.

    store_factory: the service's store. after_commit: called when facts may wait. gathering: None when its commands do
    not share transactions.
    """

    service: str
    settings: Settings
    store: Store
    store_factory: StoreFactory
    after_commit: Callable[[], None]
    turns: Turns
    gathering: Gathering | None

    def command(
        self,
        wire: Any,
        use_case: UseCase,
        *,
        one_at_a_time: str | None = None,
        reveal: Callable[[Any], Any] | None = None,
    ) -> Any:
        """Carries out a command once.

        one_at_a_time: the argument that names what many write at once (an event's id); its commands then queue here
        instead of conflicting in the store. reveal: adds a secret to the answer that must not be stored. Raises a
        Refusal.
        """
        call, arguments = self._open(wire)
        key = arguments.get(one_at_a_time) if one_at_a_time else None
        answer = self._patiently(call, lambda: self._once(call, use_case, arguments, key))
        self.after_commit()
        return answer if reveal is None else reveal(answer)

    def steps(
        self, wire: Any, steps: Callable[[dict[str, Any]], list[UseCase]], join: Callable[[list[Any]], Any]
    ) -> Any:
        """A command too large for one transaction: each step is done once by itself, under `<id>#<n>`.

        A repeat does what is left. steps: the use cases, made from the arguments alone, the same each time. join:
        the answers to one answer. Raises Unfinished when time runs out after some of them.
        """
        call, arguments = self._open(wire)
        content, use_cases = commands.content_of(call), steps(arguments)
        calls = [replace(call, id=f"{call.id}#{number}") for number in range(len(use_cases))]
        known = commands.answered(self.store, calls, content)
        answers, longest = [], 0.0
        for number, (each, use_case) in enumerate(zip(calls, use_cases, strict=True)):
            if each.id in known:
                answers.append(known[each.id])
                continue
            if longest and commands.remaining_seconds(call) < _TO_ANSWER + 2 * longest:
                log.info("unfinished", method=call.method, command=call.id, steps=number)
                raise Unfinished("It is not finished. Repeat it with the same Idempotency-Key: it goes on from here.")
            began = time.monotonic()
            answers.append(self._once(each, use_case, arguments, content=content))
            longest = max(longest, time.monotonic() - began)
            self.after_commit()
        return join(answers)

    def query(self, wire: Any, use_case: UseCase) -> Any:
        """Answers a query. Raises a Refusal."""
        call, arguments = self._open(wire)
        with reaching(commands.remaining_seconds(call)):
            work = self._work(call, None)
            answer = use_case(work, self.store_factory(self.store, None), arguments)
            audit.put(self.store, None, work, f"{self.service}.{call.method}")
        return self._dump(call, answer)

    def _open(self, wire: Any) -> tuple[Call, dict[str, Any]]:
        call = Call.from_wire(wire)
        logging.bind_correlation(call.correlation_id)
        method = rpc.BY_NAME.get(f"{self.service}.{call.method}")
        if method is None:
            raise Invalid(f"There is no call {call.method!r}.")
        commands.remaining_seconds(call)
        return call, rpc.load_arguments(method.arguments, call.arguments)

    def _once(
        self,
        call: Call,
        use_case: UseCase,
        arguments: dict[str, Any],
        key: str | None = None,
        content: str | None = None,
    ) -> Any:
        def effect(session: ClientSession, changes: Changes) -> tuple[Any, Work]:
            work = self._work(call, session)
            held_back = {} if self.gathering is None else {"changes": changes}
            answer = use_case(work, self.store_factory(self.store, session, **held_back), arguments)
            audit.put(self.store, session, work, f"{self.service}.{call.method}")
            return self._dump(call, answer), work

        started, task = time.monotonic(), Task(call, effect, content or commands.content_of(call))
        try:
            if self.gathering is not None:
                answer = self.gathering.carry_out(task, key)
            else:
                with self.turns.of(key):
                    answer = commands.once(self.store, task)
        except Refusal as refusal:
            log.info("refused", method=call.method, command=call.id, code=refusal.code)
            raise
        log.info("done", method=call.method, command=call.id, ms=round((time.monotonic() - started) * 1000, 1))
        return answer

    def _patiently(self, call: Call, attempt: Callable[[], Any]) -> Any:
        until = time.monotonic() + min(PATIENCE, commands.remaining_seconds(call) / 2)
        while True:
            try:
                return attempt()
            except UnknownReference:
                if time.monotonic() >= until:
                    raise
                time.sleep(0.05)  # eventlet's: other calls go on

    def _work(self, call: Call, session: ClientSession | None) -> Work:
        def held(account: str) -> tuple[Mandate, ...]:
            return mandates.held_by(self.store, account, session)

        origin = Origin(
            self.settings.node, self.settings.incarnation, call.correlation_id, call.id or call.correlation_id
        )
        zone = ZoneInfo(self.settings.time_zone)
        return Work(origin, utc_now(), call.principal, held, self.settings.secret, zone)

    def _dump(self, call: Call, answer: Any) -> Any:
        return rpc.dump_answer(rpc.BY_NAME[f"{self.service}.{call.method}"], answer)


def open_desk(
    service: str,
    settings: Settings,
    store: Store,
    store_factory: StoreFactory,
    after_commit: Callable[[], None],
    *,
    gathers: bool = False,
) -> Desk:
    """A desk for the calls of a service. gathers: its store takes `changes`, so its commands share transactions."""
    turns = Turns()
    gathering = Gathering(store, turns) if gathers else None
    return Desk(service, settings, store, store_factory, after_commit, turns, gathering)
