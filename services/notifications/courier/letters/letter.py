"""A mail as it is said, before it is set as HTML and as plain text."""

from dataclasses import dataclass, field
from typing import Literal


@dataclass(frozen=True, slots=True)
class Row:
    """A line such as "When: Monday". old: what it was before, if that is what the mail is about."""

    label: str
    value: str
    old: str | None = None
    link: str | None = None


@dataclass(frozen=True, slots=True)
class Button:
    text: str
    url: str


@dataclass(frozen=True, slots=True)
class Letter:
    """kicker: what kind of mail it is. lead: what happened. body: paragraphs of the record itself. small: the fine
    print. why: why one gets it. calendar: METHOD of the .ics; None without one."""

    subject: str
    kicker: str
    title: str
    lead: tuple[str, ...] = ()
    rows: tuple[Row, ...] = ()
    body: tuple[str, ...] = ()
    buttons: tuple[Button, ...] = ()
    small: tuple[str, ...] = ()
    why: str = ""
    footer_links: tuple[Button, ...] = ()
    calendar: Literal["PUBLISH", "CANCEL"] | None = None
    unsubscribe: str | None = None
    colour: str = field(default="#1f4e4a")
