"""What a subscriber wants to hear of, and whether a record is that."""

from dataclasses import dataclass
from typing import Final

EVERYTHING: Final = "*"


@dataclass(frozen=True, slots=True)
class Filter:
    """Within a list any, between regions and themes both. Consortia and working groups stand for themselves: what
    concerns one of them matches whatever its region and theme."""

    everything: bool = False
    regions: tuple[str, ...] = ()
    themes: tuple[str, ...] = ()
    consortia: tuple[str, ...] = ()
    working_groups: tuple[str, ...] = ()

    @property
    def keys(self) -> tuple[str, ...]:
        """Index keys: whatever the filter matches has at least one of them."""
        if self.everything:
            return (EVERYTHING,)
        # With regions and themes both asked for, either list alone finds all that match.
        by_place = [f"region:{code}" for code in self.regions] or [f"theme:{code}" for code in self.themes]
        groups = [f"group:{group}" for group in (*self.consortia, *self.working_groups)]
        return tuple(sorted({*by_place, *groups}))

    @property
    def canonical(self) -> str:
        """One text for filters that mean the same."""
        if self.everything:
            return EVERYTHING
        lists = (self.regions, self.themes, self.consortia, self.working_groups)
        return ";".join(",".join(sorted(values)) for values in lists)


@dataclass(frozen=True, slots=True)
class Subject:
    """What a filter looks at in an event or a piece of news."""

    regions: tuple[str, ...] = ()
    themes: tuple[str, ...] = ()
    consortia: tuple[str, ...] = ()
    working_groups: tuple[str, ...] = ()

    @property
    def keys(self) -> tuple[str, ...]:
        """Every index key under which a filter that matches may stand."""
        groups = (f"group:{group}" for group in (*self.consortia, *self.working_groups))
        regions = (f"region:{code}" for code in self.regions)
        return (EVERYTHING, *sorted({*groups, *regions, *(f"theme:{code}" for code in self.themes)}))


def matches(wanted: Filter, subject: Subject) -> bool:
    """Whether a filter wants this."""
    if wanted.everything:
        return True
    if _share(wanted.consortia, subject.consortia) or _share(wanted.working_groups, subject.working_groups):
        return True
    if not wanted.regions and not wanted.themes:
        return False
    in_region = not wanted.regions or _share(wanted.regions, subject.regions)
    on_theme = not wanted.themes or _share(wanted.themes, subject.themes)
    return in_region and on_theme


def _share(one: tuple[str, ...], other: tuple[str, ...]) -> bool:
    return not set(one).isdisjoint(other)
