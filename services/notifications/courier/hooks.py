"""Sends webhooks: signed (Standard Webhooks), to public addresses only, redirects not followed."""

import asyncio
import socket
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


class HookFailed(Exception):
    """The receiver did not take it. `gone`: it said that it wants no more (410)."""

    def __init__(self, message: str, *, gone: bool = False) -> None:
        self.gone = gone
        super().__init__(message)


class Hooks:
    """private: http and addresses inside this network are allowed (a node for testing)."""

    def __init__(self, *, private: bool) -> None:
        self._private = private
        # No proxy of the environment, no cookies, no redirects: the request goes where it was checked to go.
        self._client = httpx.AsyncClient(
            follow_redirects=False,
            trust_env=False,
            timeout=httpx.Timeout(10.0),
            limits=httpx.Limits(max_keepalive_connections=0),
        )

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
        await self._client.aclose()

    async def _send(self, webhook: Webhook, secret: str, delivery_id: str, body: str) -> None:
        try:
            check_address(webhook.url, private=self._private)
        except Invalid as error:
            raise HookFailed(error.message) from error
        url = httpx.URL(webhook.url)
        address = await self._resolve(url)
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
        target = url.copy_with(host=address)
        request = self._client.build_request(
            "POST", target, content=body.encode(), headers=headers, extensions={"sni_hostname": url.host}
        )
        response = await self._client.send(request, stream=True)
        await response.aclose()  # what it says beside its status is not read: it may be endless
        if not response.is_success:
            raise HookFailed(f"the receiver answered {response.status_code}", gone=response.status_code == 410)

    async def _resolve(self, url: httpx.URL) -> str:
        """An address of the host; all must be public, so that none is slipped in beside. Raises HookFailed."""
        port = url.port or (443 if url.scheme == "https" else 80)
        try:
            found = await asyncio.get_running_loop().getaddrinfo(url.host, port, type=socket.SOCK_STREAM)
        except (OSError, UnicodeError) as error:
            raise HookFailed(f"{url.host} does not resolve") from error
        addresses = [str(entry[4][0]).partition("%")[0] for entry in found]
        if not self._private and not all(is_public(ip_address(address)) for address in addresses):
            raise HookFailed(f"{url.host} leads into a private network")
        return addresses[0]


def secure_host(url: str) -> str:
    """The host alone, for logs: a path may hold a secret."""
    return urlsplit(url).hostname or ""
