"""account, mandate, key: who may do what on this node."""

from typing import Any

import click

from deploy.node.errors import NodeError
from deploy.node.folder import DataFolder
from services.contracts.identifiers import ACCOUNT, is_id
from services.contracts.permissions import ROLES
from services.contracts.principal import ALL_SCOPES
from services.contracts.vocabularies import LANGUAGES

from . import options
from .remote import Services, talk
from .terminal import say, table


async def account_of(services: Services, who: str) -> dict[str, Any]:
    """The account with this id, or of this address (opened when there is none). Raises NodeError."""
    method, arguments = ("actors.account", {"account": who}) if is_id(who, ACCOUNT) else _opening(who)
    found: dict[str, Any] = await services.call(method, arguments)
    return found


def _opening(address: str) -> tuple[str, dict[str, Any]]:
    if "@" not in address:
        raise NodeError(f"{address!r} is neither an e-mail address nor the id of an account (acc_...)")
    return "actors.open_account", {"email": address}


@click.group(short_help="People's accounts.")
def account() -> None:
    """Accounts of people who act for organisations, consortia, regions or the node."""


@account.command("add")
@options.data
@click.option("--name", default="", help="As the person wants to be called.")
@click.option("--language", type=click.Choice(LANGUAGES), default="fi", show_default=True)
@click.argument("email")
def add_account(folder: DataFolder, email: str, name: str, language: str) -> None:
    """Open an account for EMAIL, or find the one there is. The person signs in by a link in a mail."""
    opened = talk(
        folder, lambda to: to.call("actors.open_account", {"email": email, "name": name, "language": language})
    )
    say(opened["id"])


@account.command("show")
@options.data
@click.argument("account")
def show_account(folder: DataFolder, account: str) -> None:
    """Show the account with this id, and its mandates."""
    if not is_id(account, ACCOUNT):
        raise NodeError(f"{account!r} is not the id of an account (acc_...)")
    found = talk(folder, lambda to: to.call("actors.account", {"account": account}))
    say(f"{found['id']}  {found['email']}  {found['name']}  {found['language']}\n")
    rows = [(mandate.get("id", ""), mandate["role"], mandate["target"]) for mandate in found["mandates"]]
    say(table(("MANDATE", "ROLE", "FOR"), rows) if rows else "No mandates.")


@click.group(short_help="Who may act for whom.")
def mandate() -> None:
    """Mandates: an account acts in a role for an organisation, a consortium, a region or the node."""


@mandate.command("grant")
@options.data
@click.argument("who")
@click.argument("role", type=click.Choice(ROLES))
@click.argument("target")
def grant(folder: DataFolder, who: str, role: str, target: str) -> None:
    """Let WHO (an e-mail address, or the id of an account) act in ROLE for TARGET.

    \b
    partner      an organisation's id       act_...
    secretary    a consortium's id          con_...
    coordinator  a region's NUTS 3 code     FI1DC   (or node:<slug>, for what belongs to no region)
    operator     this node                  node

    An address that has no account gets one.
    """

    async def grant_it(services: Services) -> Any:
        person = await account_of(services, who)
        return await services.call("actors.grant_mandate", {"account": person["id"], "role": role, "target": target})

    granted = talk(folder, grant_it)
    say(f"{granted['id']}  {granted['account']} is {granted['role']} of {granted['target']}")


@mandate.command("revoke")
@options.data
@click.argument("mandate")
def revoke(folder: DataFolder, mandate: str) -> None:
    """Take back the MANDATE with this id (mdt_...)."""
    talk(folder, lambda to: to.call("actors.revoke_mandate", {"id": mandate}))
    say(f"{mandate} is revoked")


@click.group(short_help="API keys.")
def key() -> None:
    """Keys with which programs use the API in the name of an account."""


@key.command("add")
@options.data
@click.option("--name", default="made by ./malmi key add", help="What it is for.")
@click.option(
    "--scope", "scopes", multiple=True, type=click.Choice(ALL_SCOPES), help="Repeatable.  [default: all but node]"
)
@click.option("--days", type=click.IntRange(1, 1096), default=365, show_default=True)
@click.argument("who")
def add_key(folder: DataFolder, who: str, name: str, scopes: tuple[str, ...], days: int) -> None:
    """Make a key for WHO (an e-mail address, or the id of an account). The key alone goes to standard output.

    It is shown this once: the node keeps only its hash.
    """
    wanted = list(scopes) or [scope for scope in ALL_SCOPES if scope != "node"]

    async def issue(services: Services) -> Any:
        person = await account_of(services, who)
        request = {"account": person["id"], "name": name, "scopes": wanted, "days": days}
        return await services.call("actors.issue_key", request)

    issued = talk(folder, issue)
    click.echo(f"{issued['key']['id']}, until {issued['key']['expires']}, for {', '.join(wanted)}:", err=True)
    say(issued["secret"])


@key.command("list")
@options.data
@click.argument("who")
def list_keys(folder: DataFolder, who: str) -> None:
    """List the keys of WHO."""

    async def ask(services: Services) -> Any:
        person = await account_of(services, who)
        return await services.call("actors.keys", {"account": person["id"]})

    rows = [
        (one["id"], one["state"], one["expires"], ",".join(one["scopes"]), one["name"]) for one in talk(folder, ask)
    ]
    say(table(("KEY", "STATE", "UNTIL", "SCOPES", "NAME"), rows) if rows else "No keys.")


@key.command("revoke")
@options.data
@click.argument("key")
def revoke_key(folder: DataFolder, key: str) -> None:
    """Revoke the KEY with this id (key_...)."""
    talk(folder, lambda to: to.call("actors.revoke_key", {"id": key}))
    say(f"{key} is revoked")
