"""How a reader knows, without looking into the files, that nothing public has changed.

A number in eight bytes of shared memory (the file `changes` beside public.db). The writer makes it odd before it
commits and even, one higher, after: while it is odd nothing may be taken for current, and what was made under an even
number holds until the number is another one. To read it costs a tenth of a microsecond; to ask SQLite (PRAGMA
data_version) gives the interpreter's lock away to the server's threads, which costs far more than the question.
"""

import contextlib
import mmap
import os
import time
from collections.abc import Iterator
from pathlib import Path
from typing import Final

_NAME: Final = "changes"
_LENGTH: Final = 8
_LOOKS_FOR_A_NEW_FILE_EVERY: Final = 0.02


class Changes:
    """The writer's side. One process writes; it may have several of these for one folder."""

    def __init__(self, folder: Path) -> None:
        """Makes the file if it is new. A number left odd by a crash is made even: what was kept under it is void.

        Raises OSError.
        """
        # Written by calls, not through a mapping: on a full disk a call fails, a mapping kills the process.
        self._file = os.open(folder / _NAME, os.O_RDWR | os.O_CREAT, 0o600)
        with self.change():
            pass

    @contextlib.contextmanager
    def change(self) -> Iterator[None]:
        """Around a commit, or around putting another file in the place of the one that is read. Raises OSError."""
        self._write(self._number() | 1)
        try:
            yield
        finally:
            self._write((self._number() | 1) + 1)  # read again: another projector may be about to stop

    def close(self) -> None:
        """Also a second time."""
        if self._file >= 0:
            os.close(self._file)
        self._file = -1

    def _number(self) -> int:
        return int.from_bytes(os.pread(self._file, _LENGTH, 0), "little")

    def _write(self, number: int) -> None:
        os.pwrite(self._file, number.to_bytes(_LENGTH, "little"), 0)


class Watched:
    """The reader's side."""

    def __init__(self, folder: Path) -> None:
        """Nothing is opened yet; the file need not be there."""
        self._path = folder / _NAME
        self._memory: mmap.mmap | None = None
        self._inode = 0
        self._looked = float("-inf")

    def number(self) -> bytes | None:
        """The same as long as nothing public changed; None while something does, and where no writer has been."""
        now = time.monotonic()
        if now - self._looked > _LOOKS_FOR_A_NEW_FILE_EVERY:
            self._looked = now
            self._look()
        if self._memory is None:
            return None
        number = self._memory[:]
        return None if number[0] & 1 else number

    def close(self) -> None:
        if self._memory is not None:
            self._memory.close()
        self._memory, self._looked = None, float("-inf")

    def _look(self) -> None:
        """Opens the file, or the one that stands in its place now."""
        try:
            if self._memory is not None and self._path.stat().st_ino == self._inode:
                return
            self.close()
            descriptor = os.open(self._path, os.O_RDONLY)
        except OSError:
            self.close()
            return
        try:
            self._inode = os.fstat(descriptor).st_ino
            self._memory = mmap.mmap(descriptor, _LENGTH, access=mmap.ACCESS_READ)
        except (OSError, ValueError):  # made, and still empty
            self._memory = None
        finally:
            os.close(descriptor)
