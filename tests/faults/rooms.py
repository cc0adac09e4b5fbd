"""Small disks for a node's folders: a tmpfs each, which a test fills and empties."""

import os
import shutil
import subprocess
from collections.abc import Iterator, Mapping
from contextlib import ExitStack, contextmanager
from dataclasses import dataclass
from functools import cache
from pathlib import Path

from deploy.node import ports
from deploy.node.folder import PORTS, DataFolder, Setup

MEGABYTE = 1_000_000


@dataclass(frozen=True, slots=True)
class Room:
    """A folder on a disk of its own."""

    folder: Path

    @property
    def _ballast(self) -> Path:
        return self.folder / "ballast"

    @property
    def free(self) -> int:
        """Bytes."""
        return shutil.disk_usage(self.folder).free

    def fill(self, leaving: int = 0) -> None:
        """Somebody else's file takes all but so many bytes."""
        with self._ballast.open("ab") as ballast:
            if leaving:
                os.posix_fallocate(ballast.fileno(), 0, max(1, self.free + ballast.tell() - leaving))
                return
            while True:  # to the last byte: what others free meanwhile too
                try:
                    if not os.write(ballast.fileno(), bytes(65_536)):
                        return
                except OSError:
                    return

    def make_room(self) -> None:
        self._ballast.unlink(missing_ok=True)


@contextmanager
def room(folder: Path, megabytes: int) -> Iterator[Room]:
    """A disk of this size at `folder`, until the block ends."""
    folder.mkdir(parents=True, exist_ok=True)
    subprocess.run(["mount", "-t", "tmpfs", "-o", f"size={megabytes}m,mode=700", "malmi-test", str(folder)], check=True)
    try:
        yield Room(folder)
    finally:
        # Lazily: a process that was killed a moment ago may still have a file open.
        subprocess.run(["umount", "--lazy", str(folder)], check=True)


@contextmanager
def rooms(place: Path, megabytes: Mapping[str, int]) -> Iterator[dict[str, Room]]:
    """Disks for folders of the node that will be made in `place`/data."""
    data = DataFolder(place / "data")
    data.make()
    # a node that was set up once may have any folders
    data.keep(Setup("pohjois-karjala", ports.choose((*PORTS, "gateway"), data.path)))
    with ExitStack() as opened:
        yield {name: opened.enter_context(room(data.path / name, size)) for name, size in megabytes.items()}


@cache
def why_not() -> str:
    """Why no small disk can be had here; empty when one can."""
    if os.geteuid() != 0:
        return "only root may mount a small disk (tmpfs)"
    made = subprocess.run(["unshare", "--mount", "true"], check=False, capture_output=True)
    return "" if made.returncode == 0 else "mounting is not allowed here, not even to root"
