"""A time that is taken, with as much as is known of who and what takes it."""

from dataclasses import dataclass
from datetime import datetime
from typing import Literal

SpeakerKey = tuple[str, str | None]
"""A folded name (venue.name_key), and the organisation if it is known."""


@dataclass(frozen=True, slots=True)
class Occupied:
    """An event, a draft, or what another node's block shows of one.

    first, last: numbers of its local days. hosts: `<kind>:<id>`, co-hosts too. venue: a key, "" when unknown.
    audience: `public`, `unknown` (a block), `consortia`, `working_group` or `invited`; groups: of a working group;
    consortia: whose members may come; within: the consortium that an audience's working group is of.
    """

    home: str
    id: str
    begins: datetime
    ends: datetime
    first: int
    last: int
    hosts: tuple[str, ...] = ()
    venue: str = ""
    speakers: tuple[SpeakerKey, ...] = ()
    themes: tuple[str, ...] = ()
    regions: tuple[str, ...] = ()
    audience: Literal["public", "unknown", "consortia", "working_group", "invited"] = "unknown"
    groups: tuple[str, ...] = ()
    consortia: tuple[str, ...] = ()
    within: str | None = None

    @property
    def is_open(self) -> bool:
        """Whether anybody of its regions may want to come; of a block that is not known, so it is feared."""
        return self.audience in ("public", "unknown")
