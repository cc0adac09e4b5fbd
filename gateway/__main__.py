"""Runs the gateway: `python -m gateway`. Granian with as many workers as MALMI_WORKERS says."""

import contextlib
import os
import resource
import shutil
import signal
from pathlib import Path
from typing import Any

from granian import Granian
from granian.constants import Interfaces, Loops
from granian.http import HTTP1Settings
from granian.log import LogLevels

from gateway import leaving
from services.runtime import logging
from services.runtime.settings import Settings

_SECONDS_TO_STOP = 8
# The server's own lines go where ours go, as JSON.
_LOGS_OF_SERVER = {
    "formatters": {},
    "handlers": {},
    "loggers": {"_granian": {"handlers": [], "propagate": True}, "granian.access": {"handlers": []}},
}


def main() -> None:
    """Serves until SIGTERM or SIGINT. Open requests are answered first; a worker that dies is started again."""
    settings = Settings.from_environment()
    logging.configure(settings.part, settings.log_level)
    numbers = _folder_of_numbers(settings)
    os.environ["PROMETHEUS_MULTIPROC_DIR"] = str(numbers)  # read when a worker imports prometheus_client
    leaving.tell_workers()
    _allow_open_files()
    try:
        _serve(settings)
    finally:
        signal.signal(signal.SIGTERM, signal.SIG_IGN)  # it ends already
        shutil.rmtree(numbers, ignore_errors=True)


def _folder_of_numbers(settings: Settings) -> Path:
    """Where the workers count, in files that they map into memory: in memory itself, for a worker that counts on a
    full disk is killed by SIGBUS. Of this process alone: during a restart its forerunner counts too. Raises OSError
    when there is no place at all."""
    for place, name in (
        (Path("/dev/shm"), f"malmi-{os.getuid()}-metrics-{settings.port}"),
        (settings.data / "run", f"metrics-{settings.port}"),
    ):
        for left in place.glob(f"{name}-*"):
            if not Path(f"/proc/{left.name.rpartition('-')[2]}").exists():
                shutil.rmtree(left, ignore_errors=True)
        made = place / f"{name}-{os.getpid()}"
        shutil.rmtree(made, ignore_errors=True)
        with contextlib.suppress(OSError):
            made.mkdir(parents=True, mode=0o700)  # not one that another user made
            return made
    raise OSError("no place for the metrics of the gateway's workers")


def _allow_open_files() -> None:
    """As many as the machine allows: every connection is one, and a thousand live streams are more than the 1,024
    that are common."""
    _, most = resource.getrlimit(resource.RLIMIT_NOFILE)
    with contextlib.suppress(OSError, ValueError):
        resource.setrlimit(resource.RLIMIT_NOFILE, (most, most))


class _Server(Granian):  # type: ignore[misc, valid-type] # which of its classes it is, Granian finds out as it starts
    """Told to stop twice, it stops: Granian's own handler, interrupted by itself, waits for a lock that it holds."""

    _told = False

    def signal_handler_interrupt(self, *args: Any, **kwargs: Any) -> None:
        if not self._told:
            self._told = True
            super().signal_handler_interrupt(*args, **kwargs)


def _serve(settings: Settings) -> None:
    _Server(
        "gateway.app:create",
        factory=True,
        interface=Interfaces.ASGI,
        address=settings.host,
        port=settings.port,
        workers=settings.workers,
        loop=Loops.asyncio,
        websockets=False,
        log_access=False,
        log_level=LogLevels.warning,
        log_dictconfig=_LOGS_OF_SERVER,
        http1_settings=HTTP1Settings(header_read_timeout=10_000),
        respawn_failed_workers=True,
        workers_kill_timeout=_SECONDS_TO_STOP,
    ).serve()


if __name__ == "__main__":
    main()
