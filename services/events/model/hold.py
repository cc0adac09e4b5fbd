"""What the calendar shows of a draft (a date hold) or of a restricted event (a busy block): time, theme, region."""

from dataclasses import dataclass, replace
from datetime import datetime
from typing import Literal

from .event import Event


@dataclass(frozen=True, slots=True)
class Block:
    """A time that is taken, without title or organiser, for the clash check."""

    id: str
    home: str
    incarnation: int
    version: int
    state: Literal["placed", "released"]
    created: datetime
    changed: datetime
    kind: Literal["hold", "busy"]
    begins: datetime
    ends: datetime
    time_zone: str
    themes: tuple[str, ...]
    regions: tuple[str, ...]


def block_of(event: Event, before: Block | None) -> Block | None:
    """The block that stands for this event now; None when it needs none (it is public, or cancelled)."""
    if event.state == "cancelled" or (event.state == "published" and event.is_public):
        return None
    return Block(
        id=event.block,
        home=event.home,
        incarnation=event.incarnation,
        version=1 if before is None else before.version + 1,
        state="placed",
        created=event.created if before is None else before.created,
        changed=event.changed,
        kind="hold" if event.state == "draft" else "busy",
        begins=event.begins,
        ends=event.ends,
        time_zone=event.time_zone,
        themes=event.themes,
        regions=event.regions,
    )


def release(block: Block, now: datetime, incarnation: int) -> Block:
    """The time is free again."""
    return replace(block, state="released", version=block.version + 1, incarnation=incarnation, changed=now)
