"""The root of the malmi command."""

import click

from deploy.node.errors import NodeError

from . import audit, bench, checks, containers, dead_letters, node, people, privacy, rebuild, sample, terminal


@click.group(context_settings={"help_option_names": ["-h", "--help"], "max_content_width": 100})
def cli() -> None:
    """Run and look after a Malmi node.

    \b
    ./malmi up       start a node; everything that it needs is set up first
    ./malmi status   what runs where, and how it is
    ./malmi down     stop it; its data stays
    ./malmi restart  its parts one after the other, while it works
    ./malmi mandate  who may act for whom; the first coordinator is made with it
    ./malmi test     every check and test of this repository
    ./malmi bench    how fast the node is on this machine
    """


_COMMANDS: tuple[click.Command, ...] = (
    *(node.up, node.down, node.restart, node.status, node.logs),
    *(people.account, people.mandate, people.key),
    dead_letters.dead_letters,
    audit.audit,
    privacy.privacy,
    rebuild.rebuild,
    sample.sample,
    containers.containers,
    checks.test,
    bench.bench,
)
for command in _COMMANDS:
    cli.add_command(command)


def main() -> None:
    """Errors that a person can put right end in one line, without a traceback."""
    try:
        cli(prog_name="malmi")
    except NodeError as error:
        terminal.fail(str(error))
