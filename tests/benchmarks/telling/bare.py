"""The raw limit: the same bytes to the same receivers, by the bare libraries with as many connections, nothing kept."""

import asyncio
import time
from collections.abc import Awaitable, Callable

import aiosmtplib
import httpx

from services.contracts.envelope import CONTENT_TYPE


def mails(port: int, content: bytes, count: int, connections: int) -> float:
    """Mails a second of aiosmtplib."""
    return asyncio.run(_mails(port, content, count, connections))


def hooks(port: int, body: bytes, count: int, connections: int) -> float:
    """Requests a second of httpx."""
    return asyncio.run(_hooks(port, body, count, connections))


async def _mails(port: int, content: bytes, count: int, connections: int) -> float:
    open_ones = [aiosmtplib.SMTP(hostname="127.0.0.1", port=port) for _ in range(connections)]
    for one in open_ones:
        await one.connect()

    async def send(worker: int, number: int) -> None:
        address = f"bare-{number}@example.org"
        await open_ones[worker].sendmail("malmi@localhost", [address], content)

    try:
        return await _rate(send, count, connections)
    finally:
        for one in open_ones:
            await one.quit()


async def _hooks(port: int, body: bytes, count: int, connections: int) -> float:
    headers = {"content-type": CONTENT_TYPE}
    async with httpx.AsyncClient(limits=httpx.Limits(max_connections=connections)) as client:

        async def send(_worker: int, number: int) -> None:
            url = f"http://127.0.0.1:{port}/bare/{number}"
            (await client.post(url, content=body, headers=headers)).raise_for_status()

        return await _rate(send, count, connections)


async def _rate(send: Callable[[int, int], Awaitable[None]], count: int, workers: int) -> float:
    numbers = iter(range(count))

    async def work(worker: int) -> None:
        for number in numbers:
            await send(worker, number)

    began = time.monotonic()
    await asyncio.gather(*(work(worker) for worker in range(workers)))
    return count / (time.monotonic() - began)
