"""What a benchmark says: a number, its unit, and the raw limit that was measured beside it."""

from collections.abc import Iterator, Mapping
from dataclasses import dataclass, field
from typing import Any, Protocol

from .site import Site


@dataclass(frozen=True, slots=True)
class Figure:
    """name: what was measured. raw: what the bare parts reach in the same run, in the same unit; None where there
    is no such limit. aim: what we want, in words. details: further numbers, named with their unit (p99_ms)."""

    name: str
    value: float
    unit: str
    raw: float | None = None
    aim: str = ""
    details: Mapping[str, float | int | str] = field(default_factory=dict)

    @property
    def ratio(self) -> float | None:
        """Ours of the raw limit; None where there is none."""
        return None if not self.raw else self.value / self.raw

    def as_json(self) -> dict[str, Any]:
        """For the file of results."""
        return {
            "name": self.name,
            "value": round(self.value, 3),
            "unit": self.unit,
            "raw": None if self.raw is None else round(self.raw, 3),
            "ratio": None if self.ratio is None else round(self.ratio, 3),
            "aim": self.aim,
            "details": dict(self.details),
        }


@dataclass(frozen=True, slots=True)
class Scale:
    """How much there is: the issue's two sizes, or a small one that only shows that the benchmark works."""

    name: str
    actors: int
    events: int
    subscribers: int
    webhooks: int
    listeners: int
    seconds: float


TINY = Scale("tiny", actors=200, events=40, subscribers=60, webhooks=10, listeners=20, seconds=1)
SMALL = Scale("small", actors=10_000, events=1_000, subscribers=10_000, webhooks=1_000, listeners=1_000, seconds=10)
LARGE = Scale("large", actors=100_000, events=10_000, subscribers=10_000, webhooks=1_000, listeners=1_000, seconds=10)
SCALES = {scale.name: scale for scale in (TINY, SMALL, LARGE)}


class Benchmark(Protocol):
    """Measures on a running node, and yields each figure as soon as it is known. It cleans up after itself."""

    def __call__(self, site: Site, scale: Scale) -> Iterator[Figure]: ...
