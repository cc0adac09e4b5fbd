"""audit: who saw or changed personal data."""

from datetime import UTC, datetime, timedelta
from typing import Any

import click

from deploy.node.folder import DataFolder
from services.contracts.envelope import format_time
from services.contracts.rpc import SERVICES

from . import options
from .remote import Services, talk
from .terminal import say, table


@click.command(short_help="Who saw or changed personal data.")
@options.data
@click.option("--service", "services", multiple=True, type=click.Choice(SERVICES), help="[default: all]")
@click.option("--account", help="Only what this account did (acc_...).")
@click.option("--person", help="Only what concerned this person (a reference: acc_..., sgn_...).")
@click.option("--record", help="Only what was asked for under this record (an event's id).")
@click.option("--days", type=click.IntRange(1, 3_660), default=30, show_default=True, help="How far back.")
@click.option("--most", type=click.IntRange(1, 10_000), default=200, show_default=True, help="Entries of each service.")
def audit(
    folder: DataFolder,
    services: tuple[str, ...],
    account: str | None,
    person: str | None,
    record: str | None,
    days: int,
    most: int,
) -> None:
    """Show who saw or changed personal data, the newest first: references of people, never names or addresses."""
    since = format_time(datetime.now(UTC) - timedelta(days=days))
    wanted = {"account": account, "person": person, "record": record, "since": since}

    async def ask(to: Services) -> list[tuple[str, dict[str, Any]]]:
        return [
            (service, entry) for service in services or SERVICES for entry in await _all_of(to, service, wanted, most)
        ]

    entries = sorted(talk(folder, ask), key=lambda found: str(found[1]["at"]), reverse=True)
    if not entries:
        say("Nobody saw or changed personal data in that time.")
        return
    say(table(("AT", "BY", "DID", "WHAT", "OF", "UNDER", "CALL"), [_row(entry) for _, entry in entries]))


async def _all_of(to: Services, service: str, wanted: dict[str, Any], most: int) -> list[dict[str, Any]]:
    found: list[dict[str, Any]] = []
    after: str | None = None
    while len(found) < most:
        page = await to.call(f"{service}.audit", {**wanted, "after": after, "limit": min(200, most - len(found))})
        found += page["items"]
        after = page["next"]
        if after is None:
            break
    return found


def _row(entry: dict[str, Any]) -> tuple[str, ...]:
    persons = entry["persons"]
    concerned = persons[0] if len(persons) == 1 else f"{entry['count']} persons"
    return (
        entry["at"],
        entry["account"] or entry["by"],
        entry["did"],
        entry["kind"],
        concerned,
        entry["record"],
        entry["why"],
    )
