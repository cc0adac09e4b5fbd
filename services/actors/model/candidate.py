"""The recruiting pipeline: organisations that a coordinator would win for the network, and how far that is."""

from collections import Counter
from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from datetime import date, datetime, timedelta
from statistics import median
from typing import Any, Final, Literal

from services.contracts.errors import Conflict, field_error

from .record import Record, next_version

Stage = Literal["mapped", "contacted", "negotiating", "agreed", "declined"]
WAY: Final[tuple[Stage, ...]] = ("mapped", "contacted", "negotiating", "agreed")
"""The stages in order; declined may follow each of the first three."""
STAGES: Final[tuple[Stage, ...]] = (*WAY, "declined")
ENDS: Final = ("agreed", "declined")
MOST_TALKS: Final = 500


@dataclass(frozen=True, slots=True)
class Entered:
    """A stage that was entered. by: the account that moved the candidate."""

    stage: Stage
    at: datetime
    by: str | None


@dataclass(frozen=True, slots=True)
class Talk:
    """A talk with a candidate. by: who of ours held it, an account."""

    on: date
    summary: str
    by: str | None


@dataclass(frozen=True, slots=True)
class NextStep:
    what: str
    due: date


@dataclass(frozen=True, slots=True)
class Candidate(Record):
    """state: its stage. region: whose coordinators see it. organisation: of the registry, else None and `name` alone.
    stages: in the order in which they were entered, the last one is `state`."""

    state: Stage
    region: str
    name: str
    organisation: str | None = None
    note: str = ""
    stages: tuple[Entered, ...] = ()
    talks: tuple[Talk, ...] = ()
    next_step: NextStep | None = None


def move(candidate: Candidate, stage: Stage, by: str | None, now: datetime, incarnation: int) -> Candidate:
    """To another stage, also back. Raises Conflict when it is there already."""
    if candidate.state == stage:
        raise Conflict(f"This candidate is {stage} already.")
    step = None if stage in ENDS else candidate.next_step
    stages = (*candidate.stages, Entered(stage, now, by))
    return next_version(candidate, now, incarnation, state=stage, stages=stages, next_step=step)


def add_talk(candidate: Candidate, talk: Talk, today: date, now: datetime, incarnation: int) -> Candidate:
    """Talks stand in order of their days. Raises Invalid for a day to come, Conflict when there are too many."""
    if talk.on > today:
        raise field_error("on", "A talk is noted when it was held. Plan a next step instead.")
    if len(candidate.talks) >= MOST_TALKS:
        raise Conflict(f"A candidate has at most {MOST_TALKS} talks.")
    talks = tuple(sorted((*candidate.talks, talk), key=lambda each: each.on))
    return next_version(candidate, now, incarnation, talks=talks)


def plan(candidate: Candidate, step: NextStep | None, now: datetime, incarnation: int) -> Candidate:
    """What is to be done next; None: nothing. Raises Conflict for a candidate whose way has ended."""
    if step is not None and candidate.state in ENDS:
        raise Conflict(f"This candidate is {candidate.state}: move it back first, if the talks go on.")
    return candidate if candidate.next_step == step else next_version(candidate, now, incarnation, next_step=step)


def numbers(candidates: Sequence[Candidate], today: date, now: datetime) -> dict[str, Any]:
    """What a coordinator reports: how many are in each stage, how long they stay there, how many go on.

    days: median of the whole days from entering a stage to leaving it, or to now. conversion: of those that ever
    entered a stage (whoever came further entered those before), the share in percent that came further on the way;
    None where nobody was.
    """
    furthest = Counter(_furthest(candidate) for candidate in candidates)
    reached = {stage: sum(furthest[later] for later in range(place, len(WAY))) for place, stage in enumerate(WAY)}
    stays = [stay for candidate in candidates for stay in _stays(candidate, now)]
    now_in = Counter(candidate.state for candidate in candidates)
    steps = [candidate.next_step for candidate in candidates if candidate.next_step is not None]
    return {
        "candidates": len(candidates),
        "overdue": sum(step.due < today for step in steps),
        "agreed_percent": _percent(reached["agreed"], len(candidates)),
        "stages": [
            {
                "stage": stage,
                "now": now_in[stage],
                "entered": reached.get(stage, now_in[stage]),
                "days": _median(length for where, length in stays if where == stage),
                "conversion": _conversion(stage, reached),
            }
            for stage in STAGES
        ],
    }


def _furthest(candidate: Candidate) -> int:
    return max((WAY.index(entered.stage) for entered in candidate.stages if entered.stage in WAY), default=0)


def _stays(candidate: Candidate, now: datetime) -> list[tuple[Stage, timedelta]]:
    ends = [*(entered.at for entered in candidate.stages[1:]), now]
    return [(entered.stage, end - entered.at) for entered, end in zip(candidate.stages, ends, strict=True)]


def _median(lengths: Iterable[timedelta]) -> int | None:
    days = [length.days for length in lengths]
    return round(median(days)) if days else None


def _conversion(stage: Stage, reached: dict[Stage, int]) -> int | None:
    if stage in ENDS:
        return None
    return _percent(reached[WAY[WAY.index(stage) + 1]], reached[stage])


def _percent(part: int, whole: int) -> int | None:
    return round(100 * part / whole) if whole else None
