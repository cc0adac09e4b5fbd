"""Sends webhooks: signed (Standard Webhooks), to public addresses only, redirects not followed."""

import asyncio
import socket
import time
from dataclasses import dataclass
from datetime import UTC, datetime
from ipaddress import ip_address
from typing import Final
from urllib.parse import urlsplit

import httpx
from standardwebhooks import Webhook as Signer

from services.contracts.envelope import CONTENT_TYPE
from services.contracts.errors import Invalid
from services.notifications.model import Webhook
from services.notifications.model.webhook import check_address, is_public

TIMEOUT: Final = 15.0
ADDRESS_HOLDS: Final = 10.0
"""Seconds that an address, once checked, is used without asking again."""
HELD_AT_MOST: Final = 100
LONGEST_ANSWER: Final = 16_384
"""So much of what a receiver says is read, so that its connection can be kept; it may be endless."""
_LIMITS: Final = httpx.Limits(max_connections=16, max_keepalive_connections=4, keepalive_expiry=15.0)
_WITHIN: Final = httpx.Timeout(10.0).as_dict()
_BROKEN: Final = (httpx.RemoteProtocolError, httpx.ReadError, httpx.WriteError)


class HookFailed(Exception):
    """The receiver did not take it. `gone`: it said that it wants no more (410)."""

    def __init__(self, message: str, *, gone: bool = False) -> None:
        self.gone = gone
        super().__init__(message)


@dataclass(slots=True)
class _Host:
    """Connections to one address for one name, kept for the next webhook: TLS has checked them for that name alone."""

    transport: httpx.AsyncHTTPTransport
    busy: int = 0
    answered: int = 0


class Hooks:
    """private: http and addresses inside this network are allowed (a node for testing)."""

    def __init__(self, *, private: bool) -> None:
        self._private = private
        self._tls = httpx.create_ssl_context(trust_env=False)
        self._hosts: dict[tuple[str, str, int, str], _Host] = {}
        self._addresses: dict[tuple[str, int], tuple[float, str]] = {}

    async def send(self, webhook: Webhook, secret: str, delivery_id: str, body: str) -> None:
        """Returns when the receiver has said that it has it (2xx). Raises HookFailed.

        delivery_id: the same at every try, so that a receiver knows a repeat.
        """
        try:
            async with asyncio.timeout(TIMEOUT):
                await self._send(webhook, secret, delivery_id, body)
        except TimeoutError as error:
            raise HookFailed(f"no answer within {TIMEOUT:.0f} s") from error
        except (httpx.HTTPError, httpx.InvalidURL, OSError) as error:
            raise HookFailed(f"{type(error).__name__}: {error}"[:300]) from error

    async def close(self) -> None:
        for host in self._hosts.values():
            await host.transport.aclose()

    async def _send(self, webhook: Webhook, secret: str, delivery_id: str, body: str) -> None:
        try:
            check_address(webhook.url, private=self._private)
        except Invalid as error:
            raise HookFailed(error.message) from error
        url = httpx.URL(webhook.url)
        address = await self._address_of(url)
        now = datetime.now(UTC)
        headers = {
            "host": url.netloc.decode("ascii"),
            "content-type": CONTENT_TYPE,
            "user-agent": "Malmi-Webhooks/1.0",
            "webhook-id": delivery_id,
            "webhook-timestamp": str(int(now.timestamp())),
            "webhook-signature": Signer(secret).sign(delivery_id, now, body),
        }
        # To the address that was checked, not to what the name resolves to a moment later; TLS still checks the name.
        request = httpx.Request(
            "POST",
            url.copy_with(host=address),
            headers=headers,
            content=body.encode(),
            extensions={"sni_hostname": url.host, "timeout": _WITHIN},
        )
        status = await self._post(request, await self._host(url, address))
        if not 200 <= status < 300:
            raise HookFailed(f"the receiver answered {status}", gone=status == 410)

    async def _post(self, request: httpx.Request, host: _Host) -> int:
        """The status, by the transport alone: no proxy of the environment, no cookies, no redirects."""
        kept = host.answered > 0
        try:
            try:
                return await _answered(host, request)
            except _BROKEN:
                if not kept:
                    raise
                # A kept connection that the receiver has closed meanwhile says nothing about the receiver.
                return await _answered(host, request)
        finally:
            host.busy -= 1

    async def _host(self, url: httpx.URL, address: str) -> _Host:
        """Busy from now on, so that nobody closes it."""
        key = (url.scheme, url.host, _port(url), address)
        host = self._hosts.get(key)
        if host is None:
            host = self._hosts[key] = _Host(httpx.AsyncHTTPTransport(verify=self._tls, trust_env=False, limits=_LIMITS))
        host.busy += 1
        if len(self._hosts) > HELD_AT_MOST:
            await self._close_idle()
        return host

    async def _close_idle(self) -> None:
        idle = [key for key, host in self._hosts.items() if not host.busy]
        for host in [self._hosts.pop(key) for key in idle]:
            await host.transport.aclose()

    async def _address_of(self, url: httpx.URL) -> str:
        key, now = (url.host, _port(url)), time.monotonic()
        until, address = self._addresses.get(key, (0.0, ""))
        if now >= until:
            if len(self._addresses) > HELD_AT_MOST:
                self._addresses.clear()
            address = await self._resolve(url)
            self._addresses[key] = (now + ADDRESS_HOLDS, address)
        return address

    async def _resolve(self, url: httpx.URL) -> str:
        """An address of the host; all must be public, so that none is slipped in beside. Raises HookFailed."""
        try:
            found = await asyncio.get_running_loop().getaddrinfo(url.host, _port(url), type=socket.SOCK_STREAM)
        except (OSError, UnicodeError) as error:
            raise HookFailed(f"{url.host} does not resolve") from error
        addresses = [str(entry[4][0]).partition("%")[0] for entry in found]
        if not self._private and not all(is_public(ip_address(address)) for address in addresses):
            raise HookFailed(f"{url.host} leads into a private network")
        return addresses[0]


async def _answered(host: _Host, request: httpx.Request) -> int:
    response = await host.transport.handle_async_request(request)
    try:
        size = 0
        async for part in response.aiter_raw():
            size += len(part)
            if size > LONGEST_ANSWER:
                break
    finally:
        await response.aclose()
    host.answered += 1
    return response.status_code


def _port(url: httpx.URL) -> int:
    return url.port or (443 if url.scheme == "https" else 80)


def secure_host(url: str) -> str:
    """The host alone, for logs: a path may hold a secret."""
    return urlsplit(url).hostname or ""
