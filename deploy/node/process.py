"""A child process: how it is started, whether a process id still means it, and how it is ended."""

import contextlib
import functools
import os
import signal
import subprocess
import sys
import time
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from pathlib import Path

import psutil

ROOT = Path(__file__).resolve().parents[2]
_TETHER = Path(__file__).with_name("tether.py")


@dataclass(frozen=True, slots=True)
class Identity:
    """A process id together with the moment it was started: ids are used again, the pair is not.

    started: seconds since the machine's start, which a clock that is set does not move. boot: which start of it.
    """

    pid: int
    started: float
    boot: str = ""


def identify(pid: int) -> Identity | None:
    """Who has this process id now; None when nobody has."""
    try:
        process = psutil.Process(pid)
        if process.status() == psutil.STATUS_ZOMBIE:
            return None
        return Identity(pid, process.create_time() - psutil.boot_time(), _boot())
    except psutil.NoSuchProcess:
        return None


def is_alive(identity: Identity) -> bool:
    """True while exactly this process runs."""
    current = identify(identity.pid)
    # the kernel gives the time of the machine's start in whole seconds, one more or less as the clock drifts
    return current is not None and current.boot == identity.boot and abs(current.started - identity.started) < 1.5


@functools.cache
def _boot() -> str:
    try:
        return Path("/proc/sys/kernel/random/boot_id").read_text().strip()
    except OSError:
        return ""


def spawn(argv: Sequence[str], *, env: Mapping[str, str], log: Path, cwd: Path = ROOT) -> subprocess.Popen[bytes]:
    """Starts a program in a session of its own, its output appended to `log`.

    It gets SIGTERM when this process dies, however it dies. Raises OSError when it cannot be started.
    """
    log.parent.mkdir(parents=True, exist_ok=True)
    with log.open("ab") as output:
        return subprocess.Popen(
            [sys.executable, "-I", "-S", str(_TETHER), str(os.getpid()), *argv],
            env=dict(env),
            cwd=cwd,
            stdin=subprocess.DEVNULL,
            stdout=output,
            stderr=subprocess.STDOUT,
            start_new_session=True,
        )


def signal_group(pid: int, number: signal.Signals) -> None:
    """To every process of the session that `spawn` made; nobody there is no error."""
    with contextlib.suppress(ProcessLookupError, PermissionError):
        os.killpg(pid, number)


def stop(process: subprocess.Popen[bytes], limit: float = 10.0) -> int:
    """Ends a child: SIGTERM to it, SIGKILL to what is left of its session after `limit` s. Its exit code."""
    process.terminate()  # does nothing when it ended already
    return await_end(process, limit)


def await_end(process: subprocess.Popen[bytes], limit: float) -> int:
    """As `stop`, for a child that was asked already: a second SIGTERM would cut its last steps short."""
    with contextlib.suppress(subprocess.TimeoutExpired):
        process.wait(limit)
    signal_group(process.pid, signal.SIGKILL)
    return process.wait()


def end_leftover(identity: Identity, limit: float = 10.0) -> bool:
    """Ends a process that an earlier supervisor left behind, if it still is that one. True if so."""
    if not is_alive(identity):
        return False
    with contextlib.suppress(ProcessLookupError, PermissionError):
        os.kill(identity.pid, signal.SIGTERM)
    deadline = time.monotonic() + limit
    while is_alive(identity) and time.monotonic() < deadline:
        time.sleep(0.05)
    if is_alive(identity):
        signal_group(identity.pid, signal.SIGKILL)
    return True
