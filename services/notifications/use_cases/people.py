"""What notifications does about facts that concern one person: a sign-up, a request for a sign-in link."""

from dataclasses import replace
from typing import Any

from services.contracts.envelope import Fact
from services.notifications.model import Age, Told, told_id
from services.notifications.store import NotificationStore
from services.runtime.copies import copy_key
from services.runtime.work import Work

from .outgoing import single_mail

Data = dict[str, Any]
_LEFT = {"waiting": "left", "pending": "withdrawn", "offered": "declined"}
"""What cancelling is to who had no place: no entry stands in a calendar."""
_BY_THE_CLOCK = ("reminded", "feedback_asked")
"""Of the same version as what was told before; nobody waits for them, so they keep quiet at night."""


class EventNotKnownYet(LookupError):
    """The event of a sign-up has not arrived; the fact waits in the inbox and is tried again."""


def take_sign_up(work: Work, store: NotificationStore, fact: Fact, data: Data) -> None:
    """Sends its mail, and remembers that this attendee now knows the event as it stands. Raises EventNotKnownYet."""
    happening = fact.type.rpartition(".")[2]
    held = store.attendance(fact.subject)
    age = Age(fact.incarnation, fact.version)
    newer = held is None or Age(held["incarnation"], held["version"]) < age
    if not newer and happening not in ("repeated", *_BY_THE_CLOCK):
        return
    record = copy_key(fact.home, data["event"])
    head = store.head(record)
    if head is None:
        raise EventNotKnownYet(record)
    if happening in _BY_THE_CLOCK:
        mail = single_mail(work, fact.subject, f"sign_up.{happening}", record=record, edition=head["edition"])
        store.add_deliveries([replace(mail, lane="attendees", quiet=True)])
        return
    if newer:
        store.put_attendance(
            {
                "_id": fact.subject,
                "event": record,
                "state": data["state"],
                "incarnation": age.incarnation,
                "version": age.version,
                "changed": work.now,
            }
        )
    if happening in ("changed", "kept"):
        return  # by the person, who saw it
    if happening == "cancelled" and held is not None:
        happening = _LEFT.get(held["state"], happening)
    mail = single_mail(work, fact.subject, f"sign_up.{happening}", record=record, edition=head["edition"])
    store.add_deliveries([mail])
    edition = store.edition(head["edition"])
    assert edition is not None  # a head's edition is kept as long as the head
    store.put_told(
        [
            Told(
                id=told_id(fact.subject, record),
                record=record,
                reference=fact.subject,
                edition=edition.id,
                age=edition.age,
                state=edition.state,
                at=work.now,
                delivery=mail.id,
            )
        ]
    )


def take_sign_in(work: Work, store: NotificationStore, _fact: Fact, data: Data) -> None:
    """Somebody with an account asked for a link; actors says where it goes, as the courier sends it."""
    store.add_deliveries([single_mail(work, data["request"], "sign_in")])
