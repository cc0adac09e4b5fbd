"""Runs the gateway: `python -m gateway`. Granian with as many workers as MALMI_WORKERS says."""

import os
import shutil

from granian import Granian
from granian.constants import Interfaces, Loops
from granian.http import HTTP1Settings
from granian.log import LogLevels

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
    numbers = settings.data / "run" / f"metrics-{settings.port}"
    shutil.rmtree(numbers, ignore_errors=True)
    numbers.mkdir(parents=True, mode=0o700)
    os.environ["PROMETHEUS_MULTIPROC_DIR"] = str(numbers)  # read when a worker imports prometheus_client
    Granian(
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
