"""Every benchmark works: at a tiny scale, with nothing asserted of how fast anything is."""

import math
from pathlib import Path

import click
import pytest

from . import wrk
from .__main__ import BENCHMARKS, line
from .figures import TINY
from .site import running_site


@pytest.mark.full
@pytest.mark.timeout(400)
@pytest.mark.parametrize("name", BENCHMARKS)
def test_a_benchmark_runs_and_says_what_it_measured(name: str, tmp_path: Path) -> None:
    with running_site(tmp_path) as site:
        figures = list(BENCHMARKS[name](site, TINY))
    assert figures
    for figure in figures:
        click.echo(line(figure))
        assert math.isfinite(figure.value)
        assert figure.value > 0
        assert figure.raw is None or figure.raw > 0
        assert figure.as_json()["unit"]


@pytest.mark.full
def test_the_client_of_the_reads_tells_of_answers_that_are_none(tmp_path: Path) -> None:
    """Nothing but 200 counts: else a server that refuses everything would be the fastest."""
    import psutil

    wrk.install()
    with running_site(tmp_path) as site:
        gateway = psutil.Process(site.parts["gateway"].process.pid)
        with pytest.raises(AssertionError, match="statuses"):
            wrk.run(tmp_path / "client", site.url, ["/api/v1/no-such-address"], 1, gateway)
