"""privacy: all that the node knows of one address, its erasure with the proof, and erasures applied again."""

import json
import os
from datetime import UTC, datetime
from pathlib import Path
from typing import Any

import click

from deploy.node.folder import DataFolder
from services.contracts.addresses import Mention
from services.contracts.rpc import SERVICES

from . import options
from .remote import Services, talk
from .terminal import note, say, table

_SEARCHED = ("log/*", "read_model/*", "mailbox/*", "erasures.log")
"""Files of the data folder that are searched; the private broker's and store's own are searched through them."""
_PIECE = 1 << 20


@click.group(short_help="One person's data: export, erase.")
def privacy() -> None:
    """All that this node knows of one e-mail address."""


@privacy.command("export")
@options.data
@click.argument("address")
def export(folder: DataFolder, address: str) -> None:
    """Write all that the node knows of ADDRESS to standard output, as JSON. It is noted that you did."""
    from gateway import privacy as asking  # imported here: the gateway's code is needed by this command alone

    async def ask(to: Services) -> dict[str, Any]:
        opened = await to.call("actors.open_personal_data", {"address": address})
        return await asking.export(to.call, opened, "")

    found = {**talk(folder, ask), "made": datetime.now(UTC).isoformat()}
    say(json.dumps({name: value for name, value in found.items() if name != "node"}, ensure_ascii=False, indent=2))


@privacy.command("erase")
@options.data
@click.option("--yes", is_flag=True, help="Do not ask.")
@click.argument("address")
def erase(folder: DataFolder, address: str, *, yes: bool) -> None:
    """Erase all that the node knows of ADDRESS, and search every collection and file for what is left.

    The proof is printed, and kept in the data folder without the address. Ends with 1 when anything is left.
    """
    if not yes:
        click.confirm(f"Erase all that this node knows of {address}? This can't be undone", abort=True, err=True)
    left = _erase(folder, address, None)
    click.get_current_context().exit(int(left > 0))


@privacy.command("reapply")
@options.data
def reapply(folder: DataFolder) -> None:
    """Erase again what was erased before, after a backup was restored (docs/privacy.md)."""
    from gateway import privacy as asking

    entries = [{"hash": hashed, "at": at} for hashed, at in asking.remembered(folder.path).items()]

    async def find(to: Services) -> dict[str, str]:
        found: dict[str, str] = {}
        for service in SERVICES:
            for start in range(0, len(entries), 1_000):
                again = await to.call(f"{service}.find_erased", {"entries": entries[start : start + 1_000]})
                found |= {each["address"]: each["at"] for each in again}
        return found

    again = talk(folder, find) if entries else {}
    left = sum(_erase(folder, address, at) for address, at in again.items())
    say(f"{len(entries)} erasures are known, {len(again)} of them had come back")
    click.get_current_context().exit(int(left > 0))


def _erase(folder: DataFolder, address: str, before: str | None) -> int:
    from gateway import privacy as asking

    secret = bytes.fromhex(os.environ.get("MALMI_SECRET") or folder.secrets(()).malmi_secret)

    async def ask(to: Services) -> dict[str, Any]:
        opened = await to.call("actors.open_erasure", {"address": address, "before": before})
        if before is None:
            asking.remember(folder.path, secret, opened["address"], opened["before"])
        return await asking.erase(to.call, opened)

    proof = talk(folder, ask)
    files = _search_files(folder, address)
    rows = [
        (each["service"], each["collection"], str(each["documents"]), str(each["before"]), str(each["after"]))
        for each in proof["searched"]
    ]
    rows += [("file", name, "-", str(was), str(now)) for name, (was, now) in files.items()]
    say(table(("WHERE", "WHAT", "SEARCHED", "HELD IT", "HOLD IT NOW"), rows))
    left = proof["left"] + sum(now for _, now in files.values())
    kept = _keep(folder.path, {**proof, "files": {name: now for name, (_, now) in files.items()}, "left": left})
    say(f"\nerased: {json.dumps(proof['erased'])}")
    say("Nothing is left." if not left else f"{left} still hold the address: {_where(proof, files)}")
    note(f"malmi: the proof is kept as {kept}")
    return int(left)


def _search_files(folder: DataFolder, address: str) -> dict[str, tuple[int, int]]:
    """By file: whether it held the address, and whether it still does. Letters of the local mailbox stand for those of
    a mail server: they are thrown away."""
    found: dict[str, tuple[int, int]] = {}
    for pattern in _SEARCHED:
        for path in sorted(folder.path.glob(pattern)):
            name = str(path.relative_to(folder.path))
            held = path.is_file() and _file_holds(path, address)
            if held and path.parent == folder.mailbox:
                path.unlink(missing_ok=True)
                found[name] = (1, 0)
            elif path.is_file() and (path.parent != folder.mailbox):
                found[name] = (int(held), int(held))
    return found


def _file_holds(path: Path, address: str) -> bool:
    mention, before = Mention(address), ""
    with path.open("rb") as file:
        while piece := file.read(_PIECE):
            text = before + piece.decode("utf-8", "replace")
            if mention.stands_in(text):
                return True
            before = text[-400:]
    return False


def _keep(folder: Path, proof: dict[str, Any]) -> Path:
    place = folder / "proofs"
    place.mkdir(mode=0o700, exist_ok=True)
    path = place / f"{datetime.now(UTC):%Y%m%dT%H%M%S%f}.json"
    path.write_text(json.dumps(proof, indent=1))
    return path


def _where(proof: dict[str, Any], files: dict[str, tuple[int, int]]) -> str:
    documents = [
        f"{each['service']}.{each['collection']} {' '.join(each['left'])}"
        for each in proof["searched"]
        if each["after"]
    ]
    return "; ".join([*documents, *(name for name, (_, now) in files.items() if now)])
