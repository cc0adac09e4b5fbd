"""Runs the courier: `python -m services.notifications.courier`. SIGTERM stops it cleanly."""

import asyncio
import os
import sys
from datetime import UTC

from pymongo import AsyncMongoClient

from services.notifications.courier.courier import Courier
from services.runtime import logging
from services.runtime.cancelling import until_told
from services.runtime.settings import BadSettings, Settings
from services.runtime.store import SELECTION_TIMEOUT_MS, Document

log = logging.get(__name__)


async def _main(settings: Settings) -> None:
    client: AsyncMongoClient[Document] = AsyncMongoClient(
        settings.mongodb_uri,
        appname=settings.part,
        tz_aware=True,
        tzinfo=UTC,
        w="majority",
        journal=True,
        serverSelectionTimeoutMS=SELECTION_TIMEOUT_MS,
        timeoutMS=20_000,
    )
    courier = Courier(settings, client[f"{settings.database_prefix}notifications"])
    try:
        await until_told(courier.run())
        log.info("stopped")
    finally:
        await client.close()


def main() -> int:
    """Exit codes: 0 stopped, 2 set up wrongly."""
    os.environ.setdefault("MALMI_PART", "courier")
    try:
        settings = Settings.from_environment()
        logging.configure(settings.part, settings.log_level)
        asyncio.run(_main(settings))
    except BadSettings as error:
        sys.stderr.write(f"courier: {error}\n")
        return 2
    return 0


if __name__ == "__main__":
    sys.exit(main())
