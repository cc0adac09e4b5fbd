"""How often the public may do what costs us or others something: token buckets with a bound on their memory."""

import ipaddress
import time
from collections import OrderedDict
from collections.abc import Callable, Mapping
from dataclasses import dataclass
from typing import Final

import falcon.asgi

from gateway.auth import Caller
from gateway.problems import Problem

_MOST_BUCKETS: Final = 50_000


@dataclass(frozen=True, slots=True)
class Policy:
    """At most `burst` at once, and `burst` more in each `window` seconds, evenly."""

    name: str
    burst: int
    window: int


POLICIES: Final[Mapping[str, Policy]] = {
    policy.name: policy
    for policy in (
        # A lecture hall behind one address signs up within a minute: that must pass.
        Policy("sign-up", 120, 60),
        # These send a mail to whoever is named.
        Policy("subscribe", 30, 60),
        Policy("sign-in", 15, 60),
        Policy("propose", 20, 60),
        # Several doors behind one address, each a scan every second or two.
        Policy("door", 600, 60),
        # A file of the whole registry is read page by page, and a workbook written by a process of its own.
        Policy("export", 30, 60),
        # Guessing tokens is hopeless (they are signed), but need not be free.
        Policy("token", 120, 60),
    )
}


@dataclass(frozen=True, slots=True)
class Standing:
    """What is left of a policy for one client. `wait`: seconds until the next is allowed, 0 if one is now."""

    policy: Policy
    left: int
    wait: int

    def headers(self) -> dict[str, str]:
        """The fields of draft-ietf-httpapi-ratelimit-headers."""
        return {
            "RateLimit-Policy": f'"{self.policy.name}";q={self.policy.burst};w={self.policy.window}',
            "RateLimit": f'"{self.policy.name}";r={self.left};t={max(1, self.wait)}',
        }


class Limits:
    """The buckets of one worker. With several workers each gets its share of a policy, so that together they keep it
    (the kernel spreads connections evenly, not perfectly: a client may meet its limit a little early).

    factor: multiplies every policy; 0 switches limits off (a test, a benchmark).
    """

    def __init__(self, *, workers: int = 1, factor: float = 1.0, clock: Callable[[], float] = time.monotonic) -> None:
        self._share = factor / max(1, workers)
        self._clock = clock
        self._buckets: OrderedDict[tuple[str, str], tuple[float, float]] = OrderedDict()

    def take(self, policy: Policy, client: str) -> Standing:
        """Takes one for this client. Raises Problem 429 when there is none."""
        if self._share == 0:
            return Standing(policy, policy.burst, 0)
        burst = max(1.0, policy.burst * self._share)
        rate = burst / policy.window
        key, now = (policy.name, client), self._clock()
        level, at = self._buckets.pop(key, (burst, now))
        level = min(burst, level + (now - at) * rate)
        allowed = level >= 1
        self._buckets[key] = (level - 1 if allowed else level, now)
        while len(self._buckets) > _MOST_BUCKETS:  # the longest unseen goes first: it is full again, or nearly
            self._buckets.popitem(last=False)
        missing = 0.0 if level >= 2 else (1 - (level - 1 if allowed else level)) / rate
        standing = Standing(policy, int(level - 1) if allowed else 0, int(missing) + 1 if missing else 0)
        if not allowed:
            raise Problem(
                "rate_limited",
                f"At most {policy.burst} of these in {policy.window} seconds. Wait {standing.wait} s and try again.",
                headers={"Retry-After": str(standing.wait), **standing.headers()},
            )
        return standing


def client_of(request: falcon.asgi.Request, caller: Caller, trusted_proxies: int) -> str:
    """Who is counted: the API key or session, else the network address (of IPv6 the /64 that one household has)."""
    if caller.credential is not None:
        return caller.credential
    return _network(address_of(request, trusted_proxies))


def address_of(request: falcon.asgi.Request, trusted_proxies: int) -> str:
    """The client's address: the peer's, or what the outermost of `trusted_proxies` proxies saw.

    X-Forwarded-For grows at its right end, a proxy at a time; what stands further left than our own proxies wrote
    is the client's claim, and is not believed.
    """
    peer = str(request.remote_addr)
    if trusted_proxies <= 0:
        return peer
    hops = [hop.strip() for hop in (request.get_header("X-Forwarded-For") or "").split(",") if hop.strip()]
    return hops[-trusted_proxies] if len(hops) >= trusted_proxies else (hops[0] if hops else peer)


def _network(address: str) -> str:
    try:
        parsed = ipaddress.ip_address(address)
    except ValueError:
        return "unknown"
    if parsed.version == 6:
        mapped = parsed.ipv4_mapped
        return str(mapped) if mapped else str(ipaddress.ip_network((parsed, 64), strict=False))
    return str(parsed)
