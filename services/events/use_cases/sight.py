"""What of the calendar a caller may see. Mandates and memberships are read once, for hundreds of entries."""

from collections.abc import Mapping
from functools import cached_property
from typing import Any

from services.contracts.permissions import Target, may
from services.events.store import EventStore
from services.runtime.work import Work


class Sight:
    """One caller's."""

    def __init__(self, work: Work, store: EventStore) -> None:
        self._principal, self._store = work.principal, store
        account = work.principal.account
        self._mandates = tuple(work.mandates_of(account)) if account is not None else ()

    def reads(self, entry: Mapping[str, Any]) -> bool:
        """Whether the caller may know what this entry of the calendar is; else it is a taken time to them."""
        if entry["kind"] != "event":
            return False
        if entry["state"] == "published" and entry["audience"] == "public":
            return True
        if may(self._principal, self._mandates, "events.event.read", _target(entry)):
            return True
        return entry["state"] == "published" and self._is_member(entry)

    def _is_member(self, entry: Mapping[str, Any]) -> bool:
        if "read" not in self._principal.scopes:
            return False
        if not self._consortia.isdisjoint(entry["consortia"]):
            return True
        groups = (self._store.working_groups.find(group) for group in entry["groups"])
        return any(group is not None and not self._own.isdisjoint(group.get("members", ())) for group in groups)

    @cached_property
    def _own(self) -> frozenset[str]:
        return frozenset(mandate.target for mandate in self._mandates if mandate.role == "partner")

    @cached_property
    def _consortia(self) -> frozenset[str]:
        led = {mandate.target for mandate in self._mandates if mandate.role == "secretary"}
        return frozenset(led | (self._store.consortia_of(self._own) if self._own else set()))


def _target(entry: Mapping[str, Any]) -> Target:
    organiser = entry["organiser"]
    return Target(
        organisations=frozenset({organiser["id"]} if organiser["kind"] == "organisation" else ()),
        consortia=frozenset({organiser["id"]} if organiser["kind"] == "consortium" else ()),
        regions=frozenset(entry["host_regions"]),
    )
