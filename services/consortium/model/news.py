"""News and updates, posted to a consortium, a working group or a region. posted -> withdrawn."""

import re
from collections.abc import Mapping
from dataclasses import dataclass, field
from typing import Any, Literal

from services.contracts.errors import Conflict, field_error

from .versions import Moment, Record, changed, following

State = Literal["posted", "withdrawn"]
TargetKind = Literal["consortium", "working_group", "region"]
Audience = Literal["public", "members"]
_NUTS3 = re.compile(r"[A-Z]{2}[0-9A-Z]{3}")


@dataclass(frozen=True, slots=True)
class Target:
    """Where it is posted; `id` is a consortium's, a working group's, or a NUTS 3 code."""

    kind: TargetKind
    id: str


@dataclass(frozen=True, slots=True)
class News(Record):
    """consortium: the target's; None for a region's. regions: the target's when it was posted or last changed.

    audience members: for the members of the consortium, or of the working group.
    """

    state: State
    target: Target
    consortium: str | None
    title: Mapping[str, str]
    body: Mapping[str, str]
    themes: tuple[str, ...] = ()
    regions: tuple[str, ...] = ()
    audience: Audience = "public"
    link: str | None = field(default=None)

    @property
    def is_public(self) -> bool:
        return self.audience == "public"


def post(news: News) -> News:
    """New news, checked. Raises Invalid."""
    if news.target.kind == "region":
        if _NUTS3.fullmatch(news.target.id) is None:
            raise field_error("target.id", "Give the region's NUTS 3 code, such as FI1DC.")
        if not news.is_public:
            raise field_error("audience", "A region has no members: its news are public.")
    return news


def change_news(news: News, changes: Mapping[str, Any], at: Moment) -> News:
    """With these fields changed; the same record when nothing differs. Raises Conflict for withdrawn news."""
    if news.state != "posted":
        raise Conflict("These news are withdrawn. Post them anew.")
    return changed(news, changes, at)


def withdraw(news: News, at: Moment) -> News:
    """A tombstone: what it said is gone, where it was posted stays. Raises Conflict when it is withdrawn already."""
    if news.state != "posted":
        raise Conflict("These news are withdrawn already.")
    return following(news, at, state="withdrawn", title={}, body={}, link=None)
