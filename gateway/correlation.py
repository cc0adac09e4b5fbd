"""The id that a request is followed by, through all parts that it touches."""

import re
from typing import Final

from services.contracts.identifiers import new_id

_WELL_FORMED: Final = re.compile(r"^[A-Za-z0-9][A-Za-z0-9._:-]{7,127}$")


def correlation_id_of(given: str | None) -> str:
    """What X-Request-ID gives if it is well-formed, else a new one."""
    return given if given is not None and _WELL_FORMED.fullmatch(given) else new_id("req")
