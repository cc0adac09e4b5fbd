"""How a restart of parts is asked for and told about: two small files in the node's `run` folder.

Whoever may write there may ask; the supervisor looks at every turn.
"""

import json
import uuid
from collections.abc import Sequence
from dataclasses import asdict, dataclass, replace
from pathlib import Path
from typing import Literal

from .state import write_text

_REQUEST = "restart.request.json"
_REPORT = "restart.report.json"


@dataclass(frozen=True, slots=True)
class Request:
    """parts: names as the supervisor knows them."""

    id: str
    parts: tuple[str, ...]


@dataclass(frozen=True, slots=True)
class Report:
    """said: a line for each part that is done. problem: why it ended before the last."""

    id: str
    state: Literal["running", "done", "failed"] = "running"
    said: tuple[str, ...] = ()
    problem: str = ""


def ask(folder: Path, parts: Sequence[str]) -> str:
    """Asks for a restart of these parts, one after the other; the id that its report bears."""
    request = Request(uuid.uuid4().hex, tuple(parts))
    write_text(folder / _REQUEST, json.dumps(asdict(request)))
    return request.id


def take(folder: Path) -> Request | None:
    """The request that waits; it no longer waits after that."""
    file = folder / _REQUEST
    try:
        data = json.loads(file.read_text())
        file.unlink()
        return Request(data["id"], tuple(data["parts"]))
    except (OSError, ValueError, KeyError, TypeError):
        return None


def tell(folder: Path, report: Report) -> None:
    """Writes how far it is. Raises OSError."""
    write_text(folder / _REPORT, json.dumps(asdict(report)))


def read(folder: Path, request: str) -> Report | None:
    """How far this request is; None while it has not begun."""
    try:
        data = json.loads((folder / _REPORT).read_text())
        report = Report(data["id"], data["state"], tuple(data["said"]), data["problem"])
    except (OSError, ValueError, KeyError, TypeError):
        return None
    return report if report.id == request else None


def more(report: Report, line: str) -> Report:
    """The report with one more line."""
    return replace(report, said=(*report.said, line))
