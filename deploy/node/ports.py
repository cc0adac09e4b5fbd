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


def hold(port: int, host: str = LOCALHOST) -> socket.socket:
    """Keeps a port for the gateway, which listens much later, until the socket that is returned is closed.

    Without it two nodes that start at the same moment choose the same port, and both gateways listen on it:
    SO_REUSEPORT, by which workers share a port, also lets them. The socket never listens, so it gets no connection.
    Raises OSError when the port is taken.
    """
    holder = socket.socket()
    holder.setsockopt(socket.SOL_SOCKET, socket.SO_REUSEADDR, 1)  # connections that ended lately are no hindrance
    try:
        holder.bind((host, port))
    except OSError:
        holder.close()
        raise
    # From here on only who says SO_REUSEPORT gets the port: the gateway does, is_free and hold do not.
    holder.setsockopt(socket.SOL_SOCKET, socket.SO_REUSEPORT, 1)
    holder.setsockopt(socket.SOL_SOCKET, socket.SO_REUSEADDR, 0)
    return holder


def hold_next(port: int) -> tuple[int, socket.socket]:
    """As next_free and hold in one: nobody else who holds gets the same. Raises OSError after a hundred."""
    taken: set[int] = set()
    while True:
        candidate = next_free(port, avoid=taken)
        try:
            return candidate, hold(candidate)
        except OSError:
            taken.add(candidate)
