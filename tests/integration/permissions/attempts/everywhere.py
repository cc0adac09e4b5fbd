"""The calls that every service answers: for operators, and for the node's own parts alone."""

from typing import Any

from services.contracts.rpc import SERVICES
from tests.integration.permissions.personas import OPERATOR

from .attempt import Attempt, nothing

_KINDS = {
    "actors": ("organisation", "relation", "offering", "package", "mandate", "key", "session"),
    "events": ("event", "places", "block"),
    "consortium": ("consortium", "membership", "working_group", "news"),
    "notifications": ("subscription",),
}


def _snapshot(service: str, kind: str) -> Attempt:
    arguments = {"kind": kind}
    return Attempt(f"{service}.snapshot of {kind}", f"{service}.snapshot", (), lambda *_: arguments, who="node")


def _recipient(service: str) -> Attempt:
    def owner(world: Any, _who: Any) -> dict[str, Any]:
        return {"reference": world.owner.account, "purpose": "event.published"}

    return Attempt(f"{service}.recipient", f"{service}.recipient", (), owner, who="node")


def _recipients(service: str) -> Attempt:
    def owner(world: Any, _who: Any) -> dict[str, Any]:
        return {"asked": [{"reference": world.owner.account, "purpose": "event.published"}]}

    return Attempt(f"{service}.recipients", f"{service}.recipients", (), owner, who="node")


def _letters(service: str, call: str, happening: str) -> Attempt:
    row = f"{service}.dead_letters.{happening}"
    return Attempt(f"{service}.{call}", f"{service}.{call}", (row,), nothing, OPERATOR)


ATTEMPTS = tuple(
    attempt
    for service in SERVICES
    for attempt in (
        *(_snapshot(service, kind) for kind in _KINDS[service]),
        _recipient(service),
        _recipients(service),
        _letters(service, "dead_letters", "read"),
        _letters(service, "replay", "replay"),
    )
)
