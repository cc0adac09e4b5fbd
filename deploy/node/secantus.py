"""SecantusDB as a node runs it: `python -m deploy.node.secantus`.

Its own command leaves the transactions of a client that was killed open for 60 idle seconds, and looks for them only
when another transaction comes by; until then every write to what they touched waits. Here they end when we
say, and a thread looks every second. MongoDB does the same by itself (transactionLifetimeLimitSeconds).

On a full disk its engine stops for good ("the process must exit and restart"), while the server goes on answering
"internal server error": here it then ends, as mongod does, and whoever watches it starts it again.
"""

import argparse
import logging
import os
import signal
import sys
import threading
import time
from types import FrameType

from secantus.server import SecantusDBServer
from wiredtiger import WiredTigerError  # type: ignore[import-untyped]

from . import ports

log = logging.getLogger(__name__)

LOOK_EVERY = 0.5
ENGINE_STOPPED = 3
"""Exit code."""


def main(arguments: list[str]) -> int:
    """Serves until SIGTERM or SIGINT, or until its engine stops."""
    parser = argparse.ArgumentParser(prog="deploy.node.secantus")
    parser.add_argument("--port", type=int, required=True)
    parser.add_argument("--folder", required=True)
    parser.add_argument("--cache", default="256M")
    parser.add_argument("--transaction-seconds", type=float, required=True)
    options = parser.parse_args(arguments)
    logging.basicConfig(level="WARNING", format="%(asctime)s %(levelname)s %(name)s: %(message)s")
    server = SecantusDBServer(
        host=ports.LOCALHOST,
        port=options.port,
        storage_path=options.folder,
        enable_test_commands=False,
        cache_size=options.cache,
        sync_on_commit=True,  # without it a power cut or kill -9 loses the last acknowledged writes
        transaction_lifetime_seconds=options.transaction_seconds,
    )
    # By the wall clock, its default, an hour back would leave what a killed client left open for an hour more.
    server.transactions._time = time.monotonic  # it takes no clock
    stopped = threading.Event()

    def look_after() -> None:
        while not stopped.wait(LOOK_EVERY):
            server.transactions.prune_expired()
            try:
                server.storage.list_databases()
            except WiredTigerError as error:
                if stopped.is_set():
                    return
                log.critical("the engine has stopped, and so do I: %s", error)
                os._exit(ENGINE_STOPPED)  # a clean end would wait for the engine

    def stop(_signal: int, _frame: FrameType | None) -> None:
        stopped.set()
        server.stop()
        sys.exit(0)

    signal.signal(signal.SIGTERM, stop)
    signal.signal(signal.SIGINT, stop)
    server.start()
    threading.Thread(target=look_after, daemon=True).start()
    server.wait()
    return 0


if __name__ == "__main__":
    sys.exit(main(sys.argv[1:]))
