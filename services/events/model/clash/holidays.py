"""Days on which people of a region are off: public holidays and holiday periods. Both are a weak clash."""

from collections.abc import Iterable, Mapping
from dataclasses import dataclass
from typing import Literal


@dataclass(frozen=True, slots=True)
class Off:
    """first, last: numbers of days. name: in words, by language. regions: those where it holds."""

    kind: Literal["holiday", "holiday_period"]
    code: str
    first: int
    last: int
    name: Mapping[str, str]
    regions: tuple[str, ...]


def off_on(first: int, last: int, known: Iterable[Off]) -> list[Off]:
    """Those that fall on the days of an event, public holidays before periods, in order of days."""
    met = [off for off in known if off.first <= last and first <= off.last]
    return sorted(met, key=lambda off: (off.kind != "holiday", off.first, off.code))
