"""Memory of processes as PSS: what several of them share is counted once, in shares."""

from collections.abc import Iterable

import psutil


def pss_of(processes: Iterable[psutil.Process]) -> int:
    """Bytes, of these and all that they started."""
    family = {member.pid: member for process in processes for member in (process, *process.children(recursive=True))}
    return sum(int(member.memory_full_info().pss) for member in family.values())
