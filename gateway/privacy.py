"""One person's data in all services: told as one export, erased in one go, searched for before and after.

Each service keeps, tells and erases its own; here they are asked in turn. An erasure that ends half way is repeated
whole: what is erased already is found no more. actors comes last, for it alone knows which account the address has.
"""

import json
import os
from collections.abc import Awaitable, Callable, Mapping
from pathlib import Path
from typing import Any, Final

from services.contracts.addresses import hash_of

Ask = Callable[[str, dict[str, Any]], Awaitable[Any]]
"""(call's full name, arguments) -> answer."""

KNOWING: Final = ("actors", "events", "consortium")
ERASING: Final = ("notifications", "events", "consortium", "actors")
LEDGER: Final = "erasures.log"
"""Of the data folder; not part of a backup, so that after a restore the erasures since are known (docs/privacy.md)."""


async def export(ask: Ask, opened: Mapping[str, Any], node: str) -> dict[str, Any]:
    """contracts' Export, but when it was made. opened: the answer of actors.open_personal_data or open_erasure."""
    services = {name: await ask(f"{name}.personal_data", {"grant": opened["grant"]}) for name in KNOWING}
    sealed = [services[name]["sealed"] for name in KNOWING]
    services["notifications"] = await ask("notifications.personal_data", {"grant": opened["grant"], "sealed": sealed})
    told = {name: {key: value for key, value in said.items() if key != "sealed"} for name, said in services.items()}
    return {"address": opened["address"], "node": node, "services": told}


async def erase(ask: Ask, opened: Mapping[str, Any]) -> dict[str, Any]:
    """contracts' Proof. opened: the answer of actors.open_erasure. `remember` it first."""
    grant = opened["grant"]
    sealed = [(await ask(f"{name}.personal_data", {"grant": grant}))["sealed"] for name in KNOWING]
    asked = {"grant": grant, "sealed": sealed}
    before = await _search(ask, grant)
    erased = {name: (await ask(f"{name}.erase", asked))["erased"] for name in ERASING}
    after = await _search(ask, grant)
    searched = [
        {
            "service": service,
            "collection": collection,
            "documents": found["documents"],
            "before": before.get((service, collection), {"holding": 0})["holding"],
            "after": found["holding"],
            "left": found["ids"],
            "fingerprint": found["fingerprint"],
        }
        for (service, collection), found in after.items()
    ]
    return {
        "at": opened["before"],
        "erased": {name: counts for name, counts in erased.items() if counts},
        "searched": searched,
        "left": sum(each["after"] for each in searched),
    }


def remember(folder: Path, secret: bytes, address: str, at: str) -> None:
    """Adds a line to the ledger, and has it on the disk when it returns. The address itself is not in it."""
    line = json.dumps({"hash": hash_of(secret, address), "at": at}) + "\n"
    handle = os.open(folder / LEDGER, os.O_WRONLY | os.O_APPEND | os.O_CREAT, 0o600)
    try:
        os.write(handle, line.encode())
        os.fsync(handle)
    finally:
        os.close(handle)


def remembered(folder: Path) -> dict[str, str]:
    """The ledger: hash -> when it was erased last. Half a line at its end (a full disk) is passed over."""
    found: dict[str, str] = {}
    path = folder / LEDGER
    for line in path.read_text().splitlines() if path.exists() else ():
        try:
            entry = json.loads(line)
            found[str(entry["hash"])] = str(entry["at"])
        except (ValueError, KeyError, TypeError):
            continue
    return found


async def _search(ask: Ask, grant: str) -> dict[tuple[str, str], dict[str, Any]]:
    return {
        (service, collection): await ask(f"{service}.trace", {"grant": grant, "collection": collection})
        for service in ERASING
        for collection in await ask(f"{service}.collections", {"grant": grant})
    }
