"""test: every check of this repository."""

import os
import shutil
import subprocess
import sys
import time
from pathlib import Path
from typing import Literal

import click

from deploy.node import broker
from deploy.node.errors import NodeError
from deploy.node.process import ROOT

from .terminal import say

Tier = Literal["quick", "default", "full"]
_QUICK_FOLDERS = ("tests/unit", "tests/contracts", "tests/architecture")
_TWO_AT_ONCE = ("-n", "2", "--dist", "loadfile", "--no-loadscope-reorder")
"""They mostly wait for processes to start and end, so two workers are nearly twice as fast. A file stays with one,
which starts what its tests share once; files go in order, so that those of the long folders begin early."""
_CHECKS: tuple[tuple[str, tuple[str, ...]], ...] = (
    ("ruff", ("ruff", "check", ".")),
    ("format", ("ruff", "format", "--check", "--quiet", ".")),
    ("mypy", ("mypy",)),
    ("import rules", ("lint-imports",)),
)


@click.command(short_help="Run every check and test.", context_settings={"ignore_unknown_options": True})
@click.option("--quick", "tier", flag_value="quick", help="Rules, contracts, architecture: under two minutes.")
@click.option("--default", "tier", flag_value="default", default=True, hidden=True)
@click.option("--full", "tier", flag_value="full", help="Also what is long: browser, containers, long faults.")
@click.argument("pytest_arguments", nargs=-1, type=click.UNPROCESSED)
def test(tier: Tier, pytest_arguments: tuple[str, ...]) -> None:
    """Run ruff, mypy, the import rules and pytest: all of them, even when one fails.

    PYTEST_ARGUMENTS go to pytest. Tests start the broker and store that they need; AMQP_URI and MONGODB_URI
    name others. Ends with 0 when everything passed.
    """
    os.chdir(ROOT)
    if tier != "quick":
        _get_what_tests_need(tier)
    results = {name: _run(name, command) for name, command in _CHECKS}
    say(
        "\n"
        + "\n".join(f"{name:<14} {'passed' if code == 0 else f'FAILED ({code})'}" for name, code in results.items())
    )
    code = _run("pytest", ("pytest", *_selection(tier), *pytest_arguments))
    failed = [name for name, result in {**results, "pytest": code}.items() if result]
    if failed:
        click.echo(f"malmi test: failed: {', '.join(failed)}", err=True)
    sys.exit(1 if failed else 0)


def _selection(tier: Tier) -> tuple[str, ...]:
    if tier == "full":
        return _TWO_AT_ONCE
    if tier == "quick":
        return ("-m", "not full", *(folder for folder in _QUICK_FOLDERS if Path(folder).is_dir()))
    return ("-m", "not full", *_TWO_AT_ONCE)


def _run(name: str, command: tuple[str, ...]) -> int:
    say(f"\n=== {name}")
    started = time.monotonic()
    tool = Path(sys.executable).with_name(command[0])
    code = subprocess.run([str(tool), *command[1:]], check=False).returncode
    if name != "pytest":  # its closing line is the last one of a good run, and tells the time itself
        say(f"    {name}: {time.monotonic() - started:.1f} s")
    return code


def _get_what_tests_need(tier: Tier) -> None:
    if not os.environ.get("AMQP_URI") and broker.find_server() is None:
        say("Installing rabbitmq-server (apt)")
        if not broker.install():
            raise NodeError("the tests need rabbitmq-server. Install it:  sudo apt-get install rabbitmq-server")
    if tier == "full" and shutil.which("chromium") is None:
        _install_chromium()


def _install_chromium() -> None:
    """For the tests in a browser; they say themselves when there is none."""
    if os.geteuid() == 0 and shutil.which("apt-get"):
        say("Installing chromium (apt)")
        env = {**os.environ, "DEBIAN_FRONTEND": "noninteractive"}
        install = ["apt-get", "install", "-y", "-q", "--no-install-recommends", "chromium"]
        if subprocess.run(install, env=env, capture_output=True, check=False).returncode != 0:
            subprocess.run(["apt-get", "update", "-q"], env=env, capture_output=True, check=False)
            subprocess.run(install, env=env, capture_output=True, check=False)
