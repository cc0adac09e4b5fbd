"""What a supervisor needs to know of a program."""

import subprocess
from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass, field
from pathlib import Path

from .process import ROOT, spawn


@dataclass(frozen=True, slots=True)
class Running:
    """A process of a program: its id, and for how many seconds it has been running."""

    pid: int
    seconds: float


@dataclass(frozen=True, slots=True)
class Program:
    """How to start one part, when it may start, how to tell that it is ready.

    `layer`: parts stop layer by layer, the highest first. `after`: what must be ready before its first start.
    `overlaps`: a second process of it may run beside the first, so that a restart leaves no gap.
    `leaves_within`: SIGUSR1 makes it let its clients go to that one; it is ended so many seconds later.
    `unwell`: why it must be restarted though it is ready and runs; asked often, so it answers at once.
    """

    name: str
    argv: Sequence[str]
    env: Mapping[str, str] = field(repr=False)
    ready: Callable[[Running], bool]
    layer: int = 0
    after: tuple[str, ...] = ()
    address: str = ""
    stop_limit: float = 10.0
    cwd: Path = ROOT
    overlaps: bool = False
    leaves_within: float = 0.0
    unwell: Callable[[Running], str | None] = lambda _: None

    def spawn(self, logs: Path) -> subprocess.Popen[bytes]:
        """Its output goes to `logs`/<name>.log. Raises OSError when it cannot be started."""
        return spawn(self.argv, env=self.env, log=logs / f"{self.name}.log", cwd=self.cwd)
