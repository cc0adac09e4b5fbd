"""A webhook: an address that is told what a subscriber is told, signed (Standard Webhooks)."""

import hmac
from base64 import b64encode
from dataclasses import dataclass, replace
from datetime import datetime, timedelta
from hashlib import sha256
from ipaddress import IPv4Address, IPv6Address, ip_address
from typing import Final, Literal
from urllib.parse import urlsplit

from services.contracts.errors import Conflict, Invalid, field_error

from .filter import Filter

State = Literal["active", "suspended", "removed"]

LIVE_AT_MOST: Final = 20
PAUSES: Final = tuple(
    timedelta(seconds=seconds) for seconds in (5, 300, 1_800, 7_200, 18_000, 36_000, 50_400, 72_000, 86_400, 86_400)
)
"""Before the next try, by the number of tries so far (the retry schedule that Standard Webhooks recommends, and two
days more); after the last the delivery is dead and the webhook suspended."""
_INNER_NAMES: Final = ("localhost", "local", "internal", "lan", "home.arpa", "intranet", "corp")


@dataclass(frozen=True, slots=True)
class Webhook:
    """active; suspended when it failed for days; removed. `since` as a subscription's."""

    id: str
    home: str
    incarnation: int
    version: int
    state: State
    created: datetime
    changed: datetime
    account: str
    url: str
    filter: Filter
    keys: tuple[str, ...]
    language: str
    since: datetime
    last_error: str | None = None


def secret_of(node_secret: bytes, webhook_id: str) -> str:
    """The webhook's signing secret, made anew each time: nothing of it is stored."""
    return "whsec_" + b64encode(hmac.new(node_secret, f"webhook\0{webhook_id}".encode(), sha256).digest()).decode()


def check_address(url: str, *, private: bool) -> None:
    """Raises Invalid unless the address is https and may be public. The courier checks what it resolves to as well."""
    try:
        parts = urlsplit(url)
        host, _ = (parts.hostname or "").rstrip("."), parts.port
    except ValueError as error:
        raise field_error("url", "This is not a web address.") from error
    if parts.username is not None or parts.password is not None or not host:
        raise field_error("url", "Give an address with a host and without a name or password in it.")
    if private:
        return
    if parts.scheme != "https":
        raise field_error("url", "The address must begin with https://.")
    if not _may_be_public(host):
        raise _not_public()


def is_public(address: IPv4Address | IPv6Address) -> bool:
    """Whether a request from a server may go there: no loopback, private, link-local, shared or reserved network."""
    if isinstance(address, IPv6Address):
        inner = address.ipv4_mapped or address.sixtofour or (address.teredo[1] if address.teredo else None)
        if inner is not None:
            return is_public(inner)
        if address in _NAT64 or address.is_site_local:
            return False
    return address.is_global and not address.is_multicast and not address.is_reserved


def after_failure(attempts: int) -> timedelta | None:
    """How long to wait after so many failed tries; None: no more."""
    return PAUSES[attempts - 1] if attempts <= len(PAUSES) else None


def suspend(webhook: Webhook, error: str, now: datetime) -> Webhook:
    return replace(webhook, state="suspended", last_error=error, version=webhook.version + 1, changed=now)


def activate(webhook: Webhook, now: datetime, incarnation: int) -> Webhook:
    """Active again, told what is published from now on. Raises Conflict for one that was removed."""
    if webhook.state == "removed":
        raise Conflict("This webhook was removed. Register it again.")
    if webhook.state == "active":
        return webhook
    return replace(
        webhook,
        state="active",
        last_error=None,
        since=now,
        version=webhook.version + 1,
        changed=now,
        incarnation=incarnation,
    )


def remove(webhook: Webhook, now: datetime, incarnation: int) -> Webhook:
    if webhook.state == "removed":
        return webhook
    version = webhook.version + 1
    return replace(webhook, state="removed", keys=(), version=version, changed=now, incarnation=incarnation)


class _Nat64:
    """64:ff9b::/96 and 64:ff9b:1::/48 (RFC 6052, RFC 8215) lead to an IPv4 address, which may be private."""

    def __contains__(self, address: IPv6Address) -> bool:
        return address.packed.startswith((b"\x00\x64\xff\x9b" + bytes(8), b"\x00\x64\xff\x9b\x00\x01"))


_NAT64 = _Nat64()


def _may_be_public(host: str) -> bool:
    try:
        return is_public(ip_address(host))
    except ValueError:
        labels = host.lower()
        inner = any(labels == name or labels.endswith(f".{name}") for name in _INNER_NAMES)
        # 127.1, 0x7f000001 and 2130706433 are addresses to a resolver: a public name ends in a word.
        return "." in labels and not inner and not labels.rpartition(".")[2][:1].isdigit()


def _not_public() -> Invalid:
    return field_error("url", "The address must be reachable from the public internet.")
