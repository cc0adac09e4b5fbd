"""Who asks: API keys and sessions, looked up by hash in the gateway's private copy. What they may, the owner says."""

import hashlib
from dataclasses import dataclass
from datetime import UTC, datetime
from typing import Any, Final, Literal, Protocol
from urllib.parse import urlsplit

import falcon.asgi

from gateway.problems import Problem
from gateway.read_model.reader import ReadModelAway
from services.contracts.envelope import parse_time
from services.contracts.principal import VISITOR, Principal

COOKIE: Final = "malmi_session"
_LONGEST_SECRET: Final = 300
_SAFE: Final = frozenset({"GET", "HEAD", "OPTIONS"})


class Credentials(Protocol):
    """The read model's private copy of hashes. A row has id, account, state, expires, and for a key its scopes."""

    def key_by_hash(self, digest: str) -> dict[str, Any] | None: ...

    def session_by_hash(self, digest: str) -> dict[str, Any] | None: ...


@dataclass(frozen=True, slots=True)
class Caller:
    """The principal of a request, and by what it is known. `credential`: id of the key or session."""

    principal: Principal
    by: Literal["nothing", "key", "session"] = "nothing"
    credential: str | None = None

    @property
    def account(self) -> str:
        """The account's id. Raises Problem 401 for a visitor."""
        if self.principal.account is None:
            raise Problem("sign_in_needed", "Sign in, or send an API key, to do this.")
        return self.principal.account


NOBODY: Final = Caller(VISITOR)


def digest_of(secret: str) -> str:
    """SHA-256 as hex: how a key's or session's secret is kept. The secrets are random, so no salt is needed."""
    return hashlib.sha256(secret.encode()).hexdigest()


def identify(request: falcon.asgi.Request, credentials: Credentials) -> Caller:
    """Who sent the request.

    Raises Problem 401 for an Authorization header that names no valid key, 403 for a change that a session's cookie
    signs but another site sent. A cookie of an ended session makes a visitor: a public page must still open.
    """
    header = request.get_header("Authorization")
    if header is not None:
        return _by_key(header, credentials)
    if COOKIE not in (request.get_header("Cookie") or ""):
        return NOBODY
    found = request.get_cookie_values(COOKIE) or []
    for secret in found[:2]:
        caller = _by_session(secret, credentials)
        if caller is not None:
            if request.method not in _SAFE:
                require_same_origin(request)
            return caller
    return NOBODY


def _by_key(header: str, credentials: Credentials) -> Caller:
    scheme, _, secret = header.partition(" ")
    secret = secret.strip()
    if scheme.lower() != "bearer" or not secret or len(secret) > _LONGEST_SECRET:
        raise Problem("sign_in_needed", "Send `Authorization: Bearer <API key>`.")
    row = credentials.key_by_hash(digest_of(secret))
    if row is None or row.get("state") != "issued" or _over(row):
        raise Problem("sign_in_needed", "This API key is not known here, was revoked or has expired.")
    principal = Principal("account", str(row["account"]), frozenset(row["scopes"]))
    return Caller(principal, "key", str(row["id"]))


def _by_session(secret: str, credentials: Credentials) -> Caller | None:
    if not secret or len(secret) > _LONGEST_SECRET:
        return None
    try:
        row = credentials.session_by_hash(digest_of(secret))
    except ReadModelAway:  # then nobody is known; what is public opens all the same
        return None
    if row is None or row.get("state") != "open" or _over(row):
        return None
    return Caller(Principal("account", str(row["account"])), "session", str(row["id"]))


def _over(row: dict[str, Any]) -> bool:
    return parse_time(str(row["expires"])) <= datetime.now(UTC)


def require_same_origin(request: falcon.asgi.Request) -> None:
    """Refuses what another site's page made a browser send (cross-site request forgery).

    Browsers say where a request comes from: Sec-Fetch-Site, and Origin on unsafe methods. One that says neither is
    refused as well: programs have API keys. SameSite=Lax on the cookie is the second line of defence.
    """
    site = request.get_header("Sec-Fetch-Site")
    if site is not None:
        allowed = site in ("same-origin", "none")
    else:
        origin = request.get_header("Origin")
        allowed = origin is not None and urlsplit(origin).netloc == request.get_header("Host")
    if not allowed:
        raise Problem(
            "other_origin",
            "Only the node's own pages may act with a session's cookie. A program uses an API key instead.",
        )


def set_cookie(response: falcon.asgi.Response, secret: str, expires: str, public_url: str) -> None:
    """The cookie of a session: out of reach of scripts, sent to this site alone, by https where there is it."""
    response.set_cookie(
        COOKIE,
        secret,
        expires=parse_time(expires),
        path="/",
        secure=public_url.startswith("https:"),
        http_only=True,
        same_site="Lax",
    )


def clear_cookie(response: falcon.asgi.Response, public_url: str) -> None:
    """Makes the browser forget the session."""
    response.set_cookie(
        COOKIE,
        "",
        expires=datetime.fromtimestamp(0, UTC),  # Falcon leaves out a Max-Age of 0
        path="/",
        secure=public_url.startswith("https:"),
        http_only=True,
        same_site="Lax",
    )
