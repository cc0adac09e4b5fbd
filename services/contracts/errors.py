"""Why a service refuses. A refusal changes nothing and is always told to the caller.

nameko sends a raised class by its Python path and its `args`, so the classes live here and take exactly
(message, details). `code` is stable: clients may branch on it. The gateway maps a code to an HTTP status in
one table (gateway/problems.py).
"""

from collections.abc import Mapping
from typing import Any, ClassVar

import orjson


class Refusal(Exception):
    """A command or query that is not carried out.

    Args:
        message: one sentence in English that says what to do about it.
        details: JSON data for the caller, e.g. {"errors": [{"field": "title", "message": "..."}]}; as text, too.
    """

    code: ClassVar[str] = "refused"

    def __init__(self, message: str, details: Mapping[str, Any] | str | None = None) -> None:
        self.message = message
        self.details: dict[str, Any] = orjson.loads(details) if isinstance(details, str) else dict(details or {})
        # as JSON text: nameko makes text of every number among the args of an exception that it sends
        super().__init__(message, orjson.dumps(self.details).decode())

    def __str__(self) -> str:
        return self.message


class Invalid(Refusal):
    """The arguments break a rule. details["errors"]: [{"field": dotted path, "message": str}]."""

    code = "invalid"


class NotFound(Refusal):
    """There is no such record, or the caller may not know that there is."""

    code = "not_found"


class UnknownReference(Invalid):
    """A record that the arguments name is not known here. The service's copy may be a moment behind."""

    code = "unknown_reference"


class Forbidden(Refusal):
    """The caller holds no mandate for this."""

    code = "forbidden"


class SignInNeeded(Refusal):
    """Nobody is signed in, and this is not open to everybody."""

    code = "sign_in_needed"


class Conflict(Refusal):
    """The record's state does not allow it (a cancelled event is not published)."""

    code = "conflict"


class VersionMismatch(Refusal):
    """The record changed since the caller read it. details["version"]: the version now."""

    code = "version_mismatch"


class KeyReused(Refusal):
    """The same Idempotency-Key came with another content."""

    code = "key_reused"


class Late(Refusal):
    """The command came after its deadline; it was not carried out."""

    code = "late"


class Unfinished(Late):
    """A part of the command was carried out in time. Repeated at once with the same key, it goes on from there."""

    code = "unfinished"


class TooMany(Refusal):
    """A limit of the service is reached (rows of an import, keys of an account)."""

    code = "too_many"


class StoreAway(Refusal):
    """The service cannot reach its store; the outcome of a command is unknown. Repeat with the same key."""

    code = "store_away"


def _known(root: type[Refusal]) -> dict[str, type[Refusal]]:
    found = {f"{root.__module__}.{root.__name__}": root}
    for child in root.__subclasses__():
        found |= _known(child)
    return found


BY_PATH: dict[str, type[Refusal]] = _known(Refusal)
"""Python path -> class, as nameko names it in `exc_path` of an error reply."""


def field_error(field: str, message: str) -> Invalid:
    """An Invalid about one field, e.g. field_error("ends", "The end is before the beginning.")."""
    return Invalid(message, {"errors": [{"field": field, "message": message}]})
