"""A restart without a gap: the new process is ready before the old one is asked to end.

A generator, so that the supervisor's one loop goes on meanwhile: it yields wherever it waits.
"""

import contextlib
import signal
import subprocess
import time
from collections.abc import Generator
from pathlib import Path

from .process import await_end, signal_group
from .program import Program, Running

READY_LIMIT = 90.0
Process = subprocess.Popen[bytes]
Waiting = Generator[None, None, Process]


class RenewalFailed(Exception):
    """The new process did not get ready; the old one goes on."""


def successor(program: Program, logs: Path, limit: float = READY_LIMIT) -> Waiting:
    """Starts a second process of the program; returns it once it is ready. Closed or late, it leaves none behind.

    Raises RenewalFailed.
    """
    try:
        process = program.spawn(logs)
    except OSError as error:
        raise RenewalFailed(f"cannot be started: {error}") from error
    began, is_ready = time.monotonic(), False
    try:
        while not program.ready(Running(process.pid, time.monotonic() - began)):
            if process.poll() is not None:
                raise RenewalFailed(f"the new process ended at its start ({process.returncode}); see its log")
            if time.monotonic() - began > limit:
                raise RenewalFailed(f"the new process was not ready after {limit:.0f} s; see its log")
            yield
        is_ready = True
        return process
    finally:
        if not is_ready:
            process.terminate()
            await_end(process, program.stop_limit)


def leaving(process: Process, seconds: float) -> Generator[None, None, None]:
    """SIGUSR1, and time for its clients to go to its successor. Nothing for a program that knows of no such thing."""
    if not seconds:
        return
    process.send_signal(signal.SIGUSR1)
    deadline = time.monotonic() + seconds
    while process.poll() is None and time.monotonic() < deadline:
        yield


def ending(process: Process, limit: float) -> Generator[None, None, None]:
    """SIGTERM, and SIGKILL to what is left of it after `limit` seconds, or when this is closed."""
    process.terminate()
    deadline = time.monotonic() + limit
    try:
        while process.poll() is None and time.monotonic() < deadline:
            yield
    finally:
        signal_group(process.pid, signal.SIGKILL)
        with contextlib.suppress(subprocess.TimeoutExpired):
            process.wait(5)
