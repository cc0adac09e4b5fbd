"""The parts of a node as programs, each with its settings; docker-compose.yml has the same."""

import json
import os
import sys
import time
from collections.abc import Callable, Mapping
from dataclasses import dataclass
from functools import partial
from typing import Any

from services.runtime import topology

from . import broker, store
from .errors import NodeError
from .folder import DataFolder, Secrets, Setup
from .ports import LOCALHOST
from .probes import fetch_json, listens
from .process import ROOT
from .program import Program, Running
from .regions import Region

OURS: dict[str, tuple[str, ...]] = {
    "actors": ("services.runtime.serve", "actors"),
    "events": ("services.runtime.serve", "events"),
    "consortium": ("services.runtime.serve", "consortium"),
    "notifications": ("services.runtime.serve", "notifications"),
    "relay": ("services.runtime.relay",),
    "courier": ("services.notifications.courier",),
    "projector": ("gateway.read_model.projector",),
    "gateway": ("gateway",),
}
"""Module and arguments of every part of ours. Each has a broker user of its name."""

SETTINGS = (
    "MALMI_PART", "MALMI_NODE", "MALMI_NODE_NAME", "MALMI_REGIONS", "MALMI_LANGUAGES", "MALMI_TIME_ZONE",
    "MALMI_INCARNATION", "MALMI_DATA", "MALMI_PUBLIC_URL", "AMQP_URI", "MONGODB_URI", "MALMI_DB_PREFIX",
    "MALMI_SECRET", "SMTP_URI", "MAIL_FROM", "MALMI_CONTACT", "MALMI_HOST", "MALMI_PORT", "MALMI_WORKERS",
    "MALMI_TRUSTED_PROXIES", "MALMI_WEBHOOKS_PRIVATE", "MALMI_LOG_LEVEL", "MALMI_RATE_LIMIT_FACTOR",
    "MALMI_QUIET_HOURS", "MALMI_AUDIT_DAYS",
)  # fmt: skip
"""All that services/runtime/settings.py reads; a test holds the two together."""

OPERATOR = "operator"
BROKER_USERS = (*OURS, OPERATOR)
MOST_INSTANCES = 16
_NOT_OURS_TO_PASS = ("PYTHONHOME", "PYTHONSTARTUP", "VIRTUAL_ENV", "__PYVENV_LAUNCHER__")


@dataclass(frozen=True, slots=True)
class Plan:
    """All that the parts are made from. `environment`: the caller's, whose settings win."""

    folder: DataFolder
    setup: Setup
    region: Region
    secrets: Secrets
    incarnation: int
    environment: Mapping[str, str]

    @property
    def own_broker(self) -> bool:
        """False when AMQP_URI names one."""
        return not self.environment.get("AMQP_URI")

    @property
    def own_store(self) -> bool:
        """False when MONGODB_URI names one."""
        return not self.environment.get("MONGODB_URI")

    @property
    def own_mailbox(self) -> bool:
        """False when SMTP_URI names a mail server."""
        return not self.environment.get("SMTP_URI")

    @property
    def public_url(self) -> str:
        """Under which people reach the gateway."""
        given = self.environment.get("MALMI_PUBLIC_URL")
        return (given or f"http://{LOCALHOST}:{self.setup.ports['gateway']}").rstrip("/")


def broker_accounts(passwords: Mapping[str, str]) -> list[broker.Account]:
    """A user for each part, which may do only what that part needs, and the operator."""
    return [
        broker.operator(passwords[OPERATOR]),
        *(
            broker.Account(name, passwords[name], rights.configure, rights.write, rights.read)
            for name, rights in topology.RIGHTS.items()
        ),
    ]


def amqp_uri(plan: Plan, user: str) -> str:
    """This user's address of the broker; a broker of one's own (AMQP_URI) has one account for all."""
    if not plan.own_broker:
        return plan.environment["AMQP_URI"]
    account = broker.Account(user, plan.secrets.broker_passwords[user])
    return broker.uri(account, plan.setup.ports["broker"])


def settings(plan: Plan, part: str) -> dict[str, str]:
    """The environment of a part of ours: services/runtime/settings.py reads it."""
    ports = plan.setup.ports
    chosen = {
        "SMTP_URI": f"smtp://{LOCALHOST}:{ports['mailbox_smtp']}",
        "MAIL_FROM": "malmi@localhost",
        "MALMI_CONTACT": "operator@localhost",
        # the mailbox wakes nobody up, and who tries a node in the evening wants to see its mails
        "MALMI_QUIET_HOURS": "off" if plan.own_mailbox else "21-7",
        "MALMI_HOST": LOCALHOST,
        "MALMI_LANGUAGES": ",".join(plan.region.languages),
        "MALMI_TIME_ZONE": plan.region.time_zone,
        "MALMI_SECRET": plan.secrets.malmi_secret,
        "MONGODB_URI": store.uri(ports["store"]),
    }
    fixed = {
        "MALMI_PART": part,
        "MALMI_NODE": plan.region.slug,
        "MALMI_NODE_NAME": json.dumps(plan.region.name, ensure_ascii=False),
        "MALMI_REGIONS": ",".join(nuts.v2024 for nuts in plan.region.nuts),
        "MALMI_DATA": str(plan.folder.path),
        "MALMI_INCARNATION": str(plan.incarnation),
        "MALMI_PORT": str(ports["gateway"]),
        "MALMI_PUBLIC_URL": plan.public_url,
        "AMQP_URI": amqp_uri(plan, part),
        "PYTHONPATH": str(ROOT),
        "PYTHONUNBUFFERED": "1",
    }
    given = {name: value for name, value in plan.environment.items() if name not in _NOT_OURS_TO_PASS and value}
    return {**chosen, **given, **fixed}


def programs(plan: Plan) -> list[Program]:
    """All parts, in the order of the table. Raises NodeError when this machine lacks something."""
    ports = plan.setup.ports
    found: list[Program] = []
    if plan.own_broker:
        found += broker.programs(plan.folder.broker, ports, broker_accounts(plan.secrets.broker_passwords))
    if plan.own_store:
        found.append(store.program(plan.folder.store, ports["store"]))
    if plan.own_mailbox:
        found.append(_mailbox(plan))
    needs = tuple(program.name for program in found if program.name in ("broker", "store"))
    gateway = Readiness(partial(fetch_json, f"http://{LOCALHOST}:{ports['gateway']}/readyz"))
    return [*found, *(_part(plan, name, number, needs, gateway) for name in OURS for number in numbers(plan, name))]


def numbers(plan: Plan, name: str) -> range:
    """Of the instances of a part, from 1. Raises NodeError for a MALMI_INSTANCES that can't be read."""
    return range(1, instances(plan.environment.get("MALMI_INSTANCES", "")).get(name, 1) + 1)


def instances(text: str) -> dict[str, int]:
    """Reads `events=2,courier=2`. Raises NodeError."""
    found: dict[str, int] = {}
    for entry in filter(None, (entry.strip() for entry in text.split(","))):
        name, _, count = (word.strip() for word in entry.partition("="))
        if name == "gateway":
            raise NodeError("MALMI_INSTANCES: the gateway has workers instead: MALMI_WORKERS=2")
        if name not in OURS or not count.isdecimal() or not 1 <= int(count) <= MOST_INSTANCES:
            known = ", ".join(part for part in OURS if part != "gateway")
            raise NodeError(
                f"MALMI_INSTANCES: {entry!r} is not like events=2 (1 to {MOST_INSTANCES} of each; parts: {known})"
            )
        found[name] = int(count)
    return found


def role(part: str) -> str:
    """Which part an instance is: `events-2` is an `events`."""
    name, _, number = part.rpartition("-")
    return name if name in OURS and number.isdecimal() else part


def urls(plan: Plan) -> dict[str, str]:
    """What people open, by what it is."""
    shown = {
        "Pages": f"{plan.public_url}/",
        "API": f"{plan.public_url}/api/v1",
        "API documentation": f"{plan.public_url}/docs",
        "Calendar": f"{plan.public_url}/calendar.ics",
        "Ready?": f"{plan.public_url}/readyz",
    }
    if plan.own_mailbox:
        shown["Mailbox"] = f"http://{LOCALHOST}:{plan.setup.ports['mailbox']}/"
    if plan.own_broker:
        shown["Broker"] = f"http://{LOCALHOST}:{plan.setup.ports['broker_management']}/"
    return shown


def _python(*arguments: str) -> tuple[str, ...]:
    return (sys.executable, "-P", "-m", *arguments)


def _mailbox(plan: Plan) -> Program:
    smtp, http = plan.setup.ports["mailbox_smtp"], plan.setup.ports["mailbox"]
    return Program(
        name="mailbox",
        argv=_python(
            "deploy.node.mailbox",
            "--folder",
            str(plan.folder.mailbox),
            "--smtp-port",
            str(smtp),
            "--port",
            str(http),
        ),
        env={**os.environ, "PYTHONPATH": str(ROOT)},
        ready=lambda _: listens(smtp) and fetch_json(f"http://{LOCALHOST}:{http}/messages.json")[0] == 200,
        layer=1,
        address=f"{LOCALHOST}:{smtp} (SMTP), http://{LOCALHOST}:{http}/",
    )


def _part(plan: Plan, name: str, number: int, needs: tuple[str, ...], gateway: "Readiness") -> Program:
    is_gateway = name == "gateway"
    return Program(
        name=name if number == 1 else f"{name}-{number}",
        argv=_python(*OURS[name]),
        env=settings(plan, name),
        ready=gateway.answers if is_gateway else partial(gateway.hears, name),
        layer=3 if is_gateway else 2,
        after=needs,
        address=plan.public_url if is_gateway else "",
        stop_limit=15.0,
        overlaps=True,
        leaves_within=5.0 if is_gateway else 0.0,
    )


class Readiness:
    """The gateway hears every process's heartbeat and tells in /readyz; asked at most three times a second."""

    def __init__(self, fetch: Callable[[], tuple[int, Any]]) -> None:
        """`fetch`: status and body of /readyz."""
        self._fetch = fetch
        self._asked, self._gateway, self._heard = 0.0, 0, dict[str, frozenset[int]]()

    def answers(self, running: Running) -> bool:
        """This very gateway serves, whatever it says of the others: beside it its forerunner may answer too."""
        self._ask()
        return self._gateway == running.pid

    def hears(self, part: str, running: Running) -> bool:
        """This very process said that it is ready: the gateway hears other instances and its forerunner too."""
        self._ask()
        return running.pid in self._heard.get(part, ())

    def _ask(self) -> None:
        if time.monotonic() - self._asked > 0.3:
            status, body = self._fetch()
            self._heard = heard(body)
            self._gateway = body["gateway"]["pid"] if status in (200, 503) and isinstance(body, dict) else 0
            self._asked = time.monotonic()


def heard(readiness: Any) -> dict[str, frozenset[int]]:
    """The ids of the processes that say that they are ready, by part, from the body of /readyz."""
    parts = readiness.get("parts", []) if isinstance(readiness, dict) else []
    return {
        part["part"]: frozenset(process["pid"] for process in part["processes"] if process["ready"]) for part in parts
    }
