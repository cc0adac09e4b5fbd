"""A client that asks at a fixed rate, however long the answers take: an answer that is late does not put off the next
question, and the time that a question waited for its turn counts."""

import asyncio
import time
from collections.abc import Sequence
from dataclasses import dataclass
from urllib.parse import urlsplit

_CONNECTIONS = 32


@dataclass(frozen=True, slots=True)
class Asked:
    """milliseconds: from when each question was due until its answer was there, in order of the questions."""

    milliseconds: tuple[float, ...]
    seconds: float

    def percentile(self, share: float) -> float:
        """Of milliseconds; share: 0.99."""
        ranked = sorted(self.milliseconds)
        return ranked[min(len(ranked) - 1, int(len(ranked) * share))]


def ask(url: str, targets: Sequence[str], rate: float) -> Asked:
    """Asks for all targets, `rate` in a second. Raises AssertionError for any answer but 200."""
    return asyncio.run(_ask(url, targets, rate))


async def _ask(url: str, targets: Sequence[str], rate: float) -> Asked:
    where = urlsplit(url)
    due: asyncio.Queue[tuple[int, float] | None] = asyncio.Queue()
    took = [0.0] * len(targets)

    async def connection() -> None:
        reader, writer = await asyncio.open_connection(where.hostname, where.port)
        while (turn := await due.get()) is not None:
            number, at = turn
            writer.write(f"GET {targets[number]} HTTP/1.1\r\nHost: {where.netloc}\r\n\r\n".encode())
            head = await reader.readuntil(b"\r\n\r\n")
            assert head.startswith(b"HTTP/1.1 200"), f"{targets[number]}: {head[:200]!r}"
            lengths = [
                line.partition(b":")[2] for line in head.split(b"\r\n") if line.lower().startswith(b"content-length")
            ]
            await reader.readexactly(int(lengths[0]))
            took[number] = (time.perf_counter() - at) * 1000
        writer.close()

    connections = [asyncio.create_task(connection()) for _ in range(_CONNECTIONS)]
    began = time.perf_counter()
    for number in range(len(targets)):
        at = began + number / rate
        if (left := at - time.perf_counter()) > 0:
            await asyncio.sleep(left)
        due.put_nowait((number, at))
    for _ in connections:
        due.put_nowait(None)
    await asyncio.gather(*connections)
    return Asked(tuple(took), time.perf_counter() - began)
