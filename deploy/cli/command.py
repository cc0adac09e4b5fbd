"""The root of the malmi command."""

import click

from deploy.node.errors import NodeError

from . import checks, node, terminal


@click.group(context_settings={"help_option_names": ["-h", "--help"], "max_content_width": 100})
def cli() -> None:
    """Run and look after a Malmi node.

    \b
    ./malmi up       start a node; everything that it needs is set up first
    ./malmi status   what runs where, and how it is
    ./malmi down     stop it; its data stays
    ./malmi test     every check and test of this repository
    """


for command in (node.up, node.down, node.status, node.logs, checks.test):
    cli.add_command(command)


def main() -> None:
    """Errors that a person can put right end in one line, without a traceback."""
    try:
        cli(prog_name="malmi")
    except NodeError as error:
        terminal.fail(str(error))
