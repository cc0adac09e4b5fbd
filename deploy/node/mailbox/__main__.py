"""`python -m deploy.node.mailbox --folder DIR --smtp-port N --port N`"""

import signal
import sys
import threading
from pathlib import Path

import click

from . import sink, view
from .letters import KEPT, Letters


@click.command()
@click.option("--folder", type=click.Path(path_type=Path), required=True)
@click.option("--host", default="127.0.0.1")
@click.option("--smtp-port", type=int, required=True)
@click.option("--port", type=int, required=True)
@click.option("--kept", type=int, default=KEPT)
def main(folder: Path, host: str, smtp_port: int, port: int, kept: int) -> None:
    """Until SIGTERM."""
    letters = Letters(folder, kept)
    server = view.serve(letters, host, port)
    receiver = sink.serve(letters, host, smtp_port)
    # shutdown() waits for serve_forever to end, so it cannot be called from the thread that serves
    for number in (signal.SIGTERM, signal.SIGINT):
        signal.signal(number, lambda *_: threading.Thread(target=server.shutdown).start())
    try:
        server.serve_forever(poll_interval=0.2)
    finally:
        receiver.stop()
        server.server_close()
    sys.exit(0)


main()
