"""bench: how fast this node is on this machine."""

import os
import sys

import click

from deploy.node import broker
from deploy.node.errors import NodeError
from deploy.node.process import ROOT


@click.command(
    short_help="Measure, each figure beside the raw limit.",
    context_settings={"ignore_unknown_options": True, "help_option_names": []},
)
@click.argument("arguments", nargs=-1, type=click.UNPROCESSED)
def bench(arguments: tuple[str, ...]) -> None:
    """Measure the node on this machine: see tests/benchmarks and docs/performance.md."""
    if not os.environ.get("AMQP_URI") and broker.find_server() is None and not broker.install():
        raise NodeError("the benchmarks need rabbitmq-server. Install it:  sudo apt-get install rabbitmq-server")
    os.chdir(ROOT)
    os.execv(sys.executable, [sys.executable, "-m", "tests.benchmarks", *arguments])
