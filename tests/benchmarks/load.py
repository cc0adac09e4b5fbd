"""Many clients at once, each a thread with a connection that it keeps; how long each request took."""

import http.client
import json
import math
import threading
import time
from collections.abc import Callable, Sequence
from dataclasses import dataclass
from typing import Any, TypeVar

T = TypeVar("T")


@dataclass(frozen=True, slots=True)
class Answer:
    """status 0: the connection broke. began, ended: by time.monotonic()."""

    status: int
    body: bytes
    began: float
    ended: float

    @property
    def seconds(self) -> float:
        return self.ended - self.began

    def json(self) -> Any:
        """The body, which is JSON."""
        return json.loads(self.body)


class Connection:
    """One client of the gateway; not for several threads."""

    def __init__(self, port: int, key: str | None = None) -> None:
        self._connection = http.client.HTTPConnection("127.0.0.1", port, timeout=60)
        self._headers = {"Content-Type": "application/json"} | ({"Authorization": f"Bearer {key}"} if key else {})

    def connect(self) -> None:
        """Now, so that the first request need not."""
        self._connection.connect()

    def post(self, path: str, body: dict[str, Any] | bytes, **headers: str) -> Answer:
        """Posts JSON, or bytes with the headers that say what they are (content_type="text/csv")."""
        named = {name.replace("_", "-").title(): value for name, value in headers.items()}
        content = body if isinstance(body, bytes) else json.dumps(body).encode()
        return self._ask("POST", path, content, {**self._headers, **named})

    def patch(self, path: str, body: dict[str, Any]) -> Answer:
        return self._ask("PATCH", path, json.dumps(body).encode(), self._headers)

    def get(self, path: str) -> Answer:
        return self._ask("GET", path, None, self._headers)

    def close(self) -> None:
        self._connection.close()

    def _ask(self, verb: str, path: str, content: bytes | None, headers: dict[str, str]) -> Answer:
        began = time.monotonic()
        try:
            self._connection.request(verb, f"/api/v1{path}", content, headers)
            response = self._connection.getresponse()
            body = response.read()
        except (OSError, http.client.HTTPException):
            self._connection.close()
            return Answer(0, b"", began, time.monotonic())
        return Answer(response.status, body, began, time.monotonic())


def shared(jobs: Sequence[Callable[[int], T]], threads: int) -> tuple[list[T], float]:
    """Runs the jobs in so many threads, each taking the next; what they gave, and the seconds that all took.

    A job gets the number of its thread. Raises what a job raised.
    """
    results: dict[int, T] = {}
    failed: list[BaseException] = []
    numbers = iter(range(len(jobs)))
    taking, together = threading.Lock(), threading.Barrier(threads + 1)

    def run(thread: int) -> None:
        together.wait()
        while not failed:
            with taking:
                number = next(numbers, None)
            if number is None:
                return
            try:
                results[number] = jobs[number](thread)
            except BaseException as error:  # noqa: BLE001 - raised again by who waits for them all
                failed.append(error)

    running = [threading.Thread(target=run, args=(number,), daemon=True) for number in range(threads)]
    for thread in running:
        thread.start()
    together.wait()
    began = time.monotonic()
    for thread in running:
        thread.join()
    seconds = time.monotonic() - began
    if failed:
        raise failed[0]
    return [results[number] for number in range(len(jobs))], seconds


def percentile(values: Sequence[float], share: float) -> float:
    """The value that this share of all does not exceed (nearest rank), e.g. percentile(seconds, 0.99)."""
    ordered = sorted(values)
    return ordered[max(0, math.ceil(share * len(ordered)) - 1)]


def milliseconds(values: Sequence[float]) -> dict[str, float]:
    """p50_ms and p99_ms of seconds."""
    return {
        "p50_ms": round(percentile(values, 0.5) * 1000, 1),
        "p99_ms": round(percentile(values, 0.99) * 1000, 1),
    }
