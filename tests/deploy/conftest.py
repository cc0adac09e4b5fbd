"""Waiting for a condition with a limit, and programs made of a few lines of Python."""

import os
import sys
from collections.abc import Callable
from pathlib import Path

import pytest

from deploy.node.program import Program
from tests.harness import waiting

Until = Callable[[Callable[[], object], str], None]


@pytest.fixture
def until() -> Until:
    """until(condition, what): returns as soon as the condition holds, fails after 20 s."""

    def wait(condition: Callable[[], object], what: str) -> None:
        waiting.until(condition, limit=20, says=what)

    return wait


@pytest.fixture
def program(tmp_path: Path) -> Callable[..., Program]:
    """program(name, code): a part that runs these lines; ready once it has made the file <name>.ready."""

    def make(name: str, code: str, *, layer: int = 0, after: tuple[str, ...] = (), stop_limit: float = 5.0) -> Program:
        ready = tmp_path / f"{name}.ready"
        prelude = f"import os, pathlib, signal, sys, time; ready = pathlib.Path({str(ready)!r})\n"
        return Program(
            name=name,
            argv=(sys.executable, "-c", prelude + code),
            env=dict(os.environ),
            ready=lambda _: ready.exists(),
            layer=layer,
            after=after,
            stop_limit=stop_limit,
            cwd=tmp_path,
        )

    return make
