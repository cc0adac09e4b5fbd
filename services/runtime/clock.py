"""The wall clock, seen beside one that nobody can set."""

import time

NOTICED_FROM = 2.0
"""Seconds. Less is a clock being trimmed."""


class WallClock:
    """Notices that the clock was set back: moments that were written down before now lie further ahead than meant."""

    def __init__(self) -> None:
        self._offset: float | None = None

    def was_set_back(self) -> bool:
        """Since `noted`. Also true before the first time: who was not there then can't know."""
        return self._offset is None or _offset() < self._offset - NOTICED_FROM

    def noted(self) -> None:
        """What followed from it is done."""
        self._offset = _offset()


def _offset() -> float:
    return time.time() - time.monotonic()
