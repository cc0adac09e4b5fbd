"""Offerings of actors, and packages made of several actors' offerings: each owner consents before it is shown there."""

from collections.abc import Collection, Iterable, Mapping
from dataclasses import dataclass, replace
from datetime import datetime
from typing import Any, Final, Literal

from services.contracts.errors import Conflict, field_error

from .record import Record, next_version

FEWEST_ACTORS: Final = 2
"""A package is made of the offerings of several actors; of one it would be an offering."""

Consent = Literal["asked", "given", "refused"]


@dataclass(frozen=True, slots=True)
class Offering(Record):
    """A service or equipment of `organisation`. trl_from, trl_to: technology readiness levels."""

    state: Literal["offered", "withdrawn"]
    organisation: str
    title: Mapping[str, str]
    description: Mapping[str, str]
    kind: str
    value_chain: tuple[str, ...] = ()
    materials: tuple[str, ...] = ()
    trl_from: int | None = None
    trl_to: int | None = None
    nace: tuple[str, ...] = ()
    regions: tuple[str, ...] = ()
    link: str | None = None


@dataclass(frozen=True, slots=True)
class Part:
    """An offering in a package, and whether its owner, `organisation`, lets it stand there."""

    offering: str
    organisation: str
    consent: Consent
    since: datetime


@dataclass(frozen=True, slots=True)
class Package(Record):
    """`organisation` makes it. draft: not shown, for too few consented."""

    state: Literal["draft", "offered", "withdrawn"]
    organisation: str
    title: Mapping[str, str]
    description: Mapping[str, str]
    link: str | None = None
    parts: tuple[Part, ...] = ()

    @property
    def shown(self) -> tuple[str, ...]:
        """The offerings that everybody sees in it."""
        return tuple(part.offering for part in self.parts if part.consent == "given")

    @property
    def concerned(self) -> tuple[str, ...]:
        """The organisations that have to do with it."""
        return tuple(dict.fromkeys((self.organisation, *(part.organisation for part in self.parts))))


def change_offering(offering: Offering, changes: Mapping[str, Any], now: datetime, incarnation: int) -> Offering:
    """Itself if nothing differs. Raises Conflict for a withdrawn one, Invalid for levels that end before they begin."""
    if offering.state != "offered":
        raise Conflict("This offering was withdrawn. Offer it anew.")
    differing = {name: value for name, value in changes.items() if getattr(offering, name) != value}
    if not differing:
        return offering
    after = next_version(offering, now, incarnation, **differing)
    if after.trl_from is not None and after.trl_to is not None and after.trl_to < after.trl_from:
        raise field_error("trl_to", f"The range ends before it begins, at {after.trl_from}.")
    return after


def withdraw_offering(offering: Offering, now: datetime, incarnation: int) -> Offering:
    """Raises Conflict when it is withdrawn already."""
    if offering.state != "offered":
        raise Conflict("This offering was withdrawn already.")
    return next_version(offering, now, incarnation, state="withdrawn")


def parts_of(offerings: Iterable[Offering], maker: str, known: Collection[Part], now: datetime) -> tuple[Part, ...]:
    """The parts of a package of these offerings: the maker's own are consented to, others' owners are asked, what was
    answered before stays."""
    answered = {part.offering: part for part in known}
    return tuple(
        answered.get(offering.id)
        or Part(offering.id, offering.organisation, "given" if offering.organisation == maker else "asked", now)
        for offering in offerings
    )


def consent(package: Package, offering: str, given: bool, now: datetime) -> tuple[Part, ...]:
    """The parts with this owner's answer. Raises Invalid for an offering that is not in the package."""
    if offering not in {part.offering for part in package.parts}:
        raise field_error("offering", "This offering is not in the package.")
    answer: Consent = "given" if given else "refused"
    return tuple(
        replace(part, consent=answer, since=now) if part.offering == offering and part.consent != answer else part
        for part in package.parts
    )


def change_package(package: Package, changes: Mapping[str, Any], now: datetime, incarnation: int) -> Package:
    """Itself if nothing differs. Whether it is shown follows from the consents. Raises Conflict for a withdrawn one."""
    if package.state == "withdrawn":
        raise Conflict("This package was withdrawn. Make a new one.")
    differing = {name: value for name, value in changes.items() if getattr(package, name) != value}
    if not differing:
        return package
    after = next_version(package, now, incarnation, **differing)
    return replace(after, state=state_of(after.parts))


def state_of(parts: Iterable[Part]) -> Literal["draft", "offered"]:
    """Whether these make a package that is shown."""
    actors = {part.organisation for part in parts if part.consent == "given"}
    return "offered" if len(actors) >= FEWEST_ACTORS else "draft"


def withdraw_package(package: Package, now: datetime, incarnation: int) -> Package:
    """Raises Conflict when it is withdrawn already."""
    if package.state == "withdrawn":
        raise Conflict("This package was withdrawn already.")
    return next_version(package, now, incarnation, state="withdrawn")
