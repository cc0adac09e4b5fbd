"""containers: settings for docker-compose.yml."""

import os
from pathlib import Path

import click

from deploy.node import containers as settings
from deploy.node import preparation, regions
from deploy.node.process import ROOT

from .terminal import say


@click.command(short_help="Write the settings for docker-compose.yml.")
@click.option("--region", default=preparation.DEFAULT_REGION, show_default=True, metavar="SLUG")
@click.argument("folder", type=click.Path(path_type=Path), default=ROOT / ".malmi-containers")
def containers(region: str, folder: Path) -> None:
    """Write secrets, env files and the broker's users into FOLDER [.malmi-containers], for docker compose.

    MALMI_PUBLIC_URL, SMTP_URI and the like are taken from the environment. Written again, secrets stay.
    """
    written = settings.write_settings(folder.resolve(), regions.load(region), os.environ)
    say(f"Wrote {len(written)} files to {folder}. Now:  docker compose up --build --detach --wait")
