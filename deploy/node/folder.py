"""The data folder of a node: everything that it keeps, and what it remembers of how it was set up."""

import fcntl
import json
import os
import secrets
from dataclasses import asdict, dataclass, field
from pathlib import Path

from . import state
from .errors import NodeError
from .state import NodeState

PORTS = (
    "broker",
    "broker_management",
    "broker_distribution",
    "broker_names",
    "store",
    "mailbox_smtp",
    "mailbox",
)
"""Chosen for the node once; the gateway's comes beside them."""


@dataclass(frozen=True, slots=True)
class Setup:
    """How a node was set up: its region (slug, or path of a file) and the ports that it keeps."""

    region: str
    ports: dict[str, int]


@dataclass(frozen=True, slots=True)
class Secrets:
    """Made once for a node, known to nobody else."""

    malmi_secret: str = field(repr=False)
    broker_passwords: dict[str, str] = field(repr=False)


@dataclass(frozen=True, slots=True)
class DataFolder:
    """Paths in a node's data folder, and the small files among them."""

    path: Path

    @property
    def run(self) -> Path:
        return self.path / "run"

    @property
    def logs(self) -> Path:
        return self.path / "log"

    @property
    def state_file(self) -> Path:
        return self.run / "state.json"

    @property
    def broker(self) -> Path:
        return self.path / "broker"

    @property
    def store(self) -> Path:
        return self.path / "store"

    @property
    def mailbox(self) -> Path:
        return self.path / "mailbox"

    def make(self) -> None:
        """Makes the folder, for its owner's eyes only. Raises NodeError."""
        try:
            self.path.mkdir(parents=True, exist_ok=True, mode=0o700)
            self.path.chmod(0o700)
            self.run.mkdir(exist_ok=True)
            self.logs.mkdir(exist_ok=True)
        except OSError as error:
            raise NodeError(f"{self.path} cannot be used as data folder: {error.strerror or error}") from error

    def state(self) -> NodeState | None:
        """What the supervisor wrote last."""
        return state.read(self.state_file)

    def setup(self) -> Setup | None:
        """None when this folder is no node yet. Raises NodeError when its file cannot be read."""
        file = self.path / "node.json"
        try:
            return Setup(**json.loads(file.read_text()))
        except FileNotFoundError:
            return None
        except (OSError, ValueError, TypeError) as error:
            raise NodeError(f"{file} cannot be read: {error}") from error

    def keep(self, setup: Setup) -> None:
        """For the next start."""
        state.write_text(self.path / "node.json", json.dumps(asdict(setup), indent=1))

    def secrets(self, users: tuple[str, ...]) -> Secrets:
        """Makes what is missing: the node's secret, a broker password for each of `users`."""
        file = self.path / "secrets.json"
        try:
            kept = json.loads(file.read_text())
        except FileNotFoundError:
            kept = {}
        except (OSError, ValueError) as error:
            raise NodeError(f"{file} cannot be read: {error}") from error
        passwords = kept.get("broker_passwords", {})
        known = Secrets(
            malmi_secret=kept.get("malmi_secret") or secrets.token_hex(32),
            broker_passwords={
                **passwords,
                **{user: secrets.token_hex(16) for user in users if user not in passwords},
            },
        )
        if asdict(known) != kept:
            state.write_text(file, json.dumps(asdict(known), indent=1))
        return known

    def incarnation(self) -> int:
        """Rises when the node is restored from a backup; 1 in a new node. Raises NodeError."""
        file = self.path / "incarnation"
        try:
            return int(file.read_text())
        except FileNotFoundError:
            state.write_text(file, "1\n")
            return 1
        except ValueError as error:
            raise NodeError(f"{file} holds no whole number") from error

    def lock(self) -> int | None:
        """Makes this process the folder's one supervisor, until it ends; None when there is another."""
        handle = os.open(self.run / "lock", os.O_CREAT | os.O_RDWR, 0o600)
        try:
            fcntl.flock(handle, fcntl.LOCK_EX | fcntl.LOCK_NB)
        except BlockingIOError:
            os.close(handle)
            return None
        return handle

    def is_running(self) -> bool:
        """Whether a supervisor holds the lock now."""
        if not (self.run / "lock").exists():
            return False
        handle = self.lock()
        if handle is None:
            return True
        os.close(handle)
        return False
