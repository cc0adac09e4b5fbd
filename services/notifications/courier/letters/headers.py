"""Header lines that programs read go out as they are; what people read is folded and encoded.

Python's policies fold a word longer than a line into RFC 2047 encoded words, and a mail program that looks for
`<https://...>` in List-Unsubscribe (RFC 2369, RFC 8058) or for a Message-ID finds none there.
"""

from email.header import Header
from email.headerregistry import BaseHeader, HeaderRegistry, UniqueUnstructuredHeader
from email.message import EmailMessage
from email.policy import SMTP, EmailPolicy
from typing import Any, Final

_LINE: Final = 78
_LITERAL: Final = ("message-id", "references", "list-id", "list-unsubscribe", "list-unsubscribe-post")


class Literal(UniqueUnstructuredHeader, BaseHeader):
    """A line that is broken at spaces alone, and nothing in it is encoded. What it can't say (letters outside ASCII to
    a server without SMTPUTF8) is encoded as any other text."""

    max_count = 1

    @classmethod
    def parse(cls, value: str, kwds: dict[str, Any]) -> None:
        super().parse(value, kwds)
        kwds["decoded"] = value  # encoded words in it were put there on purpose

    def fold(self, *, policy: Any) -> str:
        text = str(self)
        if not (policy.utf8 or text.isascii()):
            return str(super().fold(policy=policy))
        first, *words = text.split()
        lines = [f"{self.name}: {first}"]
        for word in words:
            if len(lines[-1]) + 1 + len(word) > _LINE:
                lines.append("")
            lines[-1] += f" {word}"
        return "".join(line + str(policy.linesep) for line in lines)


class Prose(UniqueUnstructuredHeader, BaseHeader):
    """A line that people read. The standard library's folding loses or doubles spaces between encoded words (seen in
    3.11: "öljystä pitkällä" came as "öljystäpitkällä"), so text outside ASCII is encoded as a whole."""

    max_count = 1

    def fold(self, *, policy: Any) -> str:
        text = str(self)
        if policy.utf8 or text.isascii():
            return str(super().fold(policy=policy))
        encoded = Header(text, "utf-8", maxlinelen=75, header_name=self.name).encode(linesep=policy.linesep)
        return f"{self.name}: {encoded}{policy.linesep}"


def _policy() -> "EmailPolicy[EmailMessage]":
    registry = HeaderRegistry()
    for name in _LITERAL:
        registry.map_to_type(name, Literal)
    registry.map_to_type("subject", Prose)
    return SMTP.clone(header_factory=registry)


POLICY: Final = _policy()
"""A value with a line break in it is refused by a ValueError, as by every policy of the standard library."""


def phrase(text: str) -> str:
    """A name that may stand before the `<...>` of a List-Id (RFC 5322, 3.2.5): quoted, or in encoded words."""
    if not text.isascii():
        return " ".join(Header(text, "utf-8", maxlinelen=75, header_name="List-Id").encode().split())
    escaped = text.replace("\\", "\\\\").replace('"', '\\"')
    return f'"{escaped}"'
