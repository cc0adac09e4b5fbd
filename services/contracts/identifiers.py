"""Identifiers: a UUIDv7 (RFC 9562) behind a prefix that says what it names.

Made anywhere without asking, and rising with time, so that an index on them stays dense.
"""

import re
import secrets
from typing import Final

from uuid_utils import uuid7

ORGANISATION: Final = "act"
ACCOUNT: Final = "acc"
MANDATE: Final = "mdt"
KEY: Final = "key"
SESSION: Final = "ses"
SIGN_IN: Final = "sgi"
RELATION: Final = "rel"
MERGE: Final = "mrg"
CHANGE: Final = "chg"
IMPORT: Final = "imp"
OFFERING: Final = "ofr"
PACKAGE: Final = "pkg"
CANDIDATE: Final = "cnd"
EVENT: Final = "evt"
BLOCK: Final = "blk"
SIGN_UP: Final = "sgn"
INVITATION: Final = "inv"
SERIES: Final = "ser"
CO_HOST: Final = "coh"
DOOR: Final = "dor"
FEEDBACK: Final = "fbk"
CONSORTIUM: Final = "con"
MEMBERSHIP: Final = "mem"
WORKING_GROUP: Final = "wgr"
NEWS: Final = "nws"
SUBSCRIPTION: Final = "sub"
WEBHOOK: Final = "whk"
DELIVERY: Final = "dlv"
FACT: Final = "fct"
COMMAND: Final = "cmd"
AUDIT: Final = "aud"
DATA_REQUEST: Final = "dtr"

_ALPHABET: Final = "0123456789abcdefghjkmnpqrstvwxyz"  # Crockford's base 32, lower case
_PAIRS: Final = [first + second for first in _ALPHABET for second in _ALPHABET]
_SHIFTS: Final = range(120, -1, -10)  # 128 bits are 26 digits of base 32: 13 pairs
PATTERN: Final = r"^[a-z]{3}_[0-9a-hjkmnp-tv-z]{26}$"
_SHAPE: Final = re.compile(PATTERN)


def new_id(prefix: str) -> str:
    """A new identifier, e.g. `evt_01kahp3v...`: the prefix, `_`, 26 characters of Crockford's base 32."""
    number = uuid7().int
    return f"{prefix}_{''.join([_PAIRS[number >> shift & 1023] for shift in _SHIFTS])}"


def timeless_id(prefix: str) -> str:
    """As new_id, but drawn by chance: it tells nothing of when it was made, or after which."""
    return f"{prefix}_{''.join(secrets.choice(_ALPHABET) for _ in range(26))}"


def is_id(value: str, prefix: str) -> bool:
    """Whether `value` has the shape of an identifier with this prefix."""
    return value.startswith(f"{prefix}_") and _SHAPE.fullmatch(value) is not None
