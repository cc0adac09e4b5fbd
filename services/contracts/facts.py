"""Every fact there is: its type, who may see it, and the shape of its data.

A record's facts carry the whole record, so that a copy needs only the newest. tests/contracts/samples holds one of
each as it was first published; all of them must stay readable.
"""

from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from functools import cache
from typing import Any, Final

from marshmallow import EXCLUDE, Schema

from .envelope import Fact, Visibility
from .schemas import actors, consortium, events, notifications, offerings, privacy, programme, registry


@dataclass(frozen=True, slots=True)
class FactType:
    """name: `<service>.<record>.<happening>`. kind: the record's, under which copies keep it. newest_only: of several
    about one record in one commit only the last is told; nobody reacts to the others."""

    name: str
    kind: str
    schema: type[Schema]
    says: str
    visibilities: tuple[Visibility, ...] = ("public",)
    newest_only: bool = False

    @property
    def service(self) -> str:
        return self.name.partition(".")[0]


def _facts(
    prefix: str,
    kind: str,
    schema: type[Schema],
    says: dict[str, str],
    *visibilities: Visibility,
    newest_only: bool = False,
) -> Iterable[FactType]:
    for happening, sentence in says.items():
        yield FactType(f"{prefix}.{happening}", kind, schema, sentence, visibilities or ("public",), newest_only)


ALL: Final[tuple[FactType, ...]] = (
    *_facts(
        "actors.organisation",
        "organisation",
        actors.OrganisationRecord,
        {
            "registered": "An organisation stands in the registry.",
            "changed": "An organisation's record changed.",
            "removed": "An organisation was removed; a tombstone.",
        },
    ),
    *_facts(
        "actors.relation",
        "relation",
        registry.RelationRecord,
        {
            "stated": "A relation between two organisations was stated.",
            "changed": "The days of a relation changed.",
            "withdrawn": "A relation was withdrawn; a tombstone.",
        },
    ),
    *_facts(
        "actors.offering",
        "offering",
        offerings.OfferingRecord,
        {
            "offered": "An organisation offers a service or equipment.",
            "changed": "An offering changed.",
            "withdrawn": "An offering was withdrawn; a tombstone.",
        },
    ),
    *_facts(
        "actors.package",
        "package",
        offerings.PackageRecord,
        {
            "offered": "A package of several actors' offerings is shown.",
            "changed": "A package changed, or whose offerings are shown in it.",
            "withdrawn": "A package is not shown (any more, or for now); a tombstone.",
        },
    ),
    *_facts(
        "actors.proposal",
        "proposal_decision",
        registry.ProposalDecided,
        {"decided": "A proposal was admitted or refused: who made it is to be told."},
        "node",
    ),
    *_facts(
        "actors.mandate",
        "mandate",
        actors.MandateRecord,
        {"granted": "An account may act in a role.", "revoked": "It no longer may."},
        "node",
    ),
    *_facts(
        "actors.session",
        "session",
        actors.SessionRecord,
        {"opened": "Somebody signed in.", "closed": "A session ended."},
        "node",
    ),
    *_facts(
        "actors.key",
        "key",
        actors.KeyRecord,
        {"issued": "An API key was issued.", "revoked": "An API key was revoked."},
        "node",
    ),
    *_facts(
        "actors.sign_in",
        "sign_in",
        actors.SignInRequested,
        {"requested": "Somebody with an account asked for a sign-in link."},
        "node",
    ),
    *_facts(
        "actors.data_request",
        "data_request",
        privacy.DataRequested,
        {"made": "Somebody asked for a link to all that the node knows of their address."},
        "node",
    ),
    *_facts(
        "events.event",
        "event",
        events.EventRecord,
        {
            "published": "An event was published.",
            "changed": "A published event changed.",
            "postponed": "A published event was moved to other dates; it says what was announced before.",
            "cancelled": "A published event was cancelled.",
            "withdrawn": "A published event is no longer for this audience; a tombstone.",
        },
        "public",
        "members",
    ),
    *_facts(
        "events.places",
        "places",
        events.PlacesRecord,
        {"changed": "The number of taken places changed."},
        "public",
        "members",
        newest_only=True,
    ),
    *_facts(
        "events.block",
        "block",
        events.BlockRecord,
        {"placed": "A time is held or busy.", "released": "It is free again; a tombstone."},
    ),
    *_facts(
        "events.series",
        "series",
        programme.SeriesRecord,
        {"started": "A series was started.", "changed": "It changed.", "closed": "No event joins it any more."},
    ),
    *_facts(
        "events.co_host",
        "co_host",
        programme.CoHostRecord,
        {
            "asked": "An organisation was asked to be co-host of an event.",
            "consented": "It consented: the event names it.",
            "declined": "It declined.",
            "taken_back": "It took its consent back: the event no longer names it.",
            "dropped": "The organiser withdrew the request, or does without the co-host.",
        },
        "node",
    ),
    *_facts(
        "events.sign_up",
        "sign_up",
        events.SignUpRecord,
        {
            "confirmed": "Somebody signed up and has a place.",
            "waitlisted": "Somebody signed up and waits for a place.",
            "promoted": "Somebody who waited has a place.",
            "cancelled": "A sign-up was cancelled.",
            "repeated": "Somebody who had signed up did so again: the mail is sent once more.",
            "pending": "Somebody signed up, and the organiser decides.",
            "approved": "The organiser approved: they have a place.",
            "refused": "The organiser refused; the sign-up is cancelled.",
            "offered": "Somebody who waited is offered a place, for a time.",
            "accepted": "They took the place that was offered.",
            "declined": "They declined it; the sign-up is cancelled.",
            "expired": "They did not take it in time; the sign-up is cancelled.",
            "changed": "Somebody changed the size of their group or their answers.",
            "reminded": "The event begins soon: they are to be reminded.",
            "feedback_asked": "The event is over: they are to be asked how it was.",
            "asked": "The event was postponed: somebody who has a place is asked whether they still come.",
            "kept": "They said that they still come.",
        },
        "node",
    ),
    *_facts(
        "consortium.consortium",
        "consortium",
        consortium.ConsortiumRecord,
        {"founded": "A consortium was founded.", "changed": "It changed.", "dissolved": "It was dissolved."},
    ),
    *_facts(
        "consortium.membership",
        "membership",
        consortium.MembershipRecord,
        {
            "asked": "An organisation asked to become a member.",
            "invited": "An organisation was invited.",
            "declined": "A request or an invitation was declined.",
        },
        "node",
    ),
    *_facts(
        "consortium.membership",
        "membership",
        consortium.MembershipRecord,
        {
            "started": "A membership began.",
            "changed": "A member's role changed.",
            "ended": "A membership ended.",
        },
    ),
    *_facts(
        "consortium.working_group",
        "working_group",
        consortium.WorkingGroupRecord,
        {"formed": "A working group was formed.", "changed": "It changed.", "closed": "It was closed."},
    ),
    *_facts(
        "consortium.news",
        "news",
        consortium.NewsRecord,
        {"posted": "News was posted.", "changed": "News was changed.", "withdrawn": "News was withdrawn."},
        "public",
        "members",
    ),
    *_facts(
        "notifications.subscription",
        "subscription",
        notifications.SubscriptionRecord,
        {
            "requested": "Somebody asked to subscribe; it waits for the confirmation by mail.",
            "started": "A subscription was confirmed.",
            "changed": "A subscription was changed.",
            "ended": "A subscription ended.",
        },
        "node",
    ),
)
BY_NAME: Final = {fact.name: fact for fact in ALL}


@cache
def _reader(name: str) -> Schema:
    return BY_NAME[name].schema(unknown=EXCLUDE, partial=True)


def read_data(name: str, data: dict[str, Any]) -> dict[str, Any]:
    """The data of a fact of this type as Python values (times as datetimes); fields unknown here are dropped.

    Raises KeyError for a type unknown here, marshmallow's ValidationError for data that break the schema.
    """
    loaded: dict[str, Any] = _reader(name).load(data)
    return loaded


def write_data(name: str, record: dict[str, Any]) -> dict[str, Any]:
    """`record` (Python values) as the JSON data of a fact of this type; fields that are not in it are dropped."""
    dumped: dict[str, Any] = _reader(name).dump(record)
    return dumped


def only_the_newest(told: Sequence[Fact]) -> list[Fact]:
    """The facts of one commit without those that a later one of them makes needless (`newest_only`)."""
    last = {(fact.type, fact.subject): fact.id for fact in told}
    return [fact for fact in told if not BY_NAME[fact.type].newest_only or last[fact.type, fact.subject] == fact.id]


__all__ = ["ALL", "BY_NAME", "FactType", "only_the_newest", "read_data", "write_data"]
