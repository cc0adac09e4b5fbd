"""Read your writes: the answer of a command waits a moment until the read model shows it."""

import asyncio
import time
from collections.abc import Callable, Mapping
from typing import Any, Final

from gateway.read_model.reader import ReadModelAway

LONGEST: Final = 1.0
_FIRST, _NEXT = 0.004, 0.02

_PUBLIC_STATES: Final[Mapping[str, frozenset[str]]] = {
    "organisation": frozenset({"admitted", "succeeded", "merged", "removed"}),
    "relation": frozenset({"stated", "withdrawn"}),
    "offering": frozenset({"offered", "withdrawn"}),
    "package": frozenset({"offered"}),
    "event": frozenset({"published", "cancelled"}),
    "series": frozenset({"active", "closed"}),
    "consortium": frozenset({"active", "dissolved"}),
    "membership": frozenset({"active", "ended"}),
    "working_group": frozenset({"active", "closed"}),
    "news": frozenset({"posted", "withdrawn"}),
}


def is_public(kind: str, record: Mapping[str, Any]) -> bool:
    """Whether a record of this kind and state stands in the read model at all: others would be waited for in vain."""
    audience = record.get("audience", "public")
    if isinstance(audience, Mapping):
        audience = audience.get("kind")
    return record.get("state") in _PUBLIC_STATES.get(kind, frozenset()) and audience == "public"


async def until(shown: Callable[[], bool], longest: float = LONGEST) -> bool:
    """Waits until `shown()`; False when it took longer than `longest` seconds."""
    ends, pause = time.monotonic() + longest, _FIRST
    while not _holds(shown):
        if time.monotonic() >= ends:
            return False
        await asyncio.sleep(pause)
        pause = _NEXT
    return True


def _holds(shown: Callable[[], bool]) -> bool:
    try:
        return shown()
    except ReadModelAway:
        return False


def newer(shown: tuple[int, int] | None, record: Mapping[str, Any]) -> bool:
    """Whether what the read model shows is at least as new as the record of the answer."""
    return shown is not None and shown >= (int(record["incarnation"]), int(record["version"]))
