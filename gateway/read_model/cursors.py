"""Cursors: a position in a list as an opaque text. It names the last entry that was given, so entries that are added
or removed meanwhile neither repeat nor skip others."""

from base64 import urlsafe_b64decode, urlsafe_b64encode

import orjson

from .filters import Position
from .search import TIERS


def write(position: Position) -> str:
    values = [position.sort, position.ref, *([position.tier] if position.tier else [])]
    return urlsafe_b64encode(orjson.dumps(values)).rstrip(b"=").decode()


def read(cursor: str) -> Position:
    """Raises ValueError for a text that is no cursor of ours."""
    padded = cursor.encode("ascii", "strict") + b"=" * (-len(cursor) % 4)
    found = orjson.loads(urlsafe_b64decode(padded))
    match found:
        case [str(sort), str(ref)]:
            return Position(sort, ref)
        case [str(sort), str(ref), int(tier)] if tier in TIERS:
            return Position(sort, ref, tier)
        case _:
            raise ValueError("no cursor")
