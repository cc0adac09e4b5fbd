"""Identifiers: a UUIDv7 (RFC 9562) behind a prefix that says what it names.

Made anywhere without asking, and rising with time, so that an index on them stays dense.
"""

import re
from typing import Final

from uuid_utils import uuid7

ORGANISATION: Final = "act"
ACCOUNT: Final = "acc"
MANDATE: Final = "mdt"
KEY: Final = "key"
SESSION: Final = "ses"
SIGN_IN: Final = "sgi"
EVENT: Final = "evt"
BLOCK: Final = "blk"
SIGN_UP: Final = "sgn"
CONSORTIUM: Final = "con"
MEMBERSHIP: Final = "mem"
WORKING_GROUP: Final = "wgr"
NEWS: Final = "nws"
SUBSCRIPTION: Final = "sub"
WEBHOOK: Final = "whk"
DELIVERY: Final = "dlv"
FACT: Final = "fct"
COMMAND: Final = "cmd"

_ALPHABET: Final = "0123456789abcdefghjkmnpqrstvwxyz"  # Crockford's base 32, lower case
_LENGTH: Final = 26  # 128 bits in base 32
PATTERN: Final = r"^[a-z]{3}_[0-9a-hjkmnp-tv-z]{26}$"
_SHAPE: Final = re.compile(PATTERN)


def new_id(prefix: str) -> str:
    """A new identifier, e.g. `evt_01kahp3v...`: the prefix, `_`, 26 characters of Crockford's base 32."""
    number = uuid7().int
    digits = []
    for _ in range(_LENGTH):
        number, digit = divmod(number, 32)
        digits.append(_ALPHABET[digit])
    return f"{prefix}_{''.join(reversed(digits))}"


def is_id(value: str, prefix: str) -> bool:
    """Whether `value` has the shape of an identifier with this prefix."""
    return value.startswith(f"{prefix}_") and _SHAPE.fullmatch(value) is not None
