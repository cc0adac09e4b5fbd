"""API keys, sessions, and requests for a sign-in link. No secret is stored: each is made anew from the node's own."""

import hmac
from base64 import urlsafe_b64encode
from dataclasses import dataclass
from datetime import datetime, timedelta
from hashlib import sha256
from typing import Final, Literal

from services.contracts.errors import Conflict

from .record import Record

LINK_LIVES: Final = timedelta(minutes=30)
DATA_LINK_LIVES: Final = timedelta(hours=1)
LINKS_WITHIN: Final = timedelta(hours=1)
MOST_LINKS: Final = 5
"""Links that an account may be sent within LINKS_WITHIN and not yet used: nobody's mailbox is flooded from here."""
SESSION_LIVES: Final = timedelta(days=30)
MOST_KEYS: Final = 20


@dataclass(frozen=True, slots=True)
class Key(Record):
    """An API key. hash: SHA-256 of the secret, hex."""

    state: Literal["issued", "revoked"]
    account: str
    name: str
    hash: str
    scopes: tuple[str, ...]
    expires: datetime


@dataclass(frozen=True, slots=True)
class Session(Record):
    """Somebody who is signed in. hash: SHA-256 of the secret in the cookie, hex."""

    state: Literal["open", "closed"]
    account: str
    hash: str
    expires: datetime


@dataclass(frozen=True, slots=True)
class SignInRequest(Record):
    """Somebody asked for a link. `void`: no link is sent (no such account, or too many links)."""

    state: Literal["requested", "used", "void"]
    account: str
    expires: datetime

    def opens(self, now: datetime) -> bool:
        """Whether its link still lets somebody in."""
        return self.state == "requested" and now < self.expires


@dataclass(frozen=True, slots=True)
class DataRequest(Record):
    """Somebody asked for a link to all that the node knows of an address. Personal data: email, language; reason: to
    send the link; forgotten when it is over. email_key: the address folded."""

    state: Literal["requested"]
    email: str
    email_key: str
    language: str
    expires: datetime


def check_data_link(request: DataRequest, now: datetime) -> None:
    """Raises Conflict for a link that is too old."""
    if request.expires <= now:
        raise Conflict("This link is older than an hour. Ask for a new one.")


def check_link(request: SignInRequest, now: datetime) -> None:
    """Raises Conflict for a link that was used or is too old."""
    if request.state != "requested":
        raise Conflict("This sign-in link was used already. Ask for a new one.")
    if not request.opens(now):
        raise Conflict("This sign-in link is older than 30 minutes. Ask for a new one.")


def secret_of_key(node_secret: bytes, key_id: str) -> str:
    """The secret of an API key. Begins with malmi_, so that scanners find one that was published by mistake."""
    return f"malmi_{_derived(node_secret, 'key', key_id)}"


def secret_of_session(node_secret: bytes, session_id: str) -> str:
    """The secret in a session's cookie."""
    return _derived(node_secret, "session", session_id)


def hash_of(secret: str) -> str:
    """How a secret is kept. It is as random as the node's own secret, so it needs no salt."""
    return sha256(secret.encode()).hexdigest()


def _derived(node_secret: bytes, purpose: str, record_id: str) -> str:
    mac = hmac.new(node_secret, f"secret\0{purpose}\0{record_id}".encode(), sha256).digest()
    return urlsafe_b64encode(mac).decode().rstrip("=")
