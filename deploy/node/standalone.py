"""One or a few programs without a supervisor: a broker or store for a test session."""

import subprocess
import time
from collections.abc import Sequence
from pathlib import Path

from .errors import NodeError
from .process import stop
from .program import Program, Running


class Standalone:
    """Programs that were started in order and are stopped in reverse."""

    def __init__(self, programs: Sequence[Program], logs: Path, limit: float = 60.0) -> None:
        """Starts them, each ready before the next. Raises NodeError with the log's end when one is not."""
        self._running: list[tuple[Program, subprocess.Popen[bytes]]] = []
        try:
            for program in programs:
                process = program.spawn(logs)
                self._running.append((program, process))
                self._await(program, process, logs, limit)
        except BaseException:
            self.stop()
            raise

    @property
    def pids(self) -> dict[str, int]:
        """Process id by name."""
        return {program.name: process.pid for program, process in self._running}

    def stop(self) -> None:
        """Ends all; called twice it does nothing more."""
        while self._running:
            program, process = self._running.pop()
            stop(process, program.stop_limit)

    @staticmethod
    def _await(program: Program, process: subprocess.Popen[bytes], logs: Path, limit: float) -> None:
        started = time.monotonic()
        deadline = started + limit
        while not program.ready(Running(process.pid, time.monotonic() - started)):
            code = process.poll()
            if code is not None or time.monotonic() > deadline:
                log = logs / f"{program.name}.log"
                ended = "did not get ready in time" if code is None else f"ended with {code}"
                raise NodeError(f"{program.name} {ended}; the end of {log}:\n{tail(log)}")
            time.sleep(0.05)


def tail(path: Path, lines: int = 15) -> str:
    """The last lines of a log; empty when there is none."""
    try:
        with path.open("rb") as file:
            file.seek(max(0, path.stat().st_size - 20_000))
            return "\n".join(file.read().decode(errors="replace").splitlines()[-lines:])
    except OSError:
        return ""
