"""E-mail addresses as they are compared, found in texts, and remembered without being kept."""

import hmac
import re
import unicodedata
from collections.abc import Iterator
from hashlib import sha256
from typing import Final

_IN_TEXT: Final = re.compile(r"[^\s<>\"(),:;\\\[\]{}@]{1,64}@[^\W_](?:[\w.-]{0,251}[^\W_])?")
_AROUND: Final = r"\w.+-"
"""What goes on with an address: before it, it is another's; so are word characters after it."""


def fold(address: str) -> str:
    """The address as one is compared with another: no case, one Unicode form, a domain in Punycode as people write it.

    Two spellings that mail servers may tell apart (A@ and a@) are one person here; a part after a plus is not taken
    away, for who has it is another subscriber."""
    local, at, domain = _comparable(address.strip()).rpartition("@")
    return f"{local}{at}{_as_written(domain)}"


def spellings(address: str) -> tuple[str, ...]:
    """The folded forms under which records may have kept the address."""
    folded = fold(address)
    local, at, domain = folded.rpartition("@")
    plain = _comparable(address.strip())
    return tuple(dict.fromkeys((folded, f"{local}{at}{_in_punycode(domain)}", plain)))


def hash_of(secret: bytes, address: str) -> str:
    """By which an address is known again, by who has the node's secret alone."""
    return hmac.new(secret, f"address\0{fold(address)}".encode(), sha256).hexdigest()


def reference_of(secret: bytes, address: str) -> str:
    """A reference to whoever has the address, for what knows them by nothing else."""
    return f"adr_{hash_of(secret, address)[:32]}"


class Mention:
    """Finds an address in texts, in any spelling, and not within somebody else's longer one."""

    def __init__(self, address: str) -> None:
        forms = "|".join(re.escape(form) for form in sorted(spellings(address), key=len, reverse=True))
        self._pattern = re.compile(rf"(?<![{_AROUND}])(?:{forms})(?![\w-])(?!\.\w)", re.IGNORECASE)

    def stands_in(self, text: str) -> bool:
        return "@" in text and self._pattern.search(_comparable(text)) is not None

    def taken_out_of(self, text: str) -> str:
        """The text without it; where only its folded form shows the address, folded."""
        if not self.stands_in(text):
            return text
        without = self._pattern.sub("", text)
        return self._pattern.sub("", _comparable(without)) if self.stands_in(without) else without


def addresses_in(text: str) -> Iterator[str]:
    """All that look like an address, folded."""
    if "@" in text:
        for found in _IN_TEXT.finditer(unicodedata.normalize("NFC", text)):
            yield fold(found.group().lstrip("'").rstrip(".-"))


def _comparable(text: str) -> str:
    return unicodedata.normalize("NFC", text).casefold()


def _as_written(domain: str) -> str:
    try:
        return domain.encode("ascii").decode("idna").casefold() if "xn--" in domain else domain
    except UnicodeError:
        return domain


def _in_punycode(domain: str) -> str:
    try:
        return domain.encode("idna").decode("ascii")
    except UnicodeError:
        return domain


__all__ = ["Mention", "addresses_in", "fold", "hash_of", "reference_of", "spellings"]
