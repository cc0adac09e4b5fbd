"""up, down, restart, status, logs."""

import contextlib
import json
import os
import signal
import subprocess
import sys
import time
from dataclasses import asdict
from pathlib import Path

import click

from deploy.node import broker, parts, ports, preparation, restarts
from deploy.node.errors import NodeError
from deploy.node.folder import DataFolder
from deploy.node.process import end_leftover, is_alive
from deploy.node.standalone import tail
from deploy.node.state import NodeState, PartState
from deploy.node.supervisor import Supervisor, leftovers

from . import options
from .sample import load as load_sample
from .terminal import fail, note, say, table

READY_LIMIT = 120.0
"""Seconds from the first start of a part until all must be ready."""
STOP_LIMIT = 90.0
RUNNING, DEGRADED, NOT_RUNNING = 0, 1, 3
"""Exit codes of `status`, as for services of Linux: 3 is "not running"."""


@click.command(short_help="Start a node.")
@options.data
@click.option("--region", metavar="SLUG", help="Whose node this is.  [default: pohjois-karjala]")
@click.option("--port", type=click.IntRange(1, 65535), help="Port of the gateway.  [default: 8080 or the next free]")
@click.option("--sample", is_flag=True, help="Fill the new node with the sample data.")
@click.option("--detach", is_flag=True, help="Give the terminal back once the node is ready.")
@click.option("--told-by", "done_file", type=click.Path(path_type=Path), hidden=True)
@click.pass_context
def up(
    context: click.Context,
    folder: DataFolder,
    region: str | None,
    port: int | None,
    *,
    sample: bool,
    detach: bool,
    done_file: Path | None,
) -> None:
    """Start a node and keep its parts running until Ctrl-C (or `malmi down`).

    Region, port and all data stay in the data folder, and are there again at the next start. On a folder
    whose node runs already, it says where and ends with 0.

    AMQP_URI, MONGODB_URI and SMTP_URI name a broker, store and mail server of your own; without them the node
    runs its own. All other settings of services/runtime/settings.py are taken from the environment too.
    """
    if folder.is_running():
        _say_that_it_runs(folder.state())
        return
    setup = preparation.plan_setup(folder, region, port)
    _get_packages()
    if detach:
        _up_detached(folder, setup.region, setup.ports["gateway"], sample=sample)
        return
    plan = preparation.prepare(folder, setup)
    lock = folder.lock()
    if lock is None:
        _say_that_it_runs(folder.state())
        return
    _end_leftovers(folder)
    gateway = setup.ports["gateway"]
    try:
        held = ports.hold(gateway)
    except OSError as error:
        raise NodeError(f"port {gateway} was taken by another program just now: start again") from error
    with held:
        code = _supervise(plan, sample=sample, done_file=done_file)
    context.exit(code)


def _supervise(plan: parts.Plan, *, sample: bool, done_file: Path | None) -> int:
    """done_file: written once all is told that there is to tell, where another process (`up --detach`) tells it."""
    started = time.monotonic()
    name = plan.region.name.get("en", plan.region.slug)
    say(f"Starting the node of {name}; its data is in {plan.folder.path}")
    supervisor = Supervisor(
        plan.region.slug,
        parts.programs(plan),
        logs=plan.folder.logs,
        state_file=plan.folder.state_file,
        urls=parts.urls(plan),
        report=lambda part, said: say(f"  {part:<14} {said}"),
    )
    for number in (signal.SIGINT, signal.SIGTERM, signal.SIGHUP):
        signal.signal(number, lambda *_: supervisor.ask_stop())
    try:
        if not supervisor.run_until_ready(READY_LIMIT):
            if supervisor.state.problem:
                _explain(supervisor.state, plan.folder.logs)
                return 1
            return 0
        if sample:
            _load_sample(plan.folder)
        say(f"\nReady after {time.monotonic() - started:.1f} s.\n")
        say(_shown(supervisor.state))
        if done_file is None:
            say("\nCtrl-C stops it.")
        else:
            done_file.touch()
        supervisor.run()
        return 0
    finally:
        say("Stopping")
        supervisor.stop()
        say("Stopped")


def _load_sample(folder: DataFolder) -> None:
    """A node that lacks its sample is a node all the same: it goes on."""
    try:
        load_sample(folder)
    except NodeError as error:
        note(f"malmi: the sample data is not loaded: {error}; try again with ./malmi sample")


def _up_detached(folder: DataFolder, region: str, port: int, *, sample: bool) -> None:
    """The same command once more, in a session of its own; this one tells how it goes."""
    folder.make()
    log = folder.logs / "malmi.log"
    done = folder.path / ".up-done"
    done.unlink(missing_ok=True)
    arguments = [
        "up",
        "--data",
        str(folder.path),
        "--region",
        region,
        "--port",
        str(port),
        "--told-by",
        str(done),
        *(["--sample"] * sample),
    ]
    with log.open("wb") as output:
        child = subprocess.Popen(
            [sys.executable, "-P", "-m", "deploy.cli", *arguments],
            stdin=subprocess.DEVNULL,
            stdout=output,
            stderr=subprocess.STDOUT,
            start_new_session=True,
        )
    shown = 0
    while True:
        ended = child.poll() is not None
        ready = done.exists()  # looked at before the log, which then holds all
        text = log.read_text(errors="replace")
        say_new = text[shown:].rpartition("\n")[0]
        if say_new:
            say(say_new)
            shown += len(say_new) + 1
        if ended:
            sys.exit(child.returncode)
        if ready:
            done.unlink(missing_ok=True)
            say("\nIt runs in the background: ./malmi status, ./malmi down")
            return
        time.sleep(0.1)


def _get_packages() -> None:
    if os.environ.get("AMQP_URI") or broker.find_server() is not None:
        return
    say("Installing rabbitmq-server (apt); this takes a minute or two")
    if not broker.install() or broker.find_server() is None:
        raise NodeError("no rabbitmq-server on this machine. Install it:  sudo apt-get install rabbitmq-server")


def _end_leftovers(folder: DataFolder) -> None:
    known = folder.state()
    for name, identity in leftovers(known) if known else ():
        if end_leftover(identity):
            note(f"  {name:<14} left over from an earlier start (process {identity.pid}): ended")


def _say_that_it_runs(state: NodeState | None) -> None:
    say("This node is running already." if state is None else f"The node {state.node} is running already.\n")
    if state is not None:
        say(_shown(state))


def _explain(state: NodeState, logs: Path) -> None:
    note(f"malmi: {state.problem}")
    for part in state.parts:
        if part.state in ("starting", "restarting"):
            note(f"\n--- the end of {logs / part.name}.log" + (f" ({part.last_exit})" if part.last_exit else ""))
            note(tail(logs / f"{part.name}.log"))


def _shown(state: NodeState) -> str:
    rows = [_row(part) for part in state.parts]
    width = max((len(what) for what in state.urls), default=0)
    links = "\n".join(f"{what.ljust(width)}  {url}" for what, url in state.urls.items())
    return f"{table(('PART', 'STATE', 'PROCESS', 'RESTARTS', 'WHERE'), rows)}\n\n{links}"


def _row(part: PartState) -> tuple[str, ...]:
    where = part.address if part.state == "ready" else " ".join(filter(None, (part.address, part.last_exit)))
    return part.name, part.state, str(part.process.pid) if part.process else "-", str(part.restarts), where


@click.command(short_help="Stop a node; its data stays.")
@options.data
def down(folder: DataFolder) -> None:
    """Stop the node of a data folder, and what an interrupted one left behind."""
    state = folder.state()
    if not folder.path.exists() or not folder.is_running():
        ended = [name for name, identity in (leftovers(state) if state else ()) if end_leftover(identity)]
        say(f"It was not running; ended what was left: {', '.join(ended)}" if ended else "No node is running here.")
        return
    if state is None or not is_alive(state.supervisor):
        fail(f"a node is just being started in {folder.path}: try again in a moment")
    with contextlib.suppress(ProcessLookupError):
        os.kill(state.supervisor.pid, signal.SIGTERM)
    deadline = time.monotonic() + STOP_LIMIT
    while folder.is_running():
        if time.monotonic() > deadline:
            with contextlib.suppress(ProcessLookupError):
                os.kill(state.supervisor.pid, signal.SIGKILL)
            for _, identity in leftovers(folder.state() or state):
                end_leftover(identity, 1.0)
            fail("it did not stop in time and was ended by force")
        time.sleep(0.1)
    say("Stopped.")


@click.command(short_help="Restart parts, one after the other, while the node works.")
@options.data
@click.argument("part", nargs=-1)
def restart(folder: DataFolder, part: tuple[str, ...]) -> None:
    """Restart PARTs (every part of Malmi when none is named), one after the other, each ready before the next.

    No request fails meanwhile: the new process of a part is ready before the old one ends. Only broker and store,
    which are restarted when they are named, are away for some seconds: then reads go on and commands wait or get 503.

    After an update of Malmi this is all that is needed, unless its notes say that the node must be stopped.
    """
    state = folder.state() if folder.path.exists() and folder.is_running() else None
    if state is None or state.phase != "running":
        fail(f"no node is running in {folder.path}: start it with ./malmi up")
    names = _chosen([one.name for one in state.parts], part)
    request, shown = restarts.ask(folder.run, names), 0
    while True:
        report = restarts.read(folder.run, request)
        for line in report.said[shown:] if report else ():
            say(f"  {line}")
            shown += 1
        if report and report.state == "failed":
            fail(report.problem)
        if report and report.state == "done":
            return
        if not folder.is_running():
            fail("the node was stopped meanwhile")
        time.sleep(0.1)


def _chosen(known: list[str], wanted: tuple[str, ...]) -> list[str]:
    """`events` means all its instances."""
    unknown = [name for name in wanted if name not in {*known, *map(parts.role, known)}]
    if unknown:
        fail(f"no part {', '.join(unknown)} here; there are: {', '.join(known)}")
    if not wanted:
        return [name for name in known if parts.role(name) in parts.OURS]
    return [name for name in known if name in wanted or parts.role(name) in wanted]


@click.command(short_help="What runs where, and how it is.")
@options.data
@click.option("--json", "as_json", is_flag=True, help="For programs.")
def status(folder: DataFolder, *, as_json: bool) -> None:
    """Show the parts of a node.

    Ends with 0 when all are ready, 1 when some are not or a disk is nearly full, 3 when no node runs here.
    """
    state = folder.state()
    running = folder.path.exists() and folder.is_running()
    if state is None or not running:
        say(json.dumps({"running": False}) if as_json else f"No node is running in {folder.path}.")
        sys.exit(NOT_RUNNING)
    current = preparation.with_heartbeats(state, folder)
    all_ready = current.phase == "running" and all(part.state == "ready" for part in current.parts)
    healthy = all_ready and not current.warnings
    if as_json:
        say(json.dumps({"running": True, "healthy": healthy, **asdict(current)}, indent=1))
    else:
        say(f"{current.node}: {current.phase} since {current.since}\n")
        say(_shown(current))
        for warning in current.warnings:
            say(f"\nWARNING: {warning}")
    sys.exit(RUNNING if healthy else DEGRADED)


@click.command(short_help="Show the logs of parts.")
@options.data
@click.option("--follow", "-f", is_flag=True, help="Go on as lines come.")
@click.option("--lines", "-n", default=20, show_default=True, help="How many of the last lines of each.")
@click.argument("part", nargs=-1)
def logs(folder: DataFolder, part: tuple[str, ...], *, follow: bool, lines: int) -> None:
    """Show the last lines that PARTs logged (all parts when none is named)."""
    files = sorted(folder.logs.glob("*.log")) if not part else [folder.logs / f"{name}.log" for name in part]
    missing = [file.stem for file in files if not file.exists()]
    if missing or not files:
        there = ", ".join(sorted(file.stem for file in folder.logs.glob("*.log"))) or "none"
        fail(f"no log of {', '.join(missing) or 'any part'} in {folder.logs}; there are: {there}")
    if follow:
        os.execvp("tail", ["tail", "-n", str(lines), "-F", *map(str, files)])
    for file in files:
        say(f"==> {file.stem}\n{tail(file, lines)}\n")
