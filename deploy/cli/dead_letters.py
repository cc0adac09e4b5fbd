"""dead-letters: facts that a service could not apply, mails and webhooks that could not be delivered."""

from typing import Any

import click

from deploy.node.errors import NodeError
from deploy.node.folder import DataFolder
from services.contracts.rpc import SERVICES

from . import options
from .remote import Services, talk
from .terminal import note, say, table

_SERVICE = click.option("--service", "services", multiple=True, type=click.Choice(SERVICES), help="[default: all]")


@click.group("dead-letters", short_help="Facts not applied, mails not delivered.")
def dead_letters() -> None:
    """Facts that a service failed to apply, mails and webhooks that could not be delivered: those that are still tried,
    and those given up."""


@dead_letters.command("list")
@options.data
@_SERVICE
@click.option("--dead", is_flag=True, help="Only those that are not tried any more.")
@click.option("--errors", is_flag=True, help="With the whole error of each.")
def list_them(folder: DataFolder, services: tuple[str, ...], *, dead: bool, errors: bool) -> None:
    """Show them, with what went wrong. Ends with 1 when there are dead ones."""

    async def ask(to: Services) -> list[tuple[str, dict[str, Any]]]:
        return [
            (service, letter)
            for service in services or SERVICES
            for letter in await _ask_or_note(to, service, {"also_waiting": not dead})
        ]

    letters = talk(folder, ask)
    if not letters:
        say("Nothing is waiting: every fact was applied, every message delivered.")
        return
    say(table(("SERVICE", "STATE", "TRIED", "NEXT", "ID", "FACT", "ERROR"), [_row(*letter) for letter in letters]))
    if errors:
        for service, letter in letters:
            say(f"\n--- {service} {letter['id']} ({letter['correlation_id']})\n{letter['error']}")
    click.get_current_context().exit(int(any(letter["state"] == "dead" for _, letter in letters)))


async def _ask_or_note(to: Services, service: str, arguments: dict[str, Any]) -> list[dict[str, Any]]:
    """A service that is away must not hide the letters of the others."""
    try:
        found: list[dict[str, Any]] = await to.call(f"{service}.dead_letters", arguments)
    except NodeError as error:
        note(f"malmi: {error}")
        return []
    return found


def _row(service: str, letter: dict[str, Any]) -> tuple[str, ...]:
    error = (letter["error"].strip().splitlines() or [""])[-1]
    fact = f"{letter['type']} {letter['subject']}"
    return service, letter["state"], str(letter["attempts"]), letter["next_at"] or "-", letter["id"], fact, error[:100]


@dead_letters.command("replay")
@options.data
@_SERVICE
@click.argument("ids", nargs=-1)
def replay(folder: DataFolder, services: tuple[str, ...], ids: tuple[str, ...]) -> None:
    """Try the facts with these IDS again now; all dead ones when none is named."""

    async def ask(to: Services) -> dict[str, int]:
        return {
            service: (await to.call(f"{service}.replay", {"ids": list(ids)}))["replayed"]
            for service in services or SERVICES
        }

    for service, replayed in talk(folder, ask).items():
        say(f"{service:<14} {replayed} tried again")
