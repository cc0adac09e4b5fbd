"""The state of a running node, written by its supervisor for `status`, `down` and the next `up`."""

import json
import os
import tempfile
from dataclasses import asdict, dataclass, field
from pathlib import Path
from typing import Any, Literal, Self

from .process import Identity

Phase = Literal["starting", "running", "stopping", "stopped", "failed"]
PartPhase = Literal["waiting", "starting", "ready", "restarting", "stopped"]


@dataclass(frozen=True, slots=True)
class PartState:
    """One part. `since`: when its state last changed (UTC, ISO 8601). `last_exit`: why it last ended."""

    name: str
    state: PartPhase = "waiting"
    process: Identity | None = None
    address: str = ""
    restarts: int = 0
    since: str = ""
    last_exit: str | None = None


@dataclass(frozen=True, slots=True)
class NodeState:
    """The whole node. `problem`: why phase is failed. `warnings`: what an operator should look at, though all goes."""

    node: str
    supervisor: Identity
    phase: Phase
    since: str
    urls: dict[str, str] = field(default_factory=dict)
    parts: tuple[PartState, ...] = ()
    problem: str | None = None
    warnings: tuple[str, ...] = ()

    @classmethod
    def from_json(cls, data: dict[str, Any]) -> Self:
        """Reads what to_json gave. Raises KeyError, TypeError, ValueError for anything else."""
        return cls(
            node=data["node"],
            supervisor=Identity(**data["supervisor"]),
            phase=data["phase"],
            since=data["since"],
            urls=dict(data["urls"]),
            parts=tuple(
                PartState(**{**part, "process": Identity(**part["process"]) if part["process"] else None})
                for part in data["parts"]
            ),
            problem=data["problem"],
            warnings=tuple(data.get("warnings", ())),
        )

    def to_json(self) -> dict[str, Any]:
        """Plain data."""
        return asdict(self)


def write(path: Path, state: NodeState) -> None:
    """Whole or not at all: a reader never meets half a file."""
    write_text(path, json.dumps(state.to_json(), indent=1))


def read(path: Path) -> NodeState | None:
    """None when there is none, or one that an older version wrote and nobody can read."""
    try:
        return NodeState.from_json(json.loads(path.read_text()))
    except (OSError, KeyError, TypeError, ValueError):
        return None


def write_text(path: Path, text: str) -> None:
    """Writes a file that only its owner can read, atomically."""
    handle, temporary = tempfile.mkstemp(dir=path.parent, prefix=f".{path.name}.")
    try:
        with os.fdopen(handle, "w") as file:
            file.write(text)
        Path(temporary).replace(path)
    except BaseException:
        Path(temporary).unlink(missing_ok=True)
        raise
