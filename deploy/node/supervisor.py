"""Starts the parts of a node, starts again what dies, stops all in reverse order. One loop, one thread."""

import contextlib
import math
import os
import shutil
import signal
import subprocess
import time
from collections.abc import Callable, Generator, Sequence
from dataclasses import dataclass, replace
from datetime import UTC, datetime
from pathlib import Path

from . import restarts, state
from .process import Identity, await_end, identify, signal_group
from .program import Program, Running
from .renewal import READY_LIMIT, RenewalFailed, ending, leaving, successor
from .state import NodeState, PartPhase, PartState, Phase

BACK_OFF = (0.5, 1.0, 2.0, 4.0, 10.0)
"""Seconds before a part that died is started again; the last one from then on."""
GIVE_UP = 6
"""Deaths of a part before the node was ever ready: it will not get better by waiting."""
STEADY = 60.0
"""A part that ran this long begins its back-off anew."""
LOG_LIMIT = 10_000_000
"""Bytes of a log before it is moved to <name>.log.1."""
TICK = 0.1
HOUSEKEEPING = 5.0
"""Seconds between looks at the logs' sizes."""

Report = Callable[[str, str], None]
"""Takes the part's name and what happened to it."""


@dataclass(slots=True)
class _Part:
    program: Program
    shown: PartState
    process: subprocess.Popen[bytes] | None = None
    started: float = 0.0
    start_at: float = 0.0
    failures: int = 0
    probe_at: float = 0.0
    unwell: str | None = None
    ending: Generator[None, None, None] | None = None


class Supervisor:
    """Runs programs until it is told to stop."""

    def __init__(
        self,
        node: str,
        programs: Sequence[Program],
        *,
        logs: Path,
        state_file: Path,
        urls: dict[str, str] | None = None,
        report: Report = lambda part, said: None,
        back_off: Sequence[float] = BACK_OFF,
    ) -> None:
        self._logs, self._state_file, self._report, self._back_off = logs, state_file, report, back_off
        now = _now()
        self._parts = {
            program.name: _Part(program, PartState(program.name, address=program.address, since=now))
            for program in programs
        }
        own = identify(os.getpid())
        assert own is not None, "this very process runs"
        self._state = NodeState(node, own, "starting", now, dict(urls or {}))
        self._stop_asked = False
        self._rotate_at = 0.0
        self._unwritten = False
        self._restarting: Generator[None, None, None] | None = None

    @property
    def state(self) -> NodeState:
        """As written to the state file."""
        return self._state

    @property
    def all_ready(self) -> bool:
        """Every part has started and answered."""
        return all(part.shown.state == "ready" for part in self._parts.values())

    def ask_stop(self) -> None:
        """Safe in a signal handler: the loop ends at its next turn."""
        self._stop_asked = True

    def run_until_ready(self, limit: float) -> bool:
        """False when told to stop meanwhile; or when a part cannot be made ready (then phase is failed)."""
        deadline = time.monotonic() + limit
        while not self.all_ready:
            if self._stop_asked:
                return False
            if time.monotonic() > deadline:
                late = [name for name, part in self._parts.items() if part.shown.state != "ready"]
                self._enter("failed", f"not ready after {limit:.0f} s: {', '.join(late)}")
                return False
            hopeless = [name for name, part in self._parts.items() if part.failures >= GIVE_UP]
            if hopeless:
                self._enter("failed", f"died {GIVE_UP} times while starting: {', '.join(hopeless)}")
                return False
            self.turn()
            time.sleep(TICK)
        self._enter("running")
        return True

    def run(self) -> None:
        """Until ask_stop."""
        while not self._stop_asked:
            self.turn()
            time.sleep(TICK)

    def turn(self) -> None:
        """Looks once at every part: died, to be started, ready now? And whether a restart is asked for."""
        now = time.monotonic()
        self._go_on_restarting()
        for part in self._parts.values():
            if part.process is not None and part.process.poll() is not None:
                self._bury(part, now)
            if part.process is None and now >= part.start_at and self._may_start(part):
                self._start(part)
            if part.process is not None and part.shown.state == "starting" and now >= part.probe_at:
                self._probe(part, now)
            if part.process is not None and part.shown.state == "ready":
                self._ask_how_it_is(part, now)
        if now >= self._rotate_at:
            self._rotate_at = now + HOUSEKEEPING
            self._write_again()
            for part in self._parts.values():
                rotate(self._logs / f"{part.program.name}.log")

    def stop(self) -> None:
        """Ends all parts, the highest layer first; each gets its limit, then SIGKILL."""
        phase: Phase = "failed" if self._state.phase == "failed" else "stopping"
        self._enter(phase, self._state.problem)
        if self._restarting is not None:
            self._restarting.close()
        for layer in sorted({part.program.layer for part in self._parts.values()}, reverse=True):
            parts = [part for part in self._parts.values() if part.program.layer == layer and part.process]
            for part in parts:
                if part.process is not None and part.process.poll() is None:
                    part.process.terminate()
            deadline = time.monotonic() + max((part.program.stop_limit for part in parts), default=0.0)
            for part in parts:
                if part.process is not None:
                    code = await_end(part.process, max(0.0, deadline - time.monotonic()))
                    part.process = None
                    self._show(part, "stopped", last_exit=describe_exit(code))
        self._enter("failed" if phase == "failed" else "stopped", self._state.problem)

    def _may_start(self, part: _Part) -> bool:
        if part.shown.state not in ("waiting", "restarting"):
            return False
        # `after` counts for the first start only: parts wait by themselves for a broker or store that is away
        first = part.shown.state == "waiting"
        return not first or all(self._parts[name].shown.state == "ready" for name in part.program.after)

    def _start(self, part: _Part) -> None:
        now = time.monotonic()
        try:
            part.process = part.program.spawn(self._logs)
        except OSError as error:
            self._schedule(part, now, f"cannot be started: {error}")
            return
        part.started = part.probe_at = now
        self._show(part, "starting", process=identify(part.process.pid))

    def _probe(self, part: _Part, now: float) -> None:
        assert part.process is not None
        if part.program.ready(Running(part.process.pid, now - part.started)):
            self._show(part, "ready")
            self._tell(part.program.name, f"ready ({now - part.started:.1f} s)")
        else:
            part.probe_at = time.monotonic() + 0.15

    def _ask_how_it_is(self, part: _Part, now: float) -> None:
        assert part.process is not None
        if part.ending is not None:
            next(part.ending, None)
            return
        part.unwell = part.program.unwell(Running(part.process.pid, now - part.started))
        if part.unwell is not None:
            self._tell(part.program.name, f"unwell, so it is ended: {part.unwell}")
            part.ending = ending(part.process, part.program.stop_limit)

    def _bury(self, part: _Part, now: float) -> None:
        assert part.process is not None
        code = part.process.wait()
        signal_group(part.process.pid, signal.SIGKILL)  # what it started and left behind
        part.process = part.ending = None
        if now - part.started > STEADY:
            part.failures = 0
        self._schedule(part, now, f"unwell ({part.unwell})" if part.unwell else describe_exit(code))
        part.unwell = None

    def _go_on_restarting(self) -> None:
        folder = self._state_file.parent
        if self._restarting is None and self._state.phase == "running":
            request = restarts.take(folder)
            self._restarting = self._restart(folder, request) if request else None
        if self._restarting is not None and next(self._restarting, self) is self:
            self._restarting = None

    def _restart(self, folder: Path, request: restarts.Request) -> Generator[None, None, None]:
        """One part after the other, each ready before the next; after one that fails, no more."""
        report = restarts.Report(request.id)
        try:
            for part in [part for name, part in self._parts.items() if name in request.parts]:
                began = time.monotonic()
                yield from self._renew(part)
                said = f"restarted ({time.monotonic() - began:.1f} s)"
                self._tell(part.program.name, said)
                report = restarts.more(report, f"{part.program.name:<14} {said}")
                restarts.tell(folder, report)
            report = replace(report, state="done")
        except RenewalFailed as error:
            self._tell(part.program.name, f"not restarted: {error}")
            report = replace(report, state="failed", problem=f"{part.program.name}: {error}")
        except GeneratorExit:
            report = replace(report, state="failed", problem="the node was stopped meanwhile")
            raise
        finally:
            with contextlib.suppress(OSError):
                restarts.tell(folder, report)

    def _renew(self, part: _Part) -> Generator[None, None, None]:
        yield from self._until_ready(part)
        old = part.process
        assert old is not None
        if not part.program.overlaps:
            part.process, part.start_at = None, math.inf
            self._show(part, "restarting")
            yield from ending(old, part.program.stop_limit)
            part.start_at = 0.0
            yield from self._until_ready(part)
            return
        new = yield from successor(part.program, self._logs)
        if part.process is not old:  # it died meanwhile, and was started again
            yield from ending(new, part.program.stop_limit)
            yield from self._until_ready(part)
            return
        part.process, part.started, part.failures = new, time.monotonic(), 0
        self._show(part, "ready", process=identify(new.pid))
        yield from leaving(old, part.program.leaves_within)
        yield from ending(old, part.program.stop_limit)

    def _until_ready(self, part: _Part) -> Generator[None, None, None]:
        deadline = time.monotonic() + READY_LIMIT
        while part.shown.state != "ready":
            if time.monotonic() > deadline:
                raise RenewalFailed(f"not ready after {READY_LIMIT:.0f} s")
            yield

    def _schedule(self, part: _Part, now: float, why: str) -> None:
        pause = self._back_off[min(part.failures, len(self._back_off) - 1)]
        part.failures += 1
        part.start_at = now + pause
        restarts = part.shown.restarts + 1
        self._show(part, "restarting", process=None, last_exit=f"{_now()} {why}", restarts=restarts)
        self._tell(part.program.name, f"{why}; starting it again in {pause:g} s")

    def _show(self, part: _Part, phase: PartPhase, **changes: object) -> None:
        if phase == "stopped":
            changes["process"] = None
        part.shown = replace(part.shown, state=phase, since=_now(), **changes)  # type: ignore[arg-type]
        self._write()

    def _enter(self, phase: Phase, problem: str | None = None) -> None:
        self._state = replace(self._state, phase=phase, since=_now(), problem=problem)
        self._write()

    def _write(self) -> None:
        self._state = replace(self._state, parts=tuple(part.shown for part in self._parts.values()))
        self._unwritten = True
        self._write_again()

    def _write_again(self) -> None:
        """On a full disk the file stays as it was, and is written when there is room: that must not end the node."""
        if self._unwritten:
            with contextlib.suppress(OSError):
                state.write(self._state_file, self._state)
                self._unwritten = False

    def _tell(self, part: str, said: str) -> None:
        with contextlib.suppress(OSError):  # its terminal may be a file on a full disk, or gone
            self._report(part, said)


def rotate(log: Path, limit: int = LOG_LIMIT) -> bool:
    """Copies a log past `limit` to <name>.log.1 and empties it: its writer holds it open for appending.

    On a full disk it stays as it is: what it says then is what the operator needs.
    """
    try:
        if log.stat().st_size <= limit:
            return False
        earlier = log.with_name(f"{log.name}.1")
        shutil.copyfile(log, earlier)
        with log.open("r+b") as file:
            file.truncate(0)
    except FileNotFoundError:
        return False
    except OSError:
        earlier.unlink(missing_ok=True)  # half a copy
        return False
    return True


def describe_exit(code: int) -> str:
    """In words: an exit code, or the signal that ended it."""
    if code < 0:
        return f"ended by {signal.Signals(-code).name}"
    return f"exited with {code}"


def leftovers(known: NodeState) -> list[tuple[str, Identity]]:
    """The processes that a state file names, the last started first."""
    return [(part.name, part.process) for part in reversed(known.parts) if part.process]


def _now() -> str:
    return datetime.now(UTC).isoformat(timespec="seconds")
