"""Invitation codes: who has one may see an event that is for those invited, and sign up for it."""

import hmac
from base64 import b32encode
from dataclasses import dataclass, replace
from datetime import datetime
from hashlib import sha256
from typing import Literal

_SAID = "abcdefghijklmnopqrstuvwxyz234567"  # RFC 4648, base 32
_MEANT = "0123456789abcdefghjkmnpqrstvwxyz"  # Crockford's: nothing that looks like something else
_FROM_HAND = str.maketrans({"o": "0", "i": "1", "l": "1", "-": "", " ": ""})


@dataclass(frozen=True, slots=True)
class Invitation:
    """A code as it is kept: by its digest. most: sign-ups that it is good for; used: those made with it, also ones that
    were cancelled since. label: the organiser's own word for it."""

    id: str
    home: str
    incarnation: int
    version: int
    state: Literal["open", "revoked"]
    created: datetime
    changed: datetime
    event: str
    digest: str
    label: str
    most: int | None = None
    used: int = 0
    expires: datetime | None = None

    def is_good(self, now: datetime) -> bool:
        """Whether it still shows the event."""
        return self.state == "open" and (self.expires is None or now < self.expires)

    @property
    def is_used_up(self) -> bool:
        return self.most is not None and self.used >= self.most


def code_of(secret: bytes, invitation: str) -> str:
    """The code of an invitation: 80 bits of an HMAC with the node's secret, in four groups that can be read aloud."""
    mac = hmac.new(secret, f"invitation\0{invitation}".encode(), sha256).digest()
    text = b32encode(mac[:10]).decode().lower().translate(str.maketrans(_SAID, _MEANT))
    return "-".join(text[start : start + 4] for start in range(0, 16, 4))


def digest_of(code: str) -> str:
    """What is kept of a code. Typed by hand it may come in capitals, without hyphens, with O for 0, I or L for 1."""
    return sha256(code.strip().lower().translate(_FROM_HAND).encode()).hexdigest()


def used(invitation: Invitation, now: datetime, incarnation: int) -> Invitation:
    """With one more sign-up."""
    count = invitation.used + 1
    return replace(invitation, used=count, version=invitation.version + 1, incarnation=incarnation, changed=now)


def revoke(invitation: Invitation, now: datetime, incarnation: int) -> Invitation:
    """It shows nothing any more; who signed up with it stays."""
    version = invitation.version + 1
    return replace(invitation, state="revoked", version=version, incarnation=incarnation, changed=now)
