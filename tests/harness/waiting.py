"""Waiting for a condition, with a limit: instead of sleeping and hoping."""

import time
from collections.abc import Callable
from typing import TypeVar

T = TypeVar("T")

LIMIT = 20.0


def until(condition: Callable[[], T], *, limit: float = LIMIT, says: str = "") -> T:
    """The first true value of `condition`. Raises AssertionError when there is none within `limit` seconds."""
    deadline = time.monotonic() + limit
    while True:
        value = condition()
        if value:
            return value
        if time.monotonic() > deadline:
            raise AssertionError(f"not within {limit} s: {says or condition} (last: {value!r})")
        time.sleep(0.02)
