"""Text that a spreadsheet program would take for something else, quoted in files that go out and undone in those that
come in: a formula's beginning (OWASP, "CSV injection"), and words that stand for an empty cell."""

import re
from typing import Final

BEGINS_FORMULA: Final = ("=", "+", "-", "@", "\t", "\r")
NOTHING: Final = frozenset({"-", "–", "—", "n/a", "#n/a"})
QUOTE: Final = "'"

_NOT_IN_XML: Final = re.compile("[\x00-\x08\x0b\x0c\x0e-\x1f\ud800-\udfff\ufffe\uffff]|_x[0-9A-Fa-f]{4}_|\r")
_ESCAPED: Final = re.compile("_x([0-9A-Fa-f]{4})_")


def quoted(text: str) -> str:
    """As it goes into a CSV cell."""
    return f"{QUOTE}{text}" if text.startswith((*BEGINS_FORMULA, QUOTE)) or text.casefold() in NOTHING else text


def quoted_in_workbook(text: str) -> str:
    """As it goes into a cell that says itself that it is text: only what would be undone or passed over is quoted."""
    needs = text.startswith(QUOTE) or text.casefold() in NOTHING
    return _NOT_IN_XML.sub(_escape, f"{QUOTE}{text}" if needs else text)


def unquoted(text: str) -> str | None:
    """The text that `quoted` was given; None for one that is not quoted."""
    rest = text.removeprefix(QUOTE)
    quoted_ = rest != text and (rest.startswith((*BEGINS_FORMULA, QUOTE)) or rest.casefold() in NOTHING)
    return rest if quoted_ else None


def plain_of_workbook(text: str) -> str:
    """_x000A_ is a character by its number (ISO/IEC 29500-1, 22.9.2.19)."""
    return _ESCAPED.sub(lambda found: chr(int(found[1], 16)), text)


def _escape(found: "re.Match[str]") -> str:
    text = found[0]
    return f"_x005F_{text[1:]}" if len(text) > 1 else f"_x{ord(text):04X}_"
