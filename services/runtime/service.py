"""The nameko side of the runtime: one dependency that runs everything, and the calls every service answers."""

import time
from collections.abc import Callable
from typing import Any
from zoneinfo import ZoneInfo

import eventlet
from amqp.exceptions import AMQPError
from kombu.exceptions import OperationalError
from nameko.extensions import DependencyProvider
from nameko.rpc import Rpc
from pymongo.client_session import ClientSession
from pymongo.errors import PyMongoError

from services.contracts import facts
from services.contracts.envelope import Fact
from services.contracts.errors import NotFound, Refusal, StoreAway
from services.contracts.permissions import Target
from services.contracts.principal import OPERATOR

from . import audit, commands, heartbeat, inbox, logging, mandates, outbox, store
from .definition import ServiceDefinition
from .desk import Desk, open_desk
from .duties import Duties
from .heartbeat import Heartbeat
from .listener import FactListener
from .privacy.erasing import Privacy
from .pulse import Pulse
from .settings import Settings
from .work import Origin, Work

log = logging.get(__name__)

HOUSEKEEPING_EVERY = 3600.0
SWEEP_SECONDS = 60.0
COUNTING_SHARE = 0.05
"""Of the time that counting may take."""


class RemoteCall(Rpc):
    """nameko's, but a broker that goes away before the answer is told ends no service: the broker hands the call out
    again, and a command that is repeated gets its one answer."""

    def handle_result(self, message: Any, worker_ctx: Any, result: Any, exc_info: Any) -> Any:
        try:
            return super().handle_result(message, worker_ctx, result, exc_info)
        except (OperationalError, AMQPError, OSError) as error:
            log.warning("answer not told", call=self.method_name, error=f"{type(error).__name__}: {error}"[:200])
            return result, exc_info


def call(method: Callable[..., Any]) -> Callable[..., Any]:
    """Makes a method of a service a remote call. A refusal is an answer, not a fault: nameko logs it as expected."""
    entrypoint: Callable[..., Any] = RemoteCall.decorator(expected_exceptions=Refusal)(method)
    return entrypoint


class Runtime(DependencyProvider):
    """Gives a service its desk, and runs its listener, sweeper and pulse beside it."""

    def __init__(self, definition: ServiceDefinition) -> None:
        self.definition = definition

    def setup(self) -> None:
        settings = self.container.config["settings"]
        self._settings: Settings = settings
        name = self.definition.name
        self._store = store.connect(settings.mongodb_uri, settings.database_prefix + name, settings.part)
        self._inbox = inbox.Inbox(self._store, self._apply)
        self._pulse = Pulse(settings.amqp_uri, name, self._state)
        definition, nudge = self.definition, self._pulse.nudge
        self._desk = open_desk(name, settings, self._store, definition.store, nudge, gathers=definition.gathers)
        self._listener = FactListener(settings.amqp_uri, self.definition.consumer, self._inbox, self._pulse.nudge)
        self._duties = Duties(self._store, self.definition.store, self.definition.duties, self._work_of_its_own)
        self._privacy = Privacy(definition, self._store, settings.secret)
        self._waiting: dict[str, float] = {}
        self._counts_from = 0.0
        self._stopped = False
        self._wait_for_store()

    def start(self) -> None:
        for run in (self._listener.run, self._pulse.run, self._sweep):
            self.container.spawn_managed_thread(run, identifier=f"runtime.{run.__qualname__}")

    def stop(self) -> None:
        self._stopped = True
        self._listener.should_stop = True
        self._pulse.stop()

    def get_dependency(self, worker_ctx: Any) -> "Runtime":
        return self

    @property
    def desk(self) -> Desk:
        return self._desk

    @property
    def inbox(self) -> inbox.Inbox:
        return self._inbox

    @property
    def settings(self) -> Settings:
        return self._settings

    @property
    def store(self) -> store.Store:
        return self._store

    @property
    def privacy(self) -> Privacy:
        return self._privacy

    def _wait_for_store(self) -> None:
        pause = 0.2
        while True:
            try:
                store.ensure_indexes(self._store, self.definition.all_indexes)
            except PyMongoError as error:
                if not store.is_away(error):
                    raise
                log.warning("store away", error=type(error).__name__)
                eventlet.sleep(pause)
                pause = min(pause * 2, 5.0)
            else:
                return

    def _apply(self, session: ClientSession, fact: Fact) -> list[Fact]:
        work = self._own_work(fact.correlation_id, fact.id, session)
        made = self.definition.store(self._store, session)
        return inbox.apply_reactions(work, made, self.definition.reactions, fact)

    def _work_of_its_own(self, correlation: str, session: ClientSession | None) -> Work:
        return self._own_work(correlation, correlation, session)

    def _own_work(self, correlation: str, causation: str, session: ClientSession | None) -> Work:
        """Work that nobody asked for: a reaction, a duty."""
        return Work(
            Origin(self._settings.node, self._settings.incarnation, correlation, causation),
            store.utc_now(),
            OPERATOR,
            lambda account: mandates.held_by(self._store, account, session),
            self._settings.secret,
            ZoneInfo(self._settings.time_zone),
        )

    def _sweep(self) -> None:
        next_housekeeping = 0.0
        while not self._stopped:
            try:
                with store.reaching(SWEEP_SECONDS):  # a store that hangs would keep it for ever
                    if self._inbox.retry_due():
                        self._pulse.nudge()
                    if self._duties.look():
                        self._pulse.nudge()
                    if self._privacy.recheck(self._work_of_its_own):
                        self._pulse.nudge()
                    for sweep in self.definition.sweeps:
                        sweep(self.definition.store(self._store, None))
                    if time.monotonic() >= next_housekeeping:
                        commands.forget_old(self._store)
                        self._inbox.forget_old()
                        audit.forget_old(self._store, self._settings.audit_days)
                        next_housekeeping = time.monotonic() + HOUSEKEEPING_EVERY
            except (StoreAway, PyMongoError) as error:
                log.warning("sweep put off", error=f"{type(error).__name__}: {error}")
            eventlet.sleep(1)

    def _state(self) -> Heartbeat:
        try:
            with store.reaching(2):
                numbers = {
                    "inbox_waiting": self._inbox.count("waiting"),
                    "dead_letters": self._inbox.count("dead"),
                    "duties_failing": self._duties.failing,
                }
        except (StoreAway, PyMongoError) as error:
            says = str(error) or type(error).__name__
            return heartbeat.beat_of(self._settings.part, ready=False, numbers={}, says=says[:300])
        return heartbeat.beat_of(self._settings.part, ready=True, numbers={**numbers, **self._backlog()})

    def _backlog(self) -> dict[str, float]:
        """What waits in the outbox. A store may count by reading all, so it is asked the less often the more waits."""
        began = time.monotonic()
        if began >= self._counts_from:
            try:
                with store.reaching(2):
                    self._waiting = {"outbox_waiting": outbox.waiting(self._store)}
            except (StoreAway, PyMongoError) as error:
                log.warning("outbox not counted", error=f"{type(error).__name__}: {error}"[:200])
            self._counts_from = time.monotonic() + (time.monotonic() - began) / COUNTING_SHARE
        return self._waiting


class CommonCalls:
    """The calls that every service answers (contracts/rpc.py, `_everywhere`). `runtime` is the subclass's."""

    runtime: Runtime

    @call
    def snapshot(self, wire: Any) -> Any:
        return self.runtime.desk.query(wire, self._snapshot)

    @call
    def recipient(self, wire: Any) -> Any:
        return self.runtime.desk.query(wire, self._recipient)

    @call
    def recipients(self, wire: Any) -> Any:
        return self.runtime.desk.query(wire, self._recipients)

    @call
    def dead_letters(self, wire: Any) -> Any:
        return self.runtime.desk.query(wire, self._dead_letters)

    @call
    def replay(self, wire: Any) -> Any:
        return self.runtime.desk.command(wire, self._replay)

    @call
    def audit(self, wire: Any) -> Any:
        return self.runtime.desk.query(wire, self._audit)

    @call
    def personal_data(self, wire: Any) -> Any:
        return self.runtime.desk.query(wire, self.runtime.privacy.tell)

    @call
    def erase(self, wire: Any) -> Any:
        self.runtime.desk.query(wire, self.runtime.privacy.prepare)
        return self.runtime.desk.command(wire, self.runtime.privacy.erase)

    @call
    def collections(self, wire: Any) -> Any:
        return self.runtime.desk.query(wire, self.runtime.privacy.collections)

    @call
    def trace(self, wire: Any) -> Any:
        return self.runtime.desk.query(wire, self.runtime.privacy.trace)

    @call
    def find_erased(self, wire: Any) -> Any:
        return self.runtime.desk.query(wire, self.runtime.privacy.find_erased)

    def _snapshot(self, work: Work, made: Any, arguments: dict[str, Any]) -> dict[str, Any]:
        work.require_the_node()
        source = self.runtime.definition.snapshots.get(arguments["kind"])
        if source is None:
            raise NotFound(f"There is no snapshot of {arguments['kind']!r} here.")
        records, following = source(made, arguments["after"], arguments["limit"])
        pages = [
            {**facts.write_data(name, dict(record)), "visibility": visibility} for name, visibility, record in records
        ]
        return {"records": pages, "next": following}

    def _recipient(self, work: Work, made: Any, arguments: dict[str, Any]) -> Any:
        work.require_the_node()
        return self.runtime.definition.recipient(work, made, arguments)

    def _recipients(self, work: Work, made: Any, arguments: dict[str, Any]) -> Any:
        return [self._recipient(work, made, asked) for asked in arguments["asked"]]

    def _dead_letters(self, work: Work, made: Any, arguments: dict[str, Any]) -> Any:
        work.require(f"{self.runtime.definition.name}.dead_letters.read", Target())
        also_waiting, limit = arguments["also_waiting"], arguments["limit"]
        failed = self.runtime.inbox.failed(also_waiting=also_waiting, limit=limit)
        return [*failed, *self.runtime.definition.other_failed(made, also_waiting, limit)][:limit]

    def _audit(self, work: Work, made: Any, arguments: dict[str, Any]) -> Any:
        work.require(f"{self.runtime.definition.name}.audit.read", Target())
        entries, following = audit.page(self.runtime.store, arguments, arguments["limit"])
        return {"items": entries, "next": following}

    def _replay(self, work: Work, made: Any, arguments: dict[str, Any]) -> Any:
        work.require(f"{self.runtime.definition.name}.dead_letters.replay", Target())
        others = self.runtime.definition.replay_others(made, arguments["ids"])
        return {"replayed": self.runtime.inbox.replay(arguments["ids"]) + others}


__all__ = ["CommonCalls", "Runtime", "call"]
