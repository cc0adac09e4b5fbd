"""Which place is the same place."""

import re
import unicodedata

_NO_WORD = re.compile(r"[\W_]+")


def venue_key(name: str, address: str) -> str:
    """The same for two spellings of one venue: case, accents' encoding, punctuation and spaces do not count. "" for a
    place without a name."""
    parts = [_folded(name), _folded(address)]
    return "|".join(parts) if parts[0] else ""


def name_key(name: str) -> str:
    """The same for two spellings of one person's name."""
    return _folded(name)


def _folded(text: str) -> str:
    return _NO_WORD.sub(" ", unicodedata.normalize("NFKC", text).casefold()).strip()
