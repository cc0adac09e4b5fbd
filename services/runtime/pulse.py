"""Nudges to the relay and heartbeats, from a nameko service: transient messages, sent from one greenlet.

A nudge only saves waiting: the relay looks by itself every half second.
"""

import time
from collections.abc import Callable
from typing import Any

import eventlet
from eventlet.event import Event
from kombu import Connection, Exchange, Producer
from kombu.exceptions import OperationalError

from . import heartbeat, logging, topology
from .heartbeat import Heartbeat

log = logging.get(__name__)


class Pulse:
    """state: gives the heartbeat; called every two seconds, may ask the store."""

    def __init__(self, amqp_uri: str, service: str, state: Callable[[], Heartbeat]) -> None:
        self._connection = Connection(amqp_uri)
        self._service, self._state = service, state
        self._wake = Event()
        self._stopped = False

    def nudge(self) -> None:
        """Says that facts may wait in the outbox. Never blocks, never raises."""
        if not self._wake.ready():
            self._wake.send()

    def stop(self) -> None:
        self._stopped = True
        self.nudge()

    def run(self) -> None:
        """Until stopped; a broker that is away is tried again."""
        while not self._stopped:
            try:
                self._beat()
            except (*self._connection.connection_errors, OperationalError) as error:
                log.warning("broker away", error=str(error))
                self._connection.close()
                eventlet.sleep(1)

    def _beat(self) -> None:
        self._connection.ensure_connection(max_retries=1, timeout=5)
        channel = self._connection.channel()
        nudges = Exchange(topology.NUDGES, "fanout", durable=False)(channel)
        heartbeats = Exchange(topology.HEARTBEATS, "fanout", durable=False)(channel)
        nudges.declare()
        heartbeats.declare()
        producer = Producer(channel)
        next_beat = 0.0
        while not self._stopped:
            if time.monotonic() >= next_beat:
                self._send(producer, heartbeats, self._state().to_json())
                next_beat = time.monotonic() + heartbeat.EVERY
            self._wait(next_beat - time.monotonic())
            if self._wake.ready():
                self._wake.reset()
                self._send(producer, nudges, self._service.encode())

    def _wait(self, seconds: float) -> None:
        with eventlet.Timeout(max(seconds, 0.001), False):
            self._wake.wait()

    @staticmethod
    def _send(producer: Any, exchange: Any, body: bytes) -> None:
        producer.publish(body, exchange=exchange, content_type="application/json", delivery_mode=1, retry=False)
