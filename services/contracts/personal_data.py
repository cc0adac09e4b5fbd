"""Every place where a service keeps something of a person: what for, on which ground, for how long, how it goes.

docs/privacy.md is written from it. A test walks every record that is stored: a field that looks like a person's and
stands neither here nor in NOBODYS fails, and so does a collection that nobody has thought about.
"""

from collections.abc import Mapping
from dataclasses import dataclass
from typing import Final

CONTRACT, CONSENT, INTEREST, DUTY = (
    "contract (6.1.b)",
    "consent (6.1.a)",
    "legitimate interest (6.1.f)",
    "legal duty (6.1.c)",
)
"""Grounds of the GDPR, article 6."""


@dataclass(frozen=True, slots=True)
class Kept:
    """fields: of the documents of a collection. erased: how they go when the person asks. reference_only: they name a
    person by a reference that leads nowhere once the person is erased."""

    service: str
    collection: str
    fields: tuple[str, ...]
    purpose: str
    ground: str
    retention: str
    erased: str
    reference_only: bool = False


EVERYWHERE: Final = "every service"
"""For `service`: a collection of the runtime, which each service has."""

INVENTORY: Final = (
    Kept(
        "actors",
        "accounts",
        ("email", "email_key", "name", "language"),
        "to let a person in and to write to them",
        CONTRACT,
        "while the account is open",
        "the record is removed",
    ),
    Kept(
        "actors",
        "keys",
        ("account", "name", "hash"),
        "to let a person's programs in",
        CONTRACT,
        "until it is revoked or expires; then the reference",
        "revoked, its name emptied",
    ),
    Kept(
        "actors",
        "sessions",
        ("account", "hash"),
        "to keep a person signed in",
        CONTRACT,
        "30 days; then the reference",
        "closed",
        reference_only=True,
    ),
    Kept(
        "actors", "sign_ins", ("account",), "to send a sign-in link", CONTRACT, "a day", "removed", reference_only=True
    ),
    Kept(
        "actors",
        "data_requests",
        ("email", "email_key", "language"),
        "to send the link to one's own data",
        DUTY,
        "an hour",
        "removed",
    ),
    Kept(
        "actors",
        "mandates",
        ("account",),
        "to know who may act for whom",
        CONTRACT,
        "always, as a reference",
        "revoked; every service is told",
        reference_only=True,
    ),
    Kept(
        "actors",
        "organisations",
        ("contact", "contact_until", "proposer"),
        "to ask a proposer back, and to tell the decision",
        CONSENT,
        "two weeks after the decision; the reference stays",
        "emptied",
    ),
    Kept(
        "actors",
        "merges",
        (
            "account",
            *("before.contact", "before.contact_until", "before.proposer"),
            *("after.contact", "after.contact_until", "after.proposer"),
        ),
        "to undo a merge",
        INTEREST,
        "as of the organisation",
        "emptied",
    ),
    Kept(
        "actors",
        "candidates",
        ("stages.by", "talks.by"),
        "to know who of ours talked with whom",
        INTEREST,
        "until the candidate is dropped",
        "the reference leads nowhere",
        reference_only=True,
    ),
    Kept(
        "actors",
        "changes",
        ("account",),
        "to know who changed the registry",
        INTEREST,
        "as long as the record",
        "the reference leads nowhere",
        reference_only=True,
    ),
    Kept(
        "actors",
        "imports",
        ("account",),
        "to show an import to who started it",
        INTEREST,
        "as long as its report",
        "the reference leads nowhere",
        reference_only=True,
    ),
    Kept(
        "actors",
        "apart",
        ("account",),
        "to know who told two organisations apart",
        INTEREST,
        "always, as a reference",
        "the reference leads nowhere",
        reference_only=True,
    ),
    Kept(
        "events",
        "sign_ups",
        ("name", "email", "email_key", "language", "answers", "reason", "code"),
        "to hold the seat, to tell of it, and what the organiser asked for",
        CONTRACT,
        "until forgotten after the event; then that there was one",
        "emptied; of an event ahead cancelled, the seat goes on at once",
    ),
    Kept(
        "events",
        "walk_ins",
        ("name", "language", "email", "email_key"),
        "to know who came",
        CONTRACT,
        "as sign-ups",
        "emptied",
    ),
    Kept(
        "events",
        "asked",
        ("id",),
        "to ask each attendee once how the event was, and count one answer each",
        INTEREST,
        "as sign-ups; then a reference",
        "the reference leads nowhere",
        reference_only=True,
    ),
    Kept(
        "events",
        "arrivals",
        ("id",),
        "to know who came, and that nobody counts twice",
        INTEREST,
        "as long as the sign-up",
        "the reference leads nowhere",
        reference_only=True,
    ),
    Kept(
        "events",
        "events",
        ("sessions.speakers", "speakers", "speakers.name"),
        "to announce who speaks: published on purpose (events.md)",
        INTEREST,
        "as long as the event",
        "by its organiser, with a change of the event",
    ),
    Kept(
        "notifications",
        "subscriptions",
        ("email", "email_key", "live_key", "account", "language", "consent.text", "consent.language"),
        "to send what was asked for; consent is kept with when, to what and in which language",
        CONSENT,
        "until it ends; one never confirmed seven days",
        "ended; the address is forgotten",
    ),
    Kept(
        "notifications",
        "webhooks",
        ("account", "url", "language"),
        "to tell a person's system",
        CONTRACT,
        "until it is removed; then the reference",
        "removed, its address emptied",
    ),
    Kept(
        "notifications",
        "deliveries",
        ("reference", "error"),
        "to deliver once, and to show what became of it",
        CONTRACT,
        "90 days",
        "what waits is dropped; the reference leads nowhere",
        reference_only=True,
    ),
    Kept(
        "notifications",
        "told",
        ("reference",),
        "to tell people what changed, not all again",
        CONTRACT,
        "30 days after the event, a year for news",
        "the reference leads nowhere",
        reference_only=True,
    ),
    Kept(
        "notifications",
        "attendances",
        ("_id",),
        "to tell attendees of changes",
        CONTRACT,
        "30 days after the event",
        "the reference leads nowhere",
        reference_only=True,
    ),
    Kept(
        EVERYWHERE,
        "commands",
        ("answer", "content"),
        "to carry a command out once: its answer, and a checksum of what was asked",
        CONTRACT,
        "7 days",
        "address and name are taken out of the answers",
    ),
    Kept(
        EVERYWHERE,
        "inbox",
        ("error", "body"),
        "to try again what failed; facts hold references only",
        CONTRACT,
        "90 days after it was done",
        "the address is taken out",
    ),
    Kept(
        EVERYWHERE,
        "audit",
        ("by.account", "persons"),
        "to know who saw or changed personal data",
        DUTY,
        "MALMI_AUDIT_DAYS, two years",
        "the references lead nowhere",
        reference_only=True,
    ),
    Kept(
        EVERYWHERE,
        "mandates",
        ("account",),
        "to decide who may do what",
        CONTRACT,
        "always, as a reference",
        "revoked",
        reference_only=True,
    ),
    Kept(
        EVERYWHERE,
        "erasures",
        ("_id",),
        "to look a minute later whether anything came back: a keyed hash of the address",
        DUTY,
        "a minute",
        "by itself",
        reference_only=True,
    ),
)

NOBODYS: Final[Mapping[str, str]] = {
    "actors.candidates.name": "an organisation's",
    "actors.candidates.note": "about an organisation; no person's name (docs/registry.md)",
    "actors.candidates.talks": "about an organisation; who held it is a reference",
    "actors.imports.columns.by": "how a column was recognised",
    "actors.imports.columns.note": "about a column",
    "actors.imports.reason": "why an import ended",
    "actors.merges.before.name": "an organisation's",
    "actors.merges.before.name_keys": "an organisation's",
    "actors.merges.before.reason": "of a decision",
    "actors.merges.after.name": "an organisation's",
    "actors.merges.after.name_keys": "an organisation's",
    "actors.merges.after.reason": "of a decision",
    "actors.organisations.name": "an organisation's",
    "actors.organisations.name_keys": "an organisation's",
    "actors.organisations.reason": "of a decision",
    "consortium.consortia.name": "a consortium's",
    "consortium.working_groups.name": "a group's",
    "events.co_hosts.message": "to an organisation",
    "events.events.admission.by_code": "a rule of the event",
    "events.events.languages": "the event's",
    "events.events.place.name": "a venue's",
    "events.events.place.address": "a venue's",
    "events.events.postponed.reason": "published",
    "events.feedback.answers": "kept apart, without a reference to who gave them (events.md)",
}
"""Fields that look like a person's and are not, with why."""

WITHOUT_PERSONS: Final[Mapping[str, tuple[str, ...]]] = {
    "actors": ("claims", "consortia", "import_rows", "offerings", "packages", "relations", "turns"),
    "events": (
        *("agendas", "blocks", "calendar", "co_hosts", "consortia", "doors", "feedback", "invitations", "memberships"),
        *("organisations", "places", "series", "working_groups"),
    ),
    "consortium": ("consortia", "memberships", "news", "organisations", "turns", "working_groups"),
    "notifications": (
        *("consortia", "editions", "heads", "mailings", "memberships", "organisations", "working_groups"),
    ),
    EVERYWHERE: ("outbox", "relay"),
}
"""Collections that hold no person, by service: records of organisations and events, and facts, which carry references.
What people write into published texts is theirs to answer for; a search finds an address there too."""


def kept_in(service: str) -> tuple[Kept, ...]:
    """The places of one service, those of the runtime too."""
    return tuple(kept for kept in INVENTORY if kept.service in (service, EVERYWHERE))


__all__ = ["EVERYWHERE", "INVENTORY", "NOBODYS", "WITHOUT_PERSONS", "Kept", "kept_in"]
