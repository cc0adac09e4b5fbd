"""Runs the benchmarks: `./malmi bench [NAME ...] [--scale small] [--json FILE]`."""

import json
import sys
import tempfile
from pathlib import Path

import click

from . import sign_ups, upkeep, wrk
from .clashes import clashes
from .commands import commands
from .figures import SCALES, Benchmark, Figure, Scale
from .imports import imports
from .live import live
from .machine import described
from .reads import reads
from .relay import relay
from .search import search
from .site import running_site
from .telling import telling

BENCHMARKS: dict[str, Benchmark] = {
    "reads": reads,
    "search": search,
    "live": live,
    "rebuild": upkeep.rebuild,
    "start": upkeep.start,
    "sign-ups": sign_ups.sign_ups,
    "sign-ups-two-instances": sign_ups.two_instances,
    "commands": commands,
    "relay": relay,
    "clashes": clashes,
    "import": imports,
    "telling": telling,
}
"""In the order in which they run."""


@click.command()
@click.argument("names", nargs=-1)
@click.option("--scale", "scales", multiple=True, type=click.Choice(list(SCALES)), default=["small"], show_default=True)
@click.option("--json", "target", type=click.Path(path_type=Path), help="Where the results go, as JSON.")
def main(names: tuple[str, ...], scales: tuple[str, ...], target: Path | None) -> None:
    """Measure the node on this machine, each figure beside the raw limit of the same run."""
    unknown = [name for name in names if name not in BENCHMARKS]
    if unknown:
        raise click.BadParameter(f"{', '.join(unknown)}: no such benchmark. There are: {', '.join(BENCHMARKS)}.")
    chosen = names or tuple(BENCHMARKS)
    if "reads" in chosen:
        try:
            wrk.install()
        except wrk.NoClient as error:
            raise click.ClickException(str(error)) from error
    results = {}
    for scale in scales:
        results[scale] = [figure.as_json() for figure in measure(SCALES[scale], chosen)]
    if target is not None:
        target.parent.mkdir(parents=True, exist_ok=True)
        target.write_text(json.dumps({"machine": described(), "results": results}, indent=2) + "\n")


def measure(scale: Scale, names: tuple[str, ...]) -> list[Figure]:
    """Each benchmark on a fresh node of its own, so that none leaves work or records to the next."""
    figures = []
    for name in names:
        click.echo(f"\n=== {name} ({scale.name})")
        with tempfile.TemporaryDirectory(prefix="malmi-bench-") as folder, running_site(Path(folder)) as site:
            for figure in BENCHMARKS[name](site, scale):
                figures.append(figure)
                click.echo(line(figure))
    return figures


def line(figure: Figure) -> str:
    """One line for the terminal."""
    raw = "" if figure.raw is None else f"  raw {figure.raw:,.1f}  ratio {figure.ratio:.2f}"
    aim = f"  (aim: {figure.aim})" if figure.aim else ""
    details = "".join(f"  {name} {value}" for name, value in figure.details.items())
    return f"{figure.name:<44} {figure.value:>12,.1f} {figure.unit:<5}{raw}{details}{aim}"


if __name__ == "__main__":
    sys.exit(main())
