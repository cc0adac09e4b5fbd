"""Packages of several actors' offerings: made by one of them, shown with the offerings whose owners consented."""

from collections.abc import Collection, Iterable
from dataclasses import replace
from typing import Any

from services.actors import model
from services.actors.model import Offering, Package
from services.actors.store import ActorStore
from services.contracts import identifiers
from services.contracts.errors import Conflict, field_error
from services.contracts.permissions import Target
from services.runtime.documents import to_values
from services.runtime.records import expect_version
from services.runtime.work import Work

from .authority import first_facts, target_of_organisation
from .history import note
from .withdrawing import tombstone

Arguments = dict[str, Any]


def make_package(work: Work, store: ActorStore, arguments: Arguments) -> dict[str, Any]:
    """A draft until offerings of two actors are consented to. Raises NotFound, Forbidden, SignInNeeded, Invalid."""
    maker = store.organisations.get(arguments["organisation"])
    work.require("actors.package.make", target_of_organisation(work, maker))
    if maker.state != "admitted":
        raise field_error("organisation", f"This organisation is {maker.state}: name one of the registry.")
    parts = model.parts_of(_offerings(store, arguments["offerings"]), maker.id, (), work.now)
    package = Package(
        **first_facts(work, identifiers.new_id(identifiers.PACKAGE)),
        state=model.state_of(parts),
        organisation=maker.id,
        title=arguments["title"],
        description=arguments["description"],
        link=arguments["link"],
        parts=parts,
    )
    store.packages.add(package)
    note(work, store, "package.made", None, package, *package.concerned)
    return shown(package)


def change_package(work: Work, store: ActorStore, arguments: Arguments) -> dict[str, Any]:
    """Raises NotFound, Forbidden, SignInNeeded, VersionMismatch, Invalid, Conflict (withdrawn)."""
    before = _own(work, store, arguments)
    changes = {name: value for name, value in arguments.items() if name in ("title", "description", "link")}
    if "offerings" in arguments:
        offerings = _offerings(store, arguments["offerings"])
        changes["parts"] = model.parts_of(offerings, before.organisation, before.parts, work.now)
    return shown(_write(work, store, "package.changed", before, changes))


def consent_to_package(work: Work, store: ActorStore, arguments: Arguments) -> dict[str, Any]:
    """By a partner of the offering's organisation; it may be taken back. Raises NotFound, Forbidden, SignInNeeded,
    Invalid (the offering is not in the package), Conflict (the package was withdrawn)."""
    before = store.packages.get(arguments["id"])
    offering = store.offerings.get(arguments["offering"])
    work.require("actors.package.consent", Target(organisations=frozenset({offering.organisation})))
    parts = model.consent(before, offering.id, arguments["consent"], work.now)
    what = "package.consented" if arguments["consent"] else "package.consent_refused"
    return shown(_write(work, store, what, before, {"parts": parts}))


def withdraw_package(work: Work, store: ActorStore, arguments: Arguments) -> dict[str, Any]:
    """Raises NotFound, Forbidden, SignInNeeded, VersionMismatch, Conflict (withdrawn already)."""
    return shown(_withdraw(work, store, _own(work, store, arguments)))


def packages(work: Work, store: ActorStore, arguments: Arguments) -> list[dict[str, Any]]:
    """Those that an organisation makes, drafts too, and those that ask for its offerings. Raises NotFound, Forbidden,
    SignInNeeded."""
    organisation = store.organisations.get(arguments["organisation"])
    work.require("actors.packages.read", target_of_organisation(work, organisation))
    found = store.packages_concerning(organisation.id)
    return [shown(package) for package in found if package.state != "withdrawn"]


def withdraw_all_of(work: Work, store: ActorStore, organisation: str) -> None:
    """An organisation that is removed makes no package."""
    for package in store.packages_made_by(organisation):
        if package.state != "withdrawn":
            _withdraw(work, store, package)


def leave_packages(work: Work, store: ActorStore, offering: str) -> None:
    """An offering that is withdrawn stands in no package."""
    for package in store.packages_with([offering]):
        parts = tuple(part for part in package.parts if part.offering != offering)
        _write(work, store, "package.changed", package, {"parts": parts})


def move_parts(work: Work, store: ActorStore, offerings: Collection[str], to: str) -> None:
    """These offerings are another organisation's now."""
    for package in store.packages_with(offerings):
        parts = tuple(replace(part, organisation=to) if part.offering in offerings else part for part in package.parts)
        _write(work, store, "package.moved", package, {"parts": parts})


def move_packages(work: Work, store: ActorStore, made: Iterable[Package], to: str) -> list[str]:
    """They are made by another organisation now. Gives their ids."""
    return [
        _write(work, store, "package.moved", package, {"organisation": to}).id
        for package in made
        if package.state != "withdrawn"
    ]


def as_published(package: Package) -> dict[str, Any]:
    """The package as everybody sees it: with the offerings whose owners consented, and nothing of the others."""
    values = to_values(package)
    del values["parts"]
    return {**values, "offerings": package.shown}


def shown(package: Package) -> dict[str, Any]:
    """The package for those who have to do with it."""
    return {**to_values(package), "offerings": package.shown}


def _offerings(store: ActorStore, ids: Collection[str]) -> list[Offering]:
    found = [store.offerings.find(identity) for identity in ids]
    gone = [identity for identity, offering in zip(ids, found, strict=True) if offering is None]
    there = [offering for offering in found if offering is not None]
    gone += [offering.id for offering in there if offering.state != "offered"]
    if gone:
        raise field_error("offerings", f"These are not offered here: {', '.join(gone)}.")
    return there


def _own(work: Work, store: ActorStore, arguments: Arguments) -> Package:
    package = store.packages.get(arguments["id"])
    maker = store.organisations.get(package.organisation)
    work.require("actors.package.make", target_of_organisation(work, maker))
    expect_version(package, arguments["expected_version"])
    return package


def _withdraw(work: Work, store: ActorStore, before: Package) -> Package:
    after = model.withdraw_package(before, work.now, work.origin.incarnation)
    store.packages.replace(after)
    if before.state == "offered":
        work.tell("actors.package.withdrawn", tombstone(after))
    note(work, store, "package.withdrawn", before, after, *after.concerned)
    return after


def _write(work: Work, store: ActorStore, what: str, before: Package, changes: Arguments) -> Package:
    if before.state == "withdrawn":
        raise Conflict("This package was withdrawn. Make a new one.")
    after = model.change_package(before, changes, work.now, work.origin.incarnation)
    if after is before:
        return before
    store.packages.replace(after)
    if after.state == "offered":
        happening = "changed" if before.state == "offered" else "offered"
        work.tell(f"actors.package.{happening}", as_published(after))
    elif before.state == "offered":
        work.tell("actors.package.withdrawn", tombstone(after))
    note(work, store, what, before, after, *dict.fromkeys((*before.concerned, *after.concerned)))
    return after
