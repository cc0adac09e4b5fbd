"""Co-hosts: the organiser asks an organisation, which consents before its name is shown, and may take that back.

asked -> consented | declined; consented -> taken_back; any of them -> dropped by the organiser; and asked again.
"""

from collections.abc import Mapping
from dataclasses import dataclass, field, replace
from datetime import datetime
from typing import Literal

from services.contracts.errors import Conflict

from .event import Event

CoHostState = Literal["asked", "consented", "declined", "taken_back", "dropped"]


@dataclass(frozen=True, slots=True)
class CoHost:
    """What one organisation said to being co-host of one event. message: the organiser's words to it."""

    id: str
    home: str
    incarnation: int
    version: int
    state: CoHostState
    created: datetime
    changed: datetime
    event: str
    organisation: str
    message: Mapping[str, str] = field(default_factory=dict)


def ask_again(before: CoHost, message: Mapping[str, str], now: datetime, incarnation: int) -> CoHost:
    """Raises Conflict for one who is asked or has consented already."""
    if before.state in ("asked", "consented"):
        raise Conflict(f"{before.organisation} is {before.state} already. Wait for the answer, or drop the request.")
    return _next(before, "asked", now, incarnation, message)


def answer(before: CoHost, event: Event, consent: bool, now: datetime, incarnation: int) -> CoHost:
    """The organisation consents, declines, or takes its consent back; that it may always, also once the event is over.

    Raises Conflict when the organiser withdrew the request, or when it is too late to consent.
    """
    if before.state == "dropped":
        raise Conflict("The organiser has withdrawn this request.")
    if not consent:
        given = before.state in ("consented", "taken_back")
        return _next(before, "taken_back" if given else "declined", now, incarnation)
    if event.state == "cancelled" or event.ends <= now:
        raise Conflict("This event is cancelled or over: nobody can become its co-host any more.")
    return _next(before, "consented", now, incarnation)


def drop(before: CoHost, now: datetime, incarnation: int) -> CoHost:
    """The organiser withdraws the request, or does without the co-host. Raises Conflict when that was done already."""
    if before.state == "dropped":
        raise Conflict("This request is withdrawn already.")
    return _next(before, "dropped", now, incarnation)


def with_answer(event: Event, co_host: CoHost) -> Event:
    """The event after this answer: it names those alone who consent."""
    others = tuple(identity for identity in event.co_hosts if identity != co_host.organisation)
    return replace(event, co_hosts=(*others, co_host.organisation) if co_host.state == "consented" else others)


def _next(
    before: CoHost, state: CoHostState, now: datetime, incarnation: int, message: Mapping[str, str] | None = None
) -> CoHost:
    return replace(
        before,
        state=state,
        message=before.message if message is None else message,
        version=before.version + 1,
        incarnation=incarnation,
        changed=now,
    )
