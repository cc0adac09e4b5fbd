"""Which events stand in each other's way: the rule of DOMAIN.md, "Vocabularies", on days and times alone."""

from .days import FARTHEST, day_span, local_day
from .free import Candidate, candidates, rank
from .holidays import Off, off_on
from .occupied import Occupied, SpeakerKey
from .rule import SEVERITIES, Clash, Reason, Severity, clash, worst_first

__all__ = [
    "FARTHEST",
    "SEVERITIES",
    "Candidate",
    "Clash",
    "Occupied",
    "Off",
    "Reason",
    "Severity",
    "SpeakerKey",
    "candidates",
    "clash",
    "day_span",
    "local_day",
    "off_on",
    "rank",
    "worst_first",
]
