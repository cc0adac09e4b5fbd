"""How a rebuild is asked for and told about: two small files beside the read model.

Whoever may write the node's data folder may ask, so no right at the broker is needed for it.
"""

import os
from dataclasses import asdict, dataclass, field
from pathlib import Path
from typing import Any, Final, Self

import orjson

from services.contracts.identifiers import new_id

_REQUEST: Final = "rebuild.request"
_REPORT: Final = "rebuild.report.json"


@dataclass(frozen=True, slots=True)
class Report:
    """What became of a rebuild. state: running, done or failed (nothing changed then). step: what is being done.

    records: read from snapshots, by kind. undecodable: of them, those that could not be read, which are left out.
    tombstones: kept from the live files though no snapshot has them. rows, equal, differing: of the comparison of
    the rebuilt files with the live ones; differences: the first of them.
    """

    id: str
    state: str
    began: str
    step: str = ""
    error: str = ""
    seconds: float = 0.0
    records: dict[str, int] = field(default_factory=dict)
    undecodable: int = 0
    tombstones: int = 0
    rows: int = 0
    equal: int = 0
    differing: int = 0
    differences: tuple[dict[str, str], ...] = ()

    @classmethod
    def from_json(cls, body: bytes) -> Self:
        values: dict[str, Any] = orjson.loads(body)
        return cls(**{**values, "differences": tuple(values["differences"])})


def ask(folder: Path) -> str:
    """Asks the projector of this read model for a rebuild; the id of the request, which its report bears."""
    folder.mkdir(parents=True, exist_ok=True, mode=0o700)
    identity = new_id("rbd")
    _write(folder / _REQUEST, identity.encode())
    return identity


def take_request(folder: Path) -> str | None:
    """The id of a request that waits; it no longer waits after that."""
    path = folder / _REQUEST
    try:
        identity = path.read_text().strip()
        path.unlink()
    except OSError:
        return None
    return identity or None


def is_waiting(folder: Path) -> bool:
    """Whether a request was not taken yet."""
    return (folder / _REQUEST).exists()


def write_report(folder: Path, report: Report) -> None:
    _write(folder / _REPORT, orjson.dumps(asdict(report), option=orjson.OPT_INDENT_2))


def read_report(folder: Path) -> Report | None:
    """The newest report, also of a rebuild that still runs."""
    try:
        return Report.from_json((folder / _REPORT).read_bytes())
    except (OSError, ValueError, TypeError, KeyError):
        return None


def _write(path: Path, body: bytes) -> None:
    fresh = path.with_name(f".{path.name}.{os.getpid()}")
    fresh.write_bytes(body)
    fresh.replace(path)
