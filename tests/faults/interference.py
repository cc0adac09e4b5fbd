"""What is done to a node: parts stopped in the middle of whatever they do, killed and kept from coming back."""

from collections.abc import Iterator
from contextlib import contextmanager, suppress

import psutil

from tests.harness.living import LivingNode


@contextmanager
def hung(node: LivingNode, *parts: str) -> Iterator[None]:
    """The parts are there and do nothing, to the last thread (SIGSTOP), until the block ends."""
    processes = [process for part in parts for process in family(node.pid(part))]
    for process in processes:
        process.suspend()
    try:
        yield
    finally:
        for process in processes:
            with suppress(psutil.NoSuchProcess):
                process.resume()


@contextmanager
def gone(node: LivingNode, *parts: str) -> Iterator[None]:
    """The parts are killed, and nobody starts them again until the block ends: their supervisor sleeps meanwhile."""
    supervisor = psutil.Process(node.process.pid)
    supervisor.suspend()
    try:
        for part in parts:
            for process in family(node.pid(part)):
                with suppress(psutil.NoSuchProcess):
                    process.kill()
        yield
    finally:
        supervisor.resume()


def family(pid: int) -> list[psutil.Process]:
    """A process and all that it started."""
    first = psutil.Process(pid)
    return [first, *first.children(recursive=True)]


def runs(pid: int) -> bool:
    """Whether there is such a process that has not ended (nobody may have asked for its exit code yet)."""
    try:
        return psutil.Process(pid).status() != psutil.STATUS_ZOMBIE
    except psutil.NoSuchProcess:
        return False
