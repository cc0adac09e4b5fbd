"""Carries a mailing to everybody whom it concerns, some hundred at a time, each part in one transaction."""

from collections.abc import Iterable
from dataclasses import dataclass, replace
from datetime import UTC, datetime
from typing import Any, Final

from services.contracts import identifiers
from services.notifications.model import (
    Delivery,
    Edition,
    Mailing,
    Recipient,
    Subscription,
    Telling,
    Told,
    Webhook,
    decide,
    difference,
    matches,
    merge,
    told_id,
)
from services.notifications.store import NotificationStore

from .audience import audience_of

ATTENDEES, TOLD, SUBSCRIBERS, WEBHOOKS, DONE = range(5)
_LONG_AGO: Final = datetime.min.replace(tzinfo=UTC)


@dataclass(frozen=True, slots=True)
class _Record:
    """The record that is told of: its newest edition, the one before, and when it was first published."""

    newest: Edition
    before: Edition | None
    published: datetime


def expand(store: NotificationStore, mailing: Mailing, now: datetime, limit: int) -> Mailing | None:
    """Makes the deliveries of the next `limit` recipients; the mailing as it stands then, None if another courier
    was faster. All writes go through the store's session."""
    record = _record_of(store, mailing)
    if record is None:
        after = replace(mailing, state="done", phase=DONE)
        return after if store.put_mailing(mailing, after) else None
    people, phase, cursor = _next_recipients(store, mailing, record, limit)
    made = _tell_all(store, mailing, record, people, now)
    after = replace(mailing, phase=phase, cursor=cursor, deliveries=mailing.deliveries + made)
    after = replace(after, state="done") if phase == DONE else after
    return after if store.put_mailing(mailing, after) else None


def _record_of(store: NotificationStore, mailing: Mailing) -> _Record | None:
    """None when a newer edition is there: its own mailing tells everybody the difference."""
    head = store.head(mailing.record)
    if head is None or head["edition"] != mailing.edition:
        return None
    found = store.editions([mailing.edition, *([head["before"]] if head["before"] else [])])
    newest = found.get(mailing.edition)
    return None if newest is None else _Record(newest, found.get(head["before"] or ""), head["published"])


def _next_recipients(
    store: NotificationStore, mailing: Mailing, record: _Record, limit: int
) -> tuple[list[Recipient], int, str]:
    """About `limit` more recipients, each once, and the phase and cursor after them."""
    phase, cursor, read = mailing.phase, mailing.cursor, 0
    found: dict[str, Recipient] = {}
    while phase != DONE and read < limit:
        people, size, cursor = _part(store, mailing, record, phase, cursor, limit - read)
        read += size
        for person in people:
            found.setdefault(person.reference, person)
        if not cursor:
            phase += 1
            if phase == SUBSCRIBERS and record.newest.state not in ("published", "posted"):
                phase = DONE  # what is cancelled or withdrawn is news only to who was told of it
    return list(found.values()), phase, cursor


def _part(
    store: NotificationStore, mailing: Mailing, record: _Record, phase: int, cursor: str, wanted: int
) -> tuple[list[Recipient], int, str]:
    """The next recipients of a phase, how many were looked at, and the cursor; "" at the phase's end.

    Somebody under two keys comes twice: the second time they have been told.
    """
    if phase == ATTENDEES:
        attending = store.attending(mailing.record, cursor, wanted) if record.newest.kind == "event" else []
        told_otherwise = {"cancelled", "confirmed"} if _is_postponing(record.newest) else {"cancelled"}
        staying = [entry["_id"] for entry in attending if entry["state"] not in told_otherwise]
        following = attending[-1]["_id"] if len(attending) == wanted else ""
        return [_attendee(sign_up) for sign_up in staying], len(attending), following
    if phase == TOLD:
        told, cursor = store.told_of(mailing.record).part(cursor, wanted)
        return _known(store, record, [entry.reference for entry in told]), len(told), cursor
    keys = record.newest.subject.keys
    place, _, within = cursor.partition(":")
    number = int(place) if place.isdecimal() and int(place) < len(keys) else 0
    key = keys[number]
    under = store.subscriptions_under(key) if phase == SUBSCRIBERS else store.webhooks_under(key)
    owners, within = under.part(within, wanted)
    number += 0 if within else 1
    return _recipients(store, record, owners), len(owners), f"{number}:{within}" if number < len(keys) else ""


def _is_postponing(newest: Edition) -> bool:
    """Whether it tells that the event was moved: each who has a place is asked whether they still come, by a mail of
    their own (people.py)."""
    postponed = newest.data.get("postponed")
    return newest.state == "published" and postponed is not None and postponed["since"] == newest.data.get("changed")


def _attendee(sign_up: str) -> Recipient:
    since = _LONG_AGO
    return Recipient(sign_up, "mail", wants=True, wanted_before=True, admitted=True, since=since, attends=True)


def _known(store: NotificationStore, record: _Record, references: list[str]) -> list[Recipient]:
    """Those of these that are subscriptions or webhooks; attendees had their own phase."""
    subscriptions = store.subscriptions_by_id(ref for ref in references if ref.startswith("sub_"))
    webhooks = store.webhooks_by_id(ref for ref in references if ref.startswith("whk_"))
    return _recipients(store, record, [*subscriptions.values(), *webhooks.values()])


def _recipients(store: NotificationStore, record: _Record, owners: Iterable[Subscription | Webhook]) -> list[Recipient]:
    active = [owner for owner in owners if owner.state == "active"]
    audience = audience_of(store, record.newest)
    accounts = [owner.account for owner in active if owner.account is not None]
    held = {} if audience.open else store.mandates_of(accounts)
    before = record.before
    return [
        Recipient(
            reference=owner.id,
            channel="webhook" if isinstance(owner, Webhook) else "mail",
            wants=matches(owner.filter, record.newest.subject),
            wanted_before=before is not None and matches(owner.filter, before.subject),
            admitted=audience.admits(None if owner.account is None else held.get(owner.account, [])),
            since=owner.since,
        )
        for owner in active
    ]


def _tell_all(
    store: NotificationStore, mailing: Mailing, record: _Record, people: list[Recipient], now: datetime
) -> int:
    """Writes what they are told; how many messages that makes."""
    newest = record.newest
    told = store.told(told_id(person.reference, newest.record) for person in people)
    waiting = store.deliveries(entry.delivery for entry in told.values() if entry.delivery is not None)
    editions = store.editions(
        edition
        for edition in (*(entry.edition for entry in told.values()), *(d.before for d in waiting.values()))
        if edition is not None
    )
    notes: list[Told] = []
    deliveries: list[Delivery] = []
    for person in people:
        key = told_id(person.reference, newest.record)
        known = told.get(key)
        known_edition = None if known is None else editions.get(known.edition)
        telling = decide(newest, record.published, known, known_edition, person, now)
        if telling is None:
            continue
        delivery = None
        if not mailing.silent:
            pending = waiting.get((known.delivery if known is not None else None) or "")
            delivery = _delivery(store, mailing, person, telling, pending, editions, newest, now)
        if delivery is not None:
            deliveries.append(delivery)
        message = delivery.id if delivery is not None else None if known is None else known.delivery
        notes.append(Told(key, newest.record, person.reference, newest.id, newest.age, newest.state, now, message))
    store.put_told(notes)
    store.add_deliveries(deliveries)
    return len(deliveries)


def _delivery(
    store: NotificationStore,
    mailing: Mailing,
    person: Recipient,
    telling: Telling,
    pending: Delivery | None,
    editions: dict[str, Edition],
    newest: Edition,
    now: datetime,
) -> Delivery | None:
    """A new delivery; None when a mail that still waits says it instead, or nothing needs to be said any more."""
    if person.channel == "mail" and pending is not None and _can_say_it_too(pending):
        waiting = Telling(pending.purpose, pending.edition or "", pending.before)
        before = editions.get(pending.before or "")
        changes = before is None or bool(difference(newest.kind, before.data, newest.data))
        merged = merge(waiting, telling, changes) if person.wants or waiting.before is not None else None
        if store.change_waiting(pending.id, _merged(merged)):
            return None
    return _made(mailing, person, telling, now)


def _can_say_it_too(pending: Delivery) -> bool:
    return pending.state == "waiting" and pending.worker is None and pending.purpose.startswith(("event.", "news."))


def _merged(telling: Telling | None) -> dict[str, Any]:
    if telling is None:
        return {"state": "dropped", "next_at": None, "error": "what it said was taken back before it was sent"}
    return {"purpose": telling.purpose, "edition": telling.edition, "before": telling.before}


def _made(mailing: Mailing, person: Recipient, telling: Telling, now: datetime) -> Delivery:
    return Delivery(
        id=identifiers.new_id(identifiers.DELIVERY),
        channel=person.channel,
        lane="webhook" if person.channel == "webhook" else "attendees" if person.attends else "bulk",
        reference=person.reference,
        purpose=telling.purpose,
        state="waiting",
        created=now,
        next_at=now,
        correlation_id=mailing.correlation_id,
        record=mailing.record,
        edition=telling.edition,
        before=telling.before,
        quiet=person.channel == "mail" and not person.attends,
    )
