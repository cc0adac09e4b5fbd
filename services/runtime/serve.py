"""Runs one service: `python -m services.runtime.serve events`. SIGTERM stops it cleanly."""

import os
import warnings

# Known and accepted (docs/architecture.md: nameko stays at the edge); said at every start, in no JSON.
warnings.filterwarnings("ignore", message=r"\s*Eventlet is deprecated")

import eventlet  # noqa: E402

eventlet.monkey_patch()  # before anything that opens a socket is imported: nameko runs on eventlet

import importlib  # noqa: E402
import signal  # noqa: E402
import sys  # noqa: E402
from types import FrameType  # noqa: E402

from nameko.runners import ServiceRunner  # noqa: E402

from services.contracts.rpc import SERVICES  # noqa: E402

from . import logging  # noqa: E402
from .settings import BadSettings, Settings  # noqa: E402

MAX_WORKERS = 20


def main(arguments: list[str]) -> int:
    """Exit codes: 0 stopped, 2 called or set up wrongly."""
    if len(arguments) != 1 or arguments[0] not in SERVICES:
        sys.stderr.write(f"usage: python -m services.runtime.serve {'|'.join(SERVICES)}\n")
        return 2
    name = arguments[0]
    os.environ.setdefault("MALMI_PART", name)
    try:
        settings = Settings.from_environment()
    except BadSettings as error:
        sys.stderr.write(f"{name}: {error}\n")
        return 2
    logging.configure(settings.part, settings.log_level)
    run(name, settings)
    return 0


def run(name: str, settings: Settings) -> None:
    """Runs the service's nameko container until SIGTERM or SIGINT."""
    service = importlib.import_module(f"services.{name}.service").Service
    runner = ServiceRunner(
        {
            "AMQP_URI": settings.amqp_uri,
            "settings": settings,
            "max_workers": MAX_WORKERS,
            "prefetch_count": MAX_WORKERS,
            "heartbeat": 20,
        }
    )
    runner.add_service(service)

    def stop(_signal: int, _frame: FrameType | None) -> None:
        signal.alarm(10)  # with the broker away nameko's stop waits for ever: then the kernel ends it
        eventlet.spawn_n(runner.stop)

    signal.signal(signal.SIGTERM, stop)
    signal.signal(signal.SIGINT, stop)
    log = logging.get(__name__)
    runner.start()
    log.info("started", service=name)
    runner.wait()
    log.info("stopped", service=name)


if __name__ == "__main__":
    sys.exit(main(sys.argv[1:]))
