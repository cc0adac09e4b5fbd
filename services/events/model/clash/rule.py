"""hard: a venue, a speaker, a host or a working group is shared, and times overlap. strong: theme and audience are
shared, on one day or overlapping. weak: theme or audience is shared within three days. (DOMAIN.md, "Vocabularies")"""

from collections.abc import Iterable
from dataclasses import dataclass
from typing import Final, Literal

from .days import FARTHEST
from .occupied import Occupied, SpeakerKey

Severity = Literal["hard", "strong", "weak"]
SEVERITIES: Final[tuple[Severity, ...]] = ("hard", "strong", "weak")
What = Literal["venue", "speaker", "host", "working_group", "theme", "audience"]


@dataclass(frozen=True, slots=True)
class Reason:
    """What is shared: keys of a venue, speakers' folded names, `<kind>:<id>` of hosts, ids, codes of themes; of
    audiences ids of consortia and working groups, and codes of regions."""

    what: What
    shared: tuple[str, ...]


@dataclass(frozen=True, slots=True)
class Clash:
    """days: between the two; 0 on the same day. overlaps: whether their times do."""

    severity: Severity
    reasons: tuple[Reason, ...]
    days: int
    overlaps: bool


def clash(one: Occupied, other: Occupied) -> Clash | None:
    """How bad it is that both take place, and why; None when nothing is shared. The same whichever comes first."""
    days = max(0, other.first - one.last, one.first - other.last)
    if days > FARTHEST:
        return None
    overlaps = one.begins < other.ends and other.begins < one.ends
    hard = tuple(_taken_twice(one, other)) if overlaps else ()
    weak = tuple(_alike(one, other))
    if hard:
        return Clash("hard", hard + weak, days, overlaps)
    if not weak:
        return None
    both = len(weak) == 2 and (days == 0 or overlaps)
    return Clash("strong" if both else "weak", weak, days, overlaps)


def worst_first(found: Clash) -> tuple[int, int, int, int]:
    """A key to sort by: how bad, then how near, then how many reasons."""
    return (SEVERITIES.index(found.severity), not found.overlaps, found.days, -len(found.reasons))


def _taken_twice(one: Occupied, other: Occupied) -> Iterable[Reason]:
    if one.venue and one.venue == other.venue:
        yield Reason("venue", (one.venue,))
    speakers = sorted({mine[0] for mine in one.speakers for yours in other.speakers if _same_person(mine, yours)})
    if speakers:
        yield Reason("speaker", tuple(speakers))
    yield from _shared("host", one.hosts, other.hosts)
    yield from _shared("working_group", one.groups, other.groups)


def _alike(one: Occupied, other: Occupied) -> Iterable[Reason]:
    yield from _shared("theme", one.themes, other.themes)
    audience = {*_common(one.consortia, other.consortia), *_common(one.groups, other.groups)}
    # who is in a working group is a member of its consortium
    audience |= _common((one.within,), other.consortia) | _common((other.within,), one.consortia)
    if one.is_open or other.is_open:
        audience |= _common(one.regions, other.regions)
    if audience:
        yield Reason("audience", tuple(sorted(audience)))


def _same_person(one: SpeakerKey, other: SpeakerKey) -> bool:
    """The same name, and not of two different organisations."""
    return one[0] == other[0] and (one[1] is None or other[1] is None or one[1] == other[1])


def _shared(what: What, one: Iterable[str], other: Iterable[str]) -> Iterable[Reason]:
    common = _common(one, other)
    if common:
        yield Reason(what, tuple(sorted(common)))


def _common(one: Iterable[str | None], other: Iterable[str | None]) -> set[str]:
    return {value for value in set(one) & set(other) if value is not None}
