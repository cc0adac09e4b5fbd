"""The process in which mails and webhooks end, seen from the benchmark."""

import subprocess
import sys
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass
from pathlib import Path

from tests.harness import until
from tests.harness.node import ROOT


@dataclass(frozen=True, slots=True)
class Ends:
    """folder: where it notes what came. smtp_port, http_port: where it listens."""

    folder: Path
    smtp_port: int
    http_port: int

    def arrived(self, kind: str) -> dict[str, float]:
        """When (time.time) each got its first `mails` or `hooks`, by address or path."""
        found: dict[str, float] = {}
        for line in self._lines(kind):
            moment, _, whose = line.partition(" ")
            found.setdefault(whose, float(moment))
        return found

    def since(self, kind: str, began: float) -> list[tuple[float, str]]:
        """All that came after a moment, and whose each was."""
        split = (line.partition(" ") for line in self._lines(kind))
        return [(float(moment), whose) for moment, _, whose in split if float(moment) >= began]

    def first(self, kind: str) -> bytes:
        """The first one that came since the last `forget`."""
        return (self.folder / f"{kind}.first").read_bytes()

    def forget_first(self, kind: str) -> None:
        """Keeps the next that comes as the first."""
        (self.folder / f"{kind}.first").unlink(missing_ok=True)

    def _lines(self, kind: str) -> list[str]:
        return (self.folder / f"{kind}.txt").read_text().splitlines()


@contextmanager
def running_ends(folder: Path) -> Iterator[Ends]:
    """Ended at the end."""
    folder.mkdir(parents=True)
    process = subprocess.Popen([sys.executable, "-m", "tests.benchmarks.telling.sinks", str(folder)], cwd=ROOT)
    try:
        until((folder / "ports").exists, says="the sinks listen")
        smtp, http = map(int, (folder / "ports").read_text().split())
        yield Ends(folder, smtp, http)
    finally:
        process.terminate()
        process.wait()
