"""Ports: which are free, and a block of them for one node."""

import hashlib
import socket
from collections.abc import Collection, Sequence
from pathlib import Path

LOCALHOST = "127.0.0.1"
# Below the range from which Linux takes ports for outgoing connections (32768 and up), so that a node that
# was down for a while finds its ports free again.
FIRST, LAST, BLOCK = 20_000, 30_000, 10


def is_free(port: int, host: str = LOCALHOST) -> bool:
    """True when a server could listen there now."""
    with socket.socket() as probe:
        probe.setsockopt(socket.SOL_SOCKET, socket.SO_REUSEADDR, 1)
        try:
            probe.bind((host, port))
            probe.listen(1)
        except OSError:
            return False
    return True


def choose(names: Sequence[str], place: Path, *, avoid: Collection[int] = ()) -> dict[str, int]:
    """A free port for each name (at most 10), near one another, starting at a spot that depends on `place`,
    so that two nodes on one machine rarely even meet. Raises OSError when the whole range is taken."""
    if len(names) > BLOCK:
        raise ValueError(f"at most {BLOCK} ports in one block")
    blocks = (LAST - FIRST) // BLOCK
    start = int.from_bytes(hashlib.sha256(str(place.resolve()).encode()).digest()[:4]) % blocks
    for step in range(blocks):
        first = FIRST + (start + step) % blocks * BLOCK
        block = {name: first + offset for offset, name in enumerate(names)}
        if all(port not in avoid and is_free(port) for port in block.values()):
            return block
    raise OSError(f"no ten free ports in a row between {FIRST} and {LAST}")


def next_free(port: int, *, avoid: Collection[int] = ()) -> int:
    """`port`, or the first free one after it. Raises OSError after a hundred."""
    for candidate in range(port, min(port + 100, 65_536)):
        if candidate not in avoid and is_free(candidate):
            return candidate
    raise OSError(f"no free port from {port} to {port + 99}")
