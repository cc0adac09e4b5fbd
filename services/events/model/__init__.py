"""The rules of events; standard library only."""

from .event import Audience, Event, Organiser, Place, cancel, change, draft, publish, tombstone
from .hold import Block, block_of, release
from .places import Places, SignUp, has_room, recount

__all__ = [
    "Audience",
    "Block",
    "Event",
    "Organiser",
    "Place",
    "Places",
    "SignUp",
    "block_of",
    "cancel",
    "change",
    "draft",
    "has_room",
    "publish",
    "recount",
    "release",
    "tombstone",
]
