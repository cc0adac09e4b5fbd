"""Numbers for Prometheus, added up over all workers.

The workers of a gateway are processes: prometheus-client's multiprocess mode lets each write its counts to a file
of its own in PROMETHEUS_MULTIPROC_DIR (set by __main__), and whoever is asked for /metrics adds them up. A worker
that died leaves its file, so that counters never fall. Gauges come from heartbeats, which every worker hears.
"""

import os
from collections.abc import Callable, Iterable
from typing import Final

from prometheus_client import CONTENT_TYPE_LATEST, CollectorRegistry, Counter, Histogram, generate_latest
from prometheus_client.core import Metric
from prometheus_client.multiprocess import MultiProcessCollector
from prometheus_client.registry import Collector

_BUCKETS: Final = (0.001, 0.0025, 0.005, 0.01, 0.025, 0.05, 0.1, 0.25, 0.5, 1.0, 2.5, 5.0)


class Metrics:
    """What a worker counts. Labels are route templates and method names: never a path, which may hold a token."""

    def __init__(self) -> None:
        self._registry = CollectorRegistry()
        self._requests = Counter(
            "malmi_http_requests", "Requests answered", ("method", "route", "status"), registry=self._registry
        )
        self._seconds = Histogram(
            "malmi_http_request_seconds",
            "Time from request to answer",
            ("method", "route"),
            registry=self._registry,
            buckets=_BUCKETS,
        )
        self._calls = Histogram(
            "malmi_rpc_seconds",
            "Time of a call to a service, by its outcome",
            ("call", "outcome"),
            registry=self._registry,
            buckets=_BUCKETS,
        )
        # to look up a label costs more than to count
        self._answers: dict[tuple[str, str, int], tuple[Counter, Histogram]] = {}

    def answered(self, method: str, route: str, status: int, seconds: float) -> None:
        found = self._answers.get((method, route, status))
        if found is None:
            found = (self._requests.labels(method, route, str(status)), self._seconds.labels(method, route))
            self._answers[method, route, status] = found
        found[0].inc()
        found[1].observe(seconds)

    def called(self, call: str, outcome: str, seconds: float) -> None:
        self._calls.labels(call, outcome).observe(seconds)

    def page(self, gauges: Callable[[], Iterable[Metric]]) -> tuple[bytes, str]:
        """The text of /metrics and its content type; `gauges` gives what this worker knows of other parts."""
        registry = self._registry
        if "PROMETHEUS_MULTIPROC_DIR" in os.environ:
            registry = CollectorRegistry()
            MultiProcessCollector(registry)  # type: ignore[no-untyped-call]
        others = CollectorRegistry()
        others.register(_Given(gauges))
        return generate_latest(registry) + generate_latest(others), CONTENT_TYPE_LATEST


class _Given(Collector):
    def __init__(self, gauges: Callable[[], Iterable[Metric]]) -> None:
        self._gauges = gauges

    def collect(self) -> Iterable[Metric]:
        return self._gauges()
