"""Whose turn it is: of several projectors one writes the files, the others stand by and follow when it ends.

The turn is a lock of the kernel's on a file beside the read model, so it is free at once when its holder dies.
"""

import asyncio
import fcntl
import os
from collections.abc import Callable
from pathlib import Path
from typing import Final

import aio_pika
from aio_pika.exceptions import AMQPError

from services.runtime import heartbeat, logging
from services.runtime.settings import Settings

log = logging.get(__name__)

LOOKS_EVERY: Final = 0.05


def take(folder: Path) -> int | None:
    """The turn, held until this process ends; None while another holds it. Raises OSError."""
    folder.mkdir(parents=True, exist_ok=True, mode=0o700)
    handle = os.open(folder / "projector.lock", os.O_CREAT | os.O_RDWR, 0o600)
    try:
        fcntl.flock(handle, fcntl.LOCK_EX | fcntl.LOCK_NB)
    except BlockingIOError:
        os.close(handle)
        return None
    return handle


async def wait_for(settings: Settings, stopped: Callable[[], bool]) -> bool:
    """Waits for the turn, with heartbeats that say so; False when told to stop meanwhile. Raises OSError."""
    folder = settings.data / "read_model"
    if take(folder) is not None:
        return True
    log.info("stands by")
    beating = asyncio.create_task(_beat(settings))
    try:
        while not stopped():
            if take(folder) is not None:
                log.info("takes over")
                return True
            await asyncio.sleep(LOOKS_EVERY)
        return False
    finally:
        beating.cancel()
        await asyncio.gather(beating, return_exceptions=True)


async def _beat(settings: Settings) -> None:
    while True:
        try:
            connection = await aio_pika.connect_robust(
                settings.amqp_uri,
                timeout=5,
                reconnect_interval=1,
                client_properties={"connection_name": "projector stands by"},
            )
            async with connection:
                await heartbeat.beat(await connection.channel(), settings.part, lambda: (True, {}, "stands by"))
        except (AMQPError, OSError, TimeoutError, RuntimeError) as error:
            log.warning("broker away", error=str(error))
        await asyncio.sleep(1)
