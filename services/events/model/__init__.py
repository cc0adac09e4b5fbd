"""The rules of events; standard library only."""

from .co_host import CoHost, answer, ask_again, drop, with_answer
from .event import (
    LONGEST,
    Audience,
    Event,
    Organiser,
    Place,
    Postponement,
    attendance_by,
    cancel,
    change,
    draft,
    next_version,
    postpone,
    publish,
    tombstone,
    with_regions,
)
from .hold import Block, block_of, release
from .places import Places, SignUp, has_room, recount
from .programme import Session, Speaker
from .series import Series, change_series, close_series
from .venue import name_key, venue_key

__all__ = [
    "LONGEST",
    "Audience",
    "Block",
    "CoHost",
    "Event",
    "Organiser",
    "Place",
    "Places",
    "Postponement",
    "Series",
    "Session",
    "SignUp",
    "Speaker",
    "answer",
    "ask_again",
    "attendance_by",
    "block_of",
    "cancel",
    "change",
    "change_series",
    "close_series",
    "draft",
    "drop",
    "has_room",
    "name_key",
    "next_version",
    "postpone",
    "publish",
    "recount",
    "release",
    "tombstone",
    "venue_key",
    "with_answer",
    "with_regions",
]
