"""A fact about an event or news becomes an edition, and a mailing carries it to everybody whom it concerns."""

from typing import Any

from services.contracts.envelope import Fact
from services.notifications.model import Age, Edition, Mailing, Subject
from services.notifications.store import NotificationStore
from services.runtime.copies import copy_key
from services.runtime.work import Work

Data = dict[str, Any]


def take_event(work: Work, store: NotificationStore, fact: Fact, data: Data) -> None:
    """`withdrawn` is passed over: it is for copies that show only what is public. The same change comes once more
    for members, and people who were told the public event are not told that it is no longer theirs."""
    if not fact.type.endswith(".withdrawn"):
        _take(work, store, _edition(fact, data, "event", _subject_of_event(store, data)))


def take_news(work: Work, store: NotificationStore, fact: Fact, data: Data) -> None:
    _take(work, store, _edition(fact, data, "news", _subject_of_news(data)))


def remember_event(work: Work, store: NotificationStore, fact: Fact, data: Data) -> None:
    """Notes the event as known to everybody whom it concerns, and tells nobody (rule 8: joins, rebuilds)."""
    _take(work, store, _edition(fact, data, "event", _subject_of_event(store, data)), silent=True)


def remember_news(work: Work, store: NotificationStore, fact: Fact, data: Data) -> None:
    """As remember_event."""
    _take(work, store, _edition(fact, data, "news", _subject_of_news(data)), silent=True)


def _take(work: Work, store: NotificationStore, edition: Edition, *, silent: bool = False) -> None:
    head = store.head(edition.record)
    if head is not None and Age(head["incarnation"], head["version"]) >= edition.age:
        return
    store.add_edition(edition)
    store.put_head(
        {
            "_id": edition.record,
            "edition": edition.id,
            "before": None if head is None else head["edition"],
            "incarnation": edition.age.incarnation,
            "version": edition.age.version,
            "published": edition.at if head is None else head["published"],
            "over": edition.over,
        }
    )
    store.add_mailing(
        Mailing(
            id=work.origin.causation_id,
            record=edition.record,
            edition=edition.id,
            correlation_id=work.origin.correlation_id,
            at=work.now,
            silent=silent,
        )
    )


def _edition(fact: Fact, data: Data, kind: Any, subject: Subject) -> Edition:
    record = copy_key(fact.home, fact.subject)
    return Edition(
        id=f"{record}/{fact.incarnation}.{fact.version}",
        record=record,
        kind=kind,
        age=Age(fact.incarnation, fact.version),
        state=data["state"],
        # A tombstone says nothing, so whoever was told may be told it.
        open=fact.visibility == "public" or data["state"] == "withdrawn",
        subject=subject,
        data={**data, "id": fact.subject, "home": fact.home, "version": fact.version},
        fact=fact.to_json().decode(),
        at=fact.time,
    )


def _subject_of_event(store: NotificationStore, data: Data) -> Subject:
    organiser, audience = data.get("organiser") or {}, data.get("audience") or {}
    consortia = [organiser["id"]] if organiser.get("kind") == "consortium" else []
    groups: list[str] = []
    if audience.get("kind") == "consortia":
        consortia += audience["ids"]
    elif audience.get("kind") == "working_group":
        groups = list(audience["ids"])
        consortia += [group["consortium"] for group in map(store.working_groups.find, groups) if group is not None]
    return Subject(
        regions=tuple(data.get("regions", ())),
        themes=tuple(data.get("themes", ())),
        consortia=tuple(dict.fromkeys(consortia)),
        working_groups=tuple(groups),
    )


def _subject_of_news(data: Data) -> Subject:
    target = data.get("target") or {}
    consortium = data.get("consortium")
    return Subject(
        regions=tuple(data.get("regions", ())),
        themes=tuple(data.get("themes", ())),
        consortia=() if consortium is None else (consortium,),
        working_groups=(target["id"],) if target.get("kind") == "working_group" else (),
    )
