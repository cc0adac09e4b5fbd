"""Asks the running projector for a rebuild and shows the report. Exit code 1 when it failed or nobody answered."""

import sys
import time
from pathlib import Path

from services.runtime.settings import Settings

from . import control
from .control import Report

_TAKEN_WITHIN = 15.0


def main(folder: Path | None = None) -> int:
    """folder: of the read model; without it that of MALMI_DATA."""
    folder = folder or Settings.from_environment().data / "read_model"
    identity = control.ask(folder)
    asked, step = time.monotonic(), ""
    while True:
        report = control.read_report(folder)
        if report is not None and report.id == identity:
            if report.state != "running":
                sys.stdout.write(describe(report))
                return 0 if report.state == "done" else 1
            if report.step != step:
                step = report.step
                sys.stdout.write(f"{step} ...\n")
                sys.stdout.flush()
        elif time.monotonic() - asked > _TAKEN_WITHIN and control.is_waiting(folder):
            control.take_request(folder)
            sys.stdout.write("No projector took the request. Does the node run? See ./malmi status.\n")
            return 1
        time.sleep(0.1)


def describe(report: Report) -> str:
    """The report for people."""
    if report.state == "failed":
        return f"The rebuild failed while {report.step}: {report.error}\nThe read model is as it was.\n"
    lines = [f"Rebuilt in {report.seconds} s, and now in use.", ""]
    lines += [f"  {count:>8}  {kind}" for kind, count in report.records.items()]
    lines += [
        "",
        f"  {report.rows} rows compared with the live ones: {report.equal} equal, {report.differing} differing",
        f"  {report.tombstones} tombstones kept that no snapshot has",
    ]
    if report.undecodable:
        lines.append(f"  {report.undecodable} records of snapshots could not be read (see the projector's log)")
    lines += [f"  differs: {entry['what']:<8} {entry['kind']} {entry['ref']}" for entry in report.differences]
    return "\n".join(lines) + "\n"


if __name__ == "__main__":
    sys.exit(main())
