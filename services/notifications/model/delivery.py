"""Deliveries (one message to one recipient) and mailings (a fact on its way to many)."""

from dataclasses import dataclass
from datetime import datetime, timedelta
from typing import Final, Literal

from .telling import Channel

Lane = Literal["urgent", "attendees", "bulk", "webhook"]
LANES: Final[tuple[Lane, ...]] = ("urgent", "attendees", "bulk", "webhook")
"""What one person waits for, what an event's attendees must know, what many like to know, what machines are told."""
DeliveryState = Literal["waiting", "sent", "dropped", "dead"]

GIVE_UP_AFTER: Final = timedelta(days=5)
"""A mail server that says "not now" is asked for so long (RFC 5321, 4.5.4.1)."""
LONGEST_PAUSE: Final = timedelta(hours=4)


@dataclass(frozen=True, slots=True)
class Delivery:
    """One message. It holds no address and no name. reference: whose it is (sub_, sgn_, whk_, a sign-in request).

    purpose: what it says, e.g. event.changed. edition, before: what it shows of a record, and what was told before.
    lane: a sign-in link never waits behind a newsletter. next_at: when it is due, or until when `worker`, a courier,
    holds it.
    quiet: it can wait for the morning.
    """

    id: str
    channel: Channel
    lane: Lane
    reference: str
    purpose: str
    state: DeliveryState
    created: datetime
    next_at: datetime | None
    correlation_id: str
    record: str | None = None
    edition: str | None = None
    before: str | None = None
    quiet: bool = False
    attempts: int = 0
    worker: str | None = None
    error: str | None = None


@dataclass(frozen=True, slots=True)
class Mailing:
    """A fact about a record, on its way to everybody whom it concerns, some hundred at a time. id: the fact's.

    phase and cursor: how far it has come. silent: it only notes what everybody knows now (joins, rebuilds).
    """

    id: str
    record: str
    edition: str
    correlation_id: str
    at: datetime
    state: Literal["waiting", "done"] = "waiting"
    phase: int = 0
    cursor: str = ""
    deliveries: int = 0
    silent: bool = False


def pause_after(attempts: int) -> timedelta:
    """How long a mail waits after a temporary refusal of the mail server: 1, 5, 25 ... minutes, 4 hours at most."""
    return min(timedelta(minutes=5 ** min(attempts - 1, 5)), LONGEST_PAUSE)
