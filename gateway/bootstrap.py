"""Makes what a worker needs, opens it when the worker starts and closes it when the worker stops."""

import asyncio
import contextlib
import signal
from collections.abc import Mapping
from typing import Any

from gateway.access_log import AccessLog
from gateway.dependencies import Dependencies
from gateway.health import Listener, Parts
from gateway.limits import Limits
from gateway.metrics import Metrics
from gateway.read_model.reader import Reader
from gateway.rpc import Remote
from services.runtime import logging
from services.runtime.settings import Settings

log = logging.get(__name__)


def dependencies(settings: Settings) -> Dependencies:
    """Nothing is opened yet but the read model, which may not exist yet either."""
    metrics, parts = Metrics(), Parts()
    return Dependencies(
        settings=settings,
        reader=Reader(settings.data / "read_model"),
        remote=Remote(settings.amqp_uri, settings.part, metrics, parts.works),
        parts=parts,
        limits=Limits(workers=settings.workers, factor=settings.rate_limit_factor),
        metrics=metrics,
        access_log=AccessLog(settings.part),
    )


class Lifecycle:
    """Falcon calls these when the server starts and stops the worker."""

    def __init__(self, deps: Dependencies) -> None:
        self._deps = deps
        self._listener = Listener(deps.settings.amqp_uri, deps.parts)

    async def process_startup(self, scope: Mapping[str, Any], event: Mapping[str, Any]) -> None:
        self._end_streams_on_sigterm()
        await asyncio.gather(self._deps.remote.start(), self._listener.start())
        log.info("started")

    async def process_shutdown(self, scope: Mapping[str, Any], event: Mapping[str, Any]) -> None:
        self._deps.stopping.set()
        with contextlib.suppress(TimeoutError):
            async with asyncio.timeout(2):
                await asyncio.gather(self._deps.remote.stop(), self._listener.stop())
        self._deps.reader.close()
        self._deps.access_log.flush()
        log.info("stopped")

    def _end_streams_on_sigterm(self) -> None:
        # The server waits for open requests before it tells us to stop; live streams would never end. asyncio runs
        # the server's own handler from the wakeup file descriptor, so this Python-level one does not replace it.
        loop, stopping = asyncio.get_running_loop(), self._deps.stopping
        for number in (signal.SIGTERM, signal.SIGINT):
            signal.signal(number, lambda *_: loop.call_soon_threadsafe(stopping.set))
