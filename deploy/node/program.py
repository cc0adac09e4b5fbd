"""What a supervisor needs to know of a program."""

import subprocess
from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass, field
from pathlib import Path

from .process import ROOT, spawn


@dataclass(frozen=True, slots=True)
class Program:
    """How to start one part, when it may start, how to tell that it is ready.

    `ready` is given for how many seconds the part has been running.
    `layer`: parts stop layer by layer, the highest first. `after`: what must be ready before its first start.
    """

    name: str
    argv: Sequence[str]
    env: Mapping[str, str] = field(repr=False)
    ready: Callable[[float], bool]
    layer: int = 0
    after: tuple[str, ...] = ()
    address: str = ""
    stop_limit: float = 10.0
    cwd: Path = ROOT

    def spawn(self, logs: Path) -> subprocess.Popen[bytes]:
        """Its output goes to `logs`/<name>.log. Raises OSError when it cannot be started."""
        return spawn(self.argv, env=self.env, log=logs / f"{self.name}.log", cwd=self.cwd)
