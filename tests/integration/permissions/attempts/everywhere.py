"""The calls that every service answers: for operators, and for the node's own parts alone."""

from typing import Any

from services.contracts.principal import OPERATOR as COMMAND_LINE
from services.contracts.rpc import SERVICES
from tests.integration.permissions.personas import OPERATOR
from tests.integration.permissions.world import forged

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


def _audit(service: str) -> Attempt:
    return Attempt(f"{service}.audit", f"{service}.audit", (f"{service}.audit.read",), nothing, OPERATOR)


_USES = {
    "personal_data": "open_personal_data",
    "erase": "open_erasure",
    "collections": "open_erasure",
    "trace": "open_erasure",
}
"""Calls by a grant, and the call that gives it out: who holds it is who actors let have it."""


def _granted(service: str, call: str) -> Any:
    def prepare(world: Any, _who: Any) -> dict[str, Any]:
        opened = world.rpc.call(f"actors.{_USES[call]}", {"address": world.address()}, principal=COMMAND_LINE)
        more = {"collection": "commands"} if call == "trace" else {}
        return {"grant": opened["grant"], **more}

    return prepare


def _by_grant(service: str, call: str) -> Attempt:
    name = f"{service}.{call}"
    return Attempt(f"{name} by its grant", name, (), _granted(service, call), who="everybody")


def _by_forged_grant(service: str, call: str) -> Attempt:
    def prepare(world: Any, who: Any) -> dict[str, Any]:
        arguments: dict[str, Any] = _granted(service, call)(world, who)
        return {**arguments, "grant": next(forged(arguments["grant"]))}

    name = f"{service}.{call}"
    return Attempt(f"{name} by a forged grant", name, (), prepare, who="nobody")


def _by_grant_to_see(service: str, call: str) -> Attempt:
    """Who may see may not erase."""

    def prepare(world: Any, who: Any) -> dict[str, Any]:
        arguments: dict[str, Any] = _granted(service, call)(world, who)
        return {**arguments, "grant": _granted(service, "personal_data")(world, who)["grant"]}

    name = f"{service}.{call}"
    return Attempt(f"{name} by a grant to see", name, (), prepare, who="nobody")


def _find_erased(service: str) -> Attempt:
    entry = {"hash": "0" * 64, "at": "2026-11-22T12:00:00Z"}
    return Attempt(f"{service}.find_erased", f"{service}.find_erased", (), lambda *_: {"entries": [entry]}, who="node")


_OF_EACH = tuple(
    attempt
    for service in SERVICES
    for attempt in (
        *(_snapshot(service, kind) for kind in _KINDS[service]),
        _recipient(service),
        _recipients(service),
        _letters(service, "dead_letters", "read"),
        _letters(service, "replay", "replay"),
        _audit(service),
        *(_by_grant(service, call) for call in _USES),
        _find_erased(service),
    )
)
ATTEMPTS = (
    *_OF_EACH,
    # what is one code in all services is tried at one of them each
    *(_by_forged_grant(service, call) for service, call in zip(SERVICES, _USES, strict=True)),
    *(
        _by_grant_to_see(service, call)
        for service, call in zip(SERVICES, ("erase", "collections", "trace"), strict=False)
    ),
)
