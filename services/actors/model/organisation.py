"""An organisation of the registry. proposed -> admitted | refused; admitted -> removed; admitted -> succeeded (by what
became of it) and -> merged (with another record of the same actor), which both may lead back."""

from collections.abc import Mapping
from dataclasses import dataclass, field
from datetime import date, datetime, timedelta
from typing import Any, Final, Literal

from services.contracts.errors import Conflict
from services.contracts.vocabularies import LANGUAGES, NUTS_VERSION

from .identifier import Identifier
from .names import like_keys
from .record import Record, next_version

State = Literal["proposed", "admitted", "refused", "removed", "succeeded", "merged"]

CONTACT_KEPT: Final = timedelta(days=14)
"""How long a proposer's address is kept after the decision, so that it can be told."""


@dataclass(frozen=True, slots=True)
class Successor:
    """What an organisation became. relation: of it to the organisation `id`, or duplicate_of."""

    id: str
    relation: str
    since: date | None


@dataclass(frozen=True, slots=True)
class Organisation(Record):
    """An organisation as its home keeps it.

    regions: NUTS 3 codes of `nuts_version`. successors: of one that is succeeded or merged. name_keys, like_keys: its
    names folded, and the beginnings of their words, to find it again. contact: the address that a proposer left, kept
    until `contact_until`, so that the decision can be told. proposer: the account that proposed it. previous: the
    refused proposal that it makes anew. reason: of the decision. None of these six is ever published.
    """

    state: State
    name: Mapping[str, str]
    kind: str
    regions: tuple[str, ...] = ()
    places: tuple[str, ...] = ()
    identifiers: tuple[Identifier, ...] = ()
    competences: tuple[str, ...] = ()
    summary: Mapping[str, str] = field(default_factory=dict)
    website: str | None = None
    nuts_version: int = NUTS_VERSION
    successors: tuple[Successor, ...] = ()
    name_keys: tuple[str, ...] = ()
    like_keys: tuple[str, ...] = ()
    contact: str | None = None
    contact_until: datetime | None = None
    proposer: str | None = None
    previous: str | None = None
    reason: str = ""

    @property
    def is_public(self) -> bool:
        """Whether it was ever published; a removed one goes on as a tombstone."""
        return self.state in ("admitted", "succeeded", "merged", "removed")


def fold_name(name: str) -> str:
    """A name as it is compared: without case and surplus spaces."""
    return " ".join(name.casefold().split())


def name_keys(name: Mapping[str, str]) -> tuple[str, ...]:
    """All names of an organisation, folded."""
    return tuple(sorted({fold_name(text) for text in name.values()}))


def shown_name(name: Mapping[str, str]) -> str:
    """One name for a message, in the first language there is."""
    return next((name[language] for language in LANGUAGES if name.get(language)), "")


def admit(organisation: Organisation, reason: str, now: datetime, incarnation: int) -> Organisation:
    """Raises Conflict unless it is proposed."""
    return _decide(organisation, "admitted", reason, now, incarnation)


def refuse(organisation: Organisation, reason: str, now: datetime, incarnation: int) -> Organisation:
    """Raises Conflict unless it is proposed."""
    return _decide(organisation, "refused", reason, now, incarnation)


def change(organisation: Organisation, changes: Mapping[str, Any], now: datetime, incarnation: int) -> Organisation:
    """The organisation with these fields changed; itself if nothing differs. Raises Conflict unless it is admitted."""
    if organisation.state != "admitted":
        raise Conflict(f"Only an organisation that is admitted can be changed; this one is {organisation.state}.")
    differing = {key: value for key, value in changes.items() if getattr(organisation, key) != value}
    if not differing:
        return organisation
    if "name" in differing:
        differing["name_keys"] = name_keys(differing["name"])
        differing["like_keys"] = like_keys(differing["name"])
    if "regions" in differing:
        differing["nuts_version"] = NUTS_VERSION
    return next_version(organisation, now, incarnation, **differing)


def succeed(
    organisation: Organisation, successors: tuple[Successor, ...], now: datetime, incarnation: int
) -> Organisation:
    """What became of it; none: it is as it was. Raises Conflict unless it is admitted or succeeded."""
    if organisation.state not in ("admitted", "succeeded"):
        raise Conflict(f"What became of an organisation is said of one in the registry; it is {organisation.state}.")
    state: State = "succeeded" if successors else "admitted"
    if (state, successors) == (organisation.state, organisation.successors):
        return organisation
    return next_version(organisation, now, incarnation, state=state, successors=successors)


def remove(organisation: Organisation, now: datetime, incarnation: int) -> Organisation:
    """Raises Conflict unless it is admitted."""
    if organisation.state == "proposed":
        raise Conflict("This organisation is only proposed. Refuse the proposal instead.")
    if organisation.state != "admitted":
        raise Conflict(f"This organisation is {organisation.state} already.")
    return next_version(organisation, now, incarnation, state="removed")


def tombstone(organisation: Organisation) -> dict[str, Any]:
    """What stays with others of a removed organisation: key, age, state."""
    return {
        "id": organisation.id,
        "home": organisation.home,
        "incarnation": organisation.incarnation,
        "version": organisation.version,
        "state": "removed",
        "created": organisation.created,
        "changed": organisation.changed,
    }


def _decide(organisation: Organisation, state: State, reason: str, now: datetime, incarnation: int) -> Organisation:
    if organisation.state != "proposed":
        raise Conflict(f"Only a proposal can be decided; this organisation is {organisation.state}.")
    until = None if organisation.contact is None else now + CONTACT_KEPT
    return next_version(organisation, now, incarnation, state=state, reason=reason, contact_until=until)
