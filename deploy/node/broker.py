"""A private RabbitMQ of this node: own folder, own ports, own name, own port mapper; runs as any user."""

import base64
import hashlib
import json
import os
import secrets
import shutil
import subprocess
from collections.abc import Sequence
from dataclasses import dataclass, field
from pathlib import Path
from urllib.parse import quote

from . import broker_watch
from . import ports as free_ports
from .errors import NodeError
from .probes import listens, speaks_amqp
from .program import Program
from .standalone import Standalone
from .state import write_text

VHOST = "malmi"
DISK_RESERVE = 200_000_000
"""Bytes. RabbitMQ's own default, 50 MB, is less than a busy minute of store and broker on the same disk."""
PORTS = ("broker", "broker_management", "broker_distribution", "broker_names")
_PLUGINS = ("rabbitmq_management", "rabbitmq_federation", "rabbitmq_federation_management")
# Debian's own command, first on the PATH, insists on root or the user rabbitmq; this one runs as anybody.
_SERVERS = ("/usr/lib/rabbitmq/bin/rabbitmq-server", "/opt/rabbitmq/sbin/rabbitmq-server")


@dataclass(frozen=True, slots=True)
class Account:
    """A user of the broker; what it may do, as regular expressions on names of exchanges and queues."""

    name: str
    password: str = field(repr=False)
    configure: str = ""
    write: str = ""
    read: str = ""
    tags: str = ""


def operator(password: str) -> Account:
    """May do everything: the malmi command's own account."""
    return Account("operator", password, ".*", ".*", ".*", tags="administrator")


def find_server() -> Path | None:
    """The rabbitmq-server of this machine that any user can run."""
    for candidate in (*_SERVERS, shutil.which("rabbitmq-server")):
        if candidate and os.access(candidate, os.X_OK):
            return Path(candidate).resolve()
    return None


def uri(account: Account, port: int) -> str:
    """The AMQP address for this account."""
    who = f"{quote(account.name, safe='')}:{quote(account.password, safe='')}"
    return f"amqp://{who}@{free_ports.LOCALHOST}:{port}/{VHOST}"


def programs(folder: Path, ports: dict[str, int], accounts: Sequence[Account]) -> tuple[Program, Program]:
    """Writes the broker's settings into `folder`; port mapper and broker, started in this order.

    Raises NodeError when this machine has no rabbitmq-server.
    """
    server, mapper = find_server(), shutil.which("epmd")
    if server is None or mapper is None:
        raise NodeError("no rabbitmq-server on this machine. Install it:  sudo apt-get install rabbitmq-server")
    folder = folder.resolve()
    for name in ("home", "data", "log", "config"):
        (folder / name).mkdir(parents=True, exist_ok=True, mode=0o700)
    _write_settings(folder, ports, accounts)
    names_port = ports["broker_names"]
    watch = broker_watch.Watch(broker_watch.QuorumQueues(_access(ports, accounts)).look)
    inherited = {name: os.environ[name] for name in ("PATH", "LANG", "LC_ALL") if name in os.environ}
    env = {
        **inherited,
        "HOME": str(folder / "home"),  # holds the Erlang cookie
        "ERL_EPMD_PORT": str(names_port),
        "ERL_EPMD_ADDRESS": free_ports.LOCALHOST,
        "RABBITMQ_NODENAME": f"malmi-{hashlib.sha256(str(folder).encode()).hexdigest()[:10]}@localhost",
        "RABBITMQ_DIST_PORT": str(ports["broker_distribution"]),
        "RABBITMQ_MNESIA_BASE": str(folder / "data"),
        "RABBITMQ_LOG_BASE": str(folder / "log"),
        "RABBITMQ_LOGS": "-",
        "RABBITMQ_GENERATED_CONFIG_DIR": str(folder / "config"),
        "RABBITMQ_CONFIG_FILE": str(folder / "rabbitmq.conf"),
        "RABBITMQ_ADVANCED_CONFIG_FILE": str(folder / "advanced.config"),
        "RABBITMQ_ENABLED_PLUGINS_FILE": str(folder / "enabled_plugins"),
        "RABBITMQ_CONF_ENV_FILE": str(folder / "rabbitmq-env.conf"),  # not the machine's in /etc
        "RABBITMQ_SERVER_ADDITIONAL_ERL_ARGS": "-kernel inet_dist_use_interface {127,0,0,1}",
        # Makes the script become the broker instead of waiting for it: signals reach the broker itself.
        "RUNNING_UNDER_SYSTEMD": "true",
    }
    return (
        Program(
            name="epmd",
            argv=(mapper, "-port", str(names_port), "-address", free_ports.LOCALHOST),
            env=env,
            ready=lambda _: listens(names_port),
            address=f"{free_ports.LOCALHOST}:{names_port}",
            cwd=folder,
        ),
        Program(
            name="broker",
            argv=(str(server),),
            env=env,
            ready=lambda _: speaks_amqp(ports["broker"]),
            layer=1,
            after=("epmd",),
            address=f"{free_ports.LOCALHOST}:{ports['broker']}",
            stop_limit=30.0,
            cwd=folder,
            unwell=lambda running: watch.unwell(running.pid),
        ),
    )


def _access(ports: dict[str, int], accounts: Sequence[Account]) -> broker_watch.Access:
    who = next(account for account in accounts if "administrator" in account.tags)
    return broker_watch.Access(
        uri(who, ports["broker"]),
        f"http://{free_ports.LOCALHOST}:{ports['broker_management']}/api",
        who.name,
        who.password,
        VHOST,
    )


def _write_settings(folder: Path, ports: dict[str, int], accounts: Sequence[Account]) -> None:
    file = folder / "definitions.json"
    write_text(file, json.dumps(definitions(accounts), indent=1))
    write_text(
        folder / "rabbitmq.conf",
        f"""# Written by ./malmi up at every start.
listeners.tcp.1 = {free_ports.LOCALHOST}:{ports["broker"]}
management.tcp.ip = {free_ports.LOCALHOST}
management.tcp.port = {ports["broker_management"]}
load_definitions = {file}
log.console = true
log.console.level = info
log.file = false
# With less left it takes no messages, until there is more again: its own files and those of the store need room.
disk_free_limit.absolute = {DISK_RESERVE}
""",
    )
    write_text(folder / "enabled_plugins", f"[{','.join(_PLUGINS)}].")
    write_text(folder / "rabbitmq-env.conf", "")


def definitions(accounts: Sequence[Account]) -> dict[str, object]:
    """Vhost, users and their rights, as the broker's load_definitions takes them."""
    return {
        "vhosts": [{"name": VHOST}],
        "users": [
            {
                "name": account.name,
                "password_hash": _hash(account.password),
                "hashing_algorithm": "rabbit_password_hashing_sha256",
                "tags": account.tags,
            }
            for account in accounts
        ],
        "permissions": [
            {
                "user": account.name,
                "vhost": VHOST,
                "configure": account.configure,
                "write": account.write,
                "read": account.read,
            }
            for account in accounts
        ],
    }


def _hash(password: str) -> str:
    """https://www.rabbitmq.com/docs/passwords#this-is-the-algorithm"""
    salt = secrets.token_bytes(4)
    return base64.b64encode(salt + hashlib.sha256(salt + password.encode()).digest()).decode()


@dataclass(frozen=True, slots=True)
class BrokerHandle:
    """A broker that runs without a node. `uri` is the operator's; `management_url` its HTTP API."""

    uri: str = field(repr=False)
    management_url: str
    ports: dict[str, int]
    accounts: dict[str, Account]
    _programs: Standalone

    def uri_of(self, name: str) -> str:
        """The address for one of the accounts. Raises KeyError."""
        return uri(self.accounts[name], self.ports["broker"])

    @property
    def pid(self) -> int:
        """Of the broker itself, for tests that kill it."""
        return self._programs.pids["broker"]

    def stop(self) -> None:
        """Ends the broker and its port mapper."""
        self._programs.stop()


def start(
    folder: Path,
    *,
    accounts: Sequence[Account] = (),
    ports: dict[str, int] | None = None,
    limit: float = 60.0,
) -> BrokerHandle:
    """A broker in `folder`, ready to use, with an operator account and `accounts`. Takes 6 to 10 s.

    Raises NodeError when there is no rabbitmq-server or it does not get ready.
    """
    taken = ports or free_ports.choose(PORTS, folder)
    everyone = {account.name: account for account in (operator(secrets.token_hex(16)), *accounts)}
    running = Standalone(programs(folder, taken, list(everyone.values())), folder / "log", limit)
    return BrokerHandle(
        uri=uri(everyone["operator"], taken["broker"]),
        management_url=f"http://{free_ports.LOCALHOST}:{taken['broker_management']}",
        ports=taken,
        accounts=everyone,
        _programs=running,
    )


def install() -> bool:
    """Installs rabbitmq-server by apt, without starting the machine's own service. False: it could not."""
    apt = shutil.which("apt-get")
    if apt is None or os.geteuid() != 0:
        return False
    policy = Path("/usr/sbin/policy-rc.d")
    ours = not policy.exists()
    if ours:
        policy.write_text("#!/bin/sh\nexit 101\n")  # "may not start services", asked by every package's script
        policy.chmod(0o755)
    try:
        command = [apt, "install", "-y", "-q", "--no-install-recommends", "rabbitmq-server"]
        env = {**os.environ, "DEBIAN_FRONTEND": "noninteractive"}
        if subprocess.run(command, env=env, capture_output=True, check=False).returncode == 0:
            return True
        subprocess.run([apt, "update", "-q"], env=env, capture_output=True, check=False)
        return subprocess.run(command, env=env, capture_output=True, check=False).returncode == 0
    finally:
        if ours:
            policy.unlink(missing_ok=True)
