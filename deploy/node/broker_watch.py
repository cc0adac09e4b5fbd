"""Is a broker that answers also well?

On a disk that ran full in a moment the processes behind RabbitMQ's quorum queues end and are not started again
(seen with 3.10.8), while the broker itself stays up and its health checks say "ok": publishers get no confirm or a
negative one, for ever. It loses nothing and is well again after a restart, so somebody has to notice.
"""

import base64
import json
import threading
import time
import urllib.request
from collections.abc import Callable
from dataclasses import dataclass, field
from typing import Any
from urllib.parse import quote

from amqp.exceptions import AMQPError, MessageNacked
from kombu import Connection, Queue

LOOK_EVERY = 5.0
PATIENCE = 40.0
"""Seconds for which it must have been unwell without a break: queues elect leaders, and a slow disk is no illness."""
ANSWER = 5.0
"""Seconds for a confirm or an answer."""
QUEUE = "malmi.watch"


@dataclass(frozen=True, slots=True)
class Access:
    """uri: AMQP, of an account that may do everything. management: its HTTP API, `http://host:port/api`."""

    uri: str = field(repr=False)
    management: str
    user: str
    password: str = field(repr=False)
    vhost: str


class Watch:
    """Looks at a broker from a thread of its own, from the first question on."""

    def __init__(
        self, look: Callable[[], str | None], *, every: float = LOOK_EVERY, patience: float = PATIENCE
    ) -> None:
        """look: what is wrong with it now, None when nothing is. Takes as long as it takes."""
        self._look, self._every, self._patience = look, every, patience
        self._thread: threading.Thread | None = None
        self._pid = 0
        self._since: float | None = None
        self._wrong: str | None = None

    def unwell(self, pid: int) -> str | None:
        """Why the process with this id can't go on; None while it can, or nobody knows yet. Answers at once."""
        if pid != self._pid:
            self._pid, self._since = pid, None
        if self._thread is None:
            self._thread = threading.Thread(target=self._go_on_looking, name="broker-watch", daemon=True)
            self._thread.start()
        since = self._since
        return self._wrong if since is not None and time.monotonic() - since >= self._patience else None

    def _go_on_looking(self) -> None:
        while True:
            pid = self._pid
            wrong = self._look()
            if wrong is None or pid != self._pid:  # what was seen of its forerunner says nothing
                self._since = None
            else:
                self._wrong, self._since = wrong, self._since or time.monotonic()
            time.sleep(self._every)


class QuorumQueues:
    """How a broker's quorum queues are. It keeps one connection, so that the broker's log does not fill with them."""

    def __init__(self, access: Access) -> None:
        self._access = access
        self._connection: Connection | None = None

    def look(self) -> str | None:
        """What is wrong. None when nothing is, when the broker holds back publishers because disk or memory is short
        (that ends by itself), and when it does not answer at all (its process is watched anyway)."""
        try:
            if any(node.get("disk_free_alarm") or node.get("mem_alarm") for node in self._ask("/nodes")):
                return None
            queues = self._ask(f"/queues/{quote(self._access.vhost, safe='')}?columns=name,type,leader")
        except (OSError, ValueError):
            return None
        ended = sorted(queue["name"] for queue in queues if queue.get("type") == "quorum" and not queue.get("leader"))
        return f"queues without a leader: {', '.join(ended)}" if ended else self._unconfirmed()

    def _unconfirmed(self) -> str | None:
        """Why a message to a queue of our own, which keeps the last one only, is not confirmed."""
        try:
            if self._connection is None:
                self._connection = _connected(self._access.uri)
            producer = self._connection.Producer(self._connection.default_channel)
            producer.publish(b"", routing_key=QUEUE, exchange="", delivery_mode=2, timeout=ANSWER)
        except (MessageNacked, AMQPError, OSError) as error:
            if self._connection is not None:
                self._connection.collect(ANSWER)
            self._connection = None
            return f"it confirms no messages: {error!r}"
        return None

    def _ask(self, path: str) -> list[dict[str, Any]]:
        """Raises OSError, ValueError."""
        question = urllib.request.Request(self._access.management + path)
        login = base64.b64encode(f"{self._access.user}:{self._access.password}".encode()).decode()
        question.add_header("Authorization", f"Basic {login}")
        with urllib.request.urlopen(question, timeout=ANSWER) as answer:
            found = json.load(answer)
        if not isinstance(found, list):
            raise ValueError(f"not a list: {path}")
        return found


def _connected(uri: str) -> Connection:
    """With the queue declared. Raises AMQPError, OSError."""
    options = {"confirm_publish": True, "read_timeout": ANSWER, "write_timeout": ANSWER}
    connection = Connection(uri, connect_timeout=ANSWER, transport_options=options)
    try:
        arguments = {"x-queue-type": "quorum", "x-max-length": 1}
        Queue(QUEUE, durable=True, queue_arguments=arguments, channel=connection.default_channel).queue_declare()
    except BaseException:
        connection.collect(ANSWER)
        raise
    return connection
