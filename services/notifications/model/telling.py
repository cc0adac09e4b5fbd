"""Telling people is a difference (rule 8): what somebody was last told of a record, and what they are told next."""

from collections.abc import Mapping
from dataclasses import dataclass
from datetime import datetime
from typing import Any, Literal

from .filter import Subject

Kind = Literal["event", "news"]
Channel = Literal["mail", "webhook"]

TOLD_OF = {
    "event": ("title", "begins", "ends", "time_zone", "place", "link"),
    "news": ("title", "body", "link"),
}
"""Fields whose change is worth a mail."""
LOCALIZED = frozenset({"title", "body"})


@dataclass(frozen=True, slots=True, order=True)
class Age:
    """Which state of a record: the greater is the newer (rule 7)."""

    incarnation: int
    version: int


@dataclass(frozen=True, slots=True)
class Edition:
    """A state of an event or a piece of news as it was published. Never changes; each is kept once, however many are
    told of it. id: `<home>/<record>/<incarnation>.<version>`. fact: the message itself, as webhooks get it."""

    id: str
    record: str
    kind: Kind
    age: Age
    state: str
    open: bool
    subject: Subject
    data: Mapping[str, Any]
    fact: str
    at: datetime

    @property
    def over(self) -> datetime | None:
        """When nobody needs to hear of it any more."""
        ends: datetime | None = self.data.get("ends")
        return ends


@dataclass(frozen=True, slots=True)
class Told:
    """What one recipient was last told of one record. delivery: by which message, the newest."""

    id: str
    record: str
    reference: str
    edition: str
    age: Age
    state: str
    at: datetime
    delivery: str | None = None


@dataclass(frozen=True, slots=True)
class Recipient:
    """Somebody who may be told. wants: its filter matches. wanted_before: it matched the edition before as well.
    admitted: the record is for its eyes. since: what was published from then on is told. attends: it signed up."""

    reference: str
    channel: Channel
    wants: bool
    wanted_before: bool
    admitted: bool
    since: datetime
    attends: bool = False


@dataclass(frozen=True, slots=True)
class Telling:
    """What is to be told: purpose `event.published` ..., the edition to show, the one that was told before."""

    purpose: str
    edition: str
    before: str | None = None


def told_id(reference: str, record: str) -> str:
    return f"{reference}/{record}"


def difference(kind: Kind, before: Mapping[str, Any], after: Mapping[str, Any]) -> tuple[str, ...]:
    """The fields whose change matters to who was told `before`. A new translation is no change of a text."""
    return tuple(name for name in TOLD_OF[kind] if _differs(name, before.get(name), after.get(name)))


def _differs(name: str, before: Any, after: Any) -> bool:
    if name in LOCALIZED and before and after and not before.keys().isdisjoint(after.keys()):
        return any(before[language] != after[language] for language in before.keys() & after.keys())
    return bool(before != after)


def decide(
    edition: Edition,
    published: datetime,
    told: Told | None,
    told_edition: Edition | None,
    recipient: Recipient,
    now: datetime,
) -> Telling | None:
    """What to tell a recipient of the newest edition of a record; None: nothing.

    published: when the record was first published. told_edition: the edition of `told`, if it is still kept.
    """
    if edition.over is not None and edition.over <= now:
        return None
    if told is None:
        return _first(edition, published, recipient)
    if told.age >= edition.age or told.state in ("cancelled", "withdrawn"):
        return None
    return _again(edition, told, told_edition, recipient)


def _first(edition: Edition, published: datetime, recipient: Recipient) -> Telling | None:
    if edition.state not in ("published", "posted") or not (recipient.wants and recipient.admitted):
        return None
    if recipient.since > published and recipient.wanted_before:
        return None  # it stood in the calendar already when they subscribed
    return Telling(f"{edition.kind}.{edition.state}", edition.id)


def _again(edition: Edition, told: Told, told_edition: Edition | None, recipient: Recipient) -> Telling | None:
    if edition.state == "cancelled":
        shown = edition.id if recipient.admitted or recipient.attends else told.edition
        return Telling("event.cancelled", shown, told.edition)
    wishes_are_as_then = recipient.since <= told.at
    if not (recipient.admitted and (recipient.wants or wishes_are_as_then)):
        return None
    if recipient.channel == "webhook":
        happening = "withdrawn" if edition.state == "withdrawn" else "changed"
        return Telling(f"{edition.kind}.{happening}", edition.id, told.edition)
    if edition.state == "withdrawn" or told_edition is None:
        return None
    if not difference(edition.kind, told_edition.data, edition.data):
        return None
    return Telling(f"{edition.kind}.changed", edition.id, told.edition)


def merge(waiting: Telling | None, new: Telling, changes: bool) -> Telling | None:
    """What to tell instead of a mail that still waits and a new one: one mail, or none.

    changes: whether the new edition differs from the one that was told before the waiting mail.
    """
    if waiting is None:
        return new
    first = waiting.purpose in ("event.published", "news.posted")
    if new.purpose == "event.cancelled":
        return None if first else Telling(new.purpose, new.edition, waiting.before)
    if first:
        return Telling(waiting.purpose, new.edition)
    return Telling(new.purpose, new.edition, waiting.before) if changes else None
