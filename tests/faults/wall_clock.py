"""The wall clock of processes, set by a test while they run. Clocks that nobody can set go on as they are."""

import shutil
import struct
import subprocess
from dataclasses import dataclass
from functools import cache
from pathlib import Path

_SOURCE = Path(__file__).with_suffix(".c")


@dataclass(frozen=True, slots=True)
class WallClock:
    """environment: of processes that go by it."""

    folder: Path

    @classmethod
    def made(cls, folder: Path) -> "WallClock":
        clock = cls(folder)
        command = [str(shutil.which("cc")), "-shared", "-fPIC", "-O2", "-o", str(folder / "clock.so"), str(_SOURCE)]
        subprocess.run(command, check=True, capture_output=True)
        clock._offset.write_bytes(struct.pack("q", 0))
        return clock

    @property
    def environment(self) -> dict[str, str]:
        return {"LD_PRELOAD": str(self.folder / "clock.so"), "TEST_CLOCK": str(self._offset)}

    def set(self, seconds: int) -> None:
        """So many seconds ahead of the real time, at once."""
        with self._offset.open("r+b") as file:
            file.write(struct.pack("q", seconds))

    @property
    def _offset(self) -> Path:
        return self.folder / "offset"


@cache
def why_not() -> str:
    """Why no clock can be set here; empty when one can."""
    if shutil.which("cc") is None:
        return "no C compiler (cc) to make a clock that can be set"
    return ""
