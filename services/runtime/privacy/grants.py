"""Grants: actors checks who asks (a link, an account, the operator), the other services check what it gave out.

A grant is an id in the manner of links.py, which only the node's own secret makes; it holds the address, so it goes
between the parts of the node and never into a link.
"""

from base64 import urlsafe_b64decode, urlsafe_b64encode
from collections.abc import Iterable
from dataclasses import dataclass
from datetime import datetime, timedelta
from typing import Final, Literal

import orjson

from services.contracts.addresses import spellings
from services.contracts.envelope import format_time, parse_time
from services.contracts.errors import Conflict
from services.runtime import links

from .person import Person

LIVES: Final = timedelta(minutes=15)
_PURPOSE: Final = "personal_data"
_SEAL: Final = "references"
_MOST_SEALED: Final = 600

Use = Literal["see", "erase"]
By = Literal["own", "operator"]


@dataclass(frozen=True, slots=True)
class Grant:
    """use: an erasure may also be seen. by: the person, or the operator. before: what came later is not erased."""

    use: Use
    by: By
    address: str
    account: str | None
    before: datetime
    until: datetime


def given(secret: bytes, grant: Grant) -> str:
    """The grant as it goes over the wire."""
    said = [grant.use, grant.by, grant.address, grant.account, format_time(grant.before), format_time(grant.until)]
    return links.token_of(secret, _PURPOSE, urlsafe_b64encode(orjson.dumps(said)).decode().rstrip("="))


def read(secret: bytes, text: str, use: Use, now: datetime) -> Grant:
    """Raises NotFound for what is no grant of ours, or not for this; Conflict for one that is over."""
    encoded = links.read_token(secret, _PURPOSE, text)
    what, by, address, account, before, until = orjson.loads(urlsafe_b64decode(encoded + "=" * (-len(encoded) % 4)))
    grant = Grant(what, by, address, account, parse_time(before), parse_time(until))
    if grant.use != use and use == "erase":
        raise links.not_ours()
    if grant.until <= now:
        raise Conflict("This took too long. Begin again.")
    return grant


def person_of(secret: bytes, grant: Grant, sealed: Iterable[str]) -> Person:
    """Whom it is about. Raises NotFound for references that no service of this node gave out."""
    found = [one for text in sealed for one in links.read_token(secret, _SEAL, text).split(",") if one]
    return Person(grant.address, spellings(grant.address), grant.account, tuple(dict.fromkeys(found)), grant.before)


def sealed(secret: bytes, references: Iterable[str]) -> str:
    """References that other services may believe to be the same person's."""
    return links.token_of(secret, _SEAL, ",".join(list(references)[:_MOST_SEALED]))
