"""Secrets and settings for docker-compose.yml: an env file for the node and one for each part, the broker's users."""

import json
from collections.abc import Mapping
from pathlib import Path

from . import broker
from .errors import NodeError
from .folder import DataFolder, Setup
from .parts import BROKER_USERS, OURS, SETTINGS, Plan, broker_accounts, settings
from .regions import Region
from .state import write_text

_PORTS = {"gateway": 8080, "broker": 5672, "mailbox_smtp": 1025, "store": 27017}
# directConnection: the driver must not look for the replica set's members by names of its own
_INSIDE = {
    "MONGODB_URI": "mongodb://store:27017/?directConnection=true",
    "SMTP_URI": "smtp://mailbox:1025",
    "MALMI_HOST": "0.0.0.0",  # reached through the port that docker-compose.yml publishes on 127.0.0.1
    "MALMI_DATA": "/data",
}
_OF_A_PART = ("MALMI_PART", "AMQP_URI")


def write_settings(folder: Path, region: Region, environment: Mapping[str, str]) -> list[Path]:
    """Writes the files into `folder`; secrets that are there stay. What was written.

    `environment`: the caller's settings, which win, as with ./malmi up. Raises NodeError.
    """
    kept = DataFolder(folder)
    kept.make()
    given = {name: environment[name] for name in SETTINGS if environment.get(name)}
    secrets = kept.secrets(BROKER_USERS)
    plan = Plan(kept, Setup(region.slug, _PORTS), region, secrets, kept.incarnation(), {**_INSIDE, **given})
    whole = {part: _settings(plan, part) for part in OURS}
    written = [
        _write_env(folder / f"{part}.env", {name: values[name] for name in _OF_A_PART})
        for part, values in whole.items()
    ]
    node = {name: value for name, value in whole["gateway"].items() if name not in _OF_A_PART}
    written.append(_write_env(folder / "node.env", node))
    definitions = folder / "definitions.json"
    write_text(definitions, json.dumps(broker.definitions(broker_accounts(secrets.broker_passwords)), indent=1))
    # read by the broker's own user in its container; holds salted hashes, and stands in a folder for our eyes only
    definitions.chmod(0o644)
    return [*written, definitions]


def _settings(plan: Plan, part: str) -> dict[str, str]:
    values = {name: value for name, value in settings(plan, part).items() if name in SETTINGS}
    values["MALMI_DATA"] = _INSIDE["MALMI_DATA"]
    if plan.own_broker:
        values["AMQP_URI"] = values["AMQP_URI"].replace("@127.0.0.1:", "@broker:")
    return values


def _write_env(file: Path, values: Mapping[str, str]) -> Path:
    """In single quotes a value is taken as it is. Raises NodeError for one that holds such a quote."""
    for name, value in values.items():
        if "'" in value or "\n" in value:
            raise NodeError(f"{name}: a quotation mark (') or line break cannot stand in an env file")
    lines = (f"{name}='{value}'" for name, value in sorted(values.items()))
    write_text(file, "\n".join(lines) + "\n")
    return file
