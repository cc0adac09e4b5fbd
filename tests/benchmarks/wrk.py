"""The client of the benchmarks of reads: wrk, one thread, varied addresses; and the CPU time that an answer costs."""

import json
import os
import shutil
import subprocess
from collections.abc import Sequence
from dataclasses import dataclass
from pathlib import Path

import psutil

CONNECTIONS = 32
_SCRIPT = """
local targets = {}
for line in io.lines(os.getenv("BENCH_TARGETS")) do targets[#targets + 1] = wrk.format("GET", line) end
math.randomseed(20261122)
function request() return targets[math.random(#targets)] end
function done(summary, latency, requests)
  local errors = summary.errors
  io.write(string.format(
    '\\nBENCH {"answers":%d,"microseconds":%d,"p50_us":%d,"p99_us":%d,"broken":%d,"statuses":%d}\\n',
    summary.requests, summary.duration, latency:percentile(50), latency:percentile(99),
    errors.connect + errors.read + errors.write + errors.timeout, errors.status))
end
"""


class NoClient(RuntimeError):
    """wrk is not there; the message says what to install."""


@dataclass(frozen=True, slots=True)
class Run:
    """answers: counted; per second `rate`. cpu_us: CPU time of the server for one answer, in microseconds."""

    answers: int
    seconds: float
    p50_ms: float
    p99_ms: float
    cpu_us: float

    @property
    def rate(self) -> float:
        return self.answers / self.seconds


def install() -> None:
    """Sees to it that there is a wrk; as root it installs the package. Raises NoClient."""
    if shutil.which("wrk"):
        return
    apt = shutil.which("apt-get")
    if apt is not None and os.geteuid() == 0:
        command = [apt, "install", "-y", "-q", "--no-install-recommends", "wrk"]
        environment = {**os.environ, "DEBIAN_FRONTEND": "noninteractive"}
        if subprocess.run(command, env=environment, capture_output=True).returncode != 0:
            subprocess.run([apt, "update", "-q"], env=environment, capture_output=True)
            subprocess.run(command, env=environment, capture_output=True)
    if not shutil.which("wrk"):
        raise NoClient("the benchmarks of reads need wrk. Install it:  sudo apt-get install wrk")


def run(folder: Path, url: str, targets: Sequence[str], seconds: float, server: psutil.Process) -> Run:
    """Asks for targets in random order over CONNECTIONS connections. Raises AssertionError for any answer but 200."""
    folder.mkdir(parents=True, exist_ok=True)
    script, wanted = folder / "varied.lua", folder / "targets.txt"
    script.write_text(_SCRIPT)
    wanted.write_text("".join(f"{target}\n" for target in targets))
    whole = max(1, round(seconds))
    before = cpu_of(server)
    done = subprocess.run(
        ["wrk", "-t1", f"-c{CONNECTIONS}", f"-d{whole}s", "--timeout", "10s", "--latency", "-s", str(script), url],
        env={**os.environ, "BENCH_TARGETS": str(wanted)},
        capture_output=True,
        text=True,
        timeout=whole + 60,
    )
    used = cpu_of(server) - before
    told = [line.removeprefix("BENCH ") for line in done.stdout.splitlines() if line.startswith("BENCH ")]
    assert told, done.stdout + done.stderr
    values = json.loads(told[0])
    assert values["broken"] == values["statuses"] == 0, values
    answers = int(values["answers"])
    assert answers > 0, done.stdout
    return Run(
        answers,
        values["microseconds"] / 1e6,
        values["p50_us"] / 1e3,
        values["p99_us"] / 1e3,
        used / answers * 1e6,
    )


def cpu_of(server: psutil.Process) -> float:
    """CPU seconds that a process and its children used so far."""
    return sum(sum(process.cpu_times()[:2]) for process in (server, *server.children(recursive=True)))
