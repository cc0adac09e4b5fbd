"""Where the files lie, and how one is put in another's place while it is read.

`public.db` is a symbolic link to the file of the newest generation (public.7.db). A rebuild fills the next one and
then moves the link, which is atomic; SQLite resolves the link, so a file's WAL always stays beside the file itself.
"""

import os
import re
from pathlib import Path
from typing import Final

PUBLIC: Final = "public"
IDENTITY: Final = "identity"
STREAM: Final = "stream"


def link(folder: Path, name: str) -> Path:
    """The name under which readers open it: `public.db`."""
    return folder / f"{name}.db"


def current(folder: Path, name: str) -> Path:
    """The file behind the link; the first generation when there is none yet, which is then linked."""
    folder.mkdir(parents=True, exist_ok=True, mode=0o700)
    at = link(folder, name)
    if at.is_symlink():
        return folder / at.readlink()
    first = folder / f"{name}.{1 + max(_generations(folder, name), default=0)}.db"
    put_in_place(folder, name, first)
    return first


def following(folder: Path, name: str) -> Path:
    """A fresh file for the next generation; what an interrupted rebuild left there is removed."""
    number = _number(current(folder, name)) + 1
    path = folder / f"{name}.{number}.db"
    remove(path)
    return path


def put_in_place(folder: Path, name: str, path: Path) -> None:
    """Moves the link to `path`, atomically."""
    fresh = folder / f".{name}.link"
    fresh.unlink(missing_ok=True)
    fresh.symlink_to(path.name)
    fresh.replace(link(folder, name))
    directory = os.open(folder, os.O_RDONLY)
    try:
        os.fsync(directory)
    finally:
        os.close(directory)


def remove_others(folder: Path, name: str) -> None:
    """Removes all generations but the current one. Readers that still have one open keep it until they reopen."""
    kept = current(folder, name)
    for number in _generations(folder, name):
        path = folder / f"{name}.{number}.db"
        if path != kept:
            remove(path)


def remove(path: Path) -> None:
    """Removes a database with what stands beside it."""
    for suffix in ("", "-wal", "-shm"):
        Path(f"{path}{suffix}").unlink(missing_ok=True)


def _generations(folder: Path, name: str) -> list[int]:
    return [_number(path) for path in folder.glob(f"{name}.*.db")]


def _number(path: Path) -> int:
    found = re.search(r"\.(\d+)\.db$", path.name)
    return int(found[1]) if found else 0
