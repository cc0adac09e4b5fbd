"""The example records and the searches that are judged on them."""

from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from datetime import UTC, datetime, timedelta
from pathlib import Path
from typing import Any

import yaml

from services.contracts import identifiers
from services.contracts.envelope import Fact, format_time
from tests.gateway.read_model import samples

_HERE = Path(__file__).parent
FIRST = datetime(2027, 2, 1, 8, tzinfo=UTC)
LOOKED_AT = 10


@dataclass(frozen=True, slots=True)
class Asked:
    """A search and what is right about its answer. first: "" where nothing is plainly the best."""

    language: str
    q: str
    kind: str
    found: tuple[str, ...]
    never: tuple[str, ...]
    first: str


@dataclass(frozen=True, slots=True)
class Judged:
    """recall: how much of what should be found is in the first ten. rank: of the one that should be first, else of
    the first that is right; 0 when it is not there. wrong: what should not be there and is."""

    asked: Asked
    recall: float
    rank: int
    wrong: tuple[str, ...]

    @property
    def reciprocal(self) -> float:
        return 1 / self.rank if self.rank else 0.0


@dataclass(frozen=True, slots=True)
class Score:
    recall: float
    mrr: float
    wrong: int

    def __str__(self) -> str:
        return f"recall@10 {self.recall:.3f}, MRR {self.mrr:.3f}, {self.wrong} wrong"


def queries() -> list[Asked]:
    """All searches of queries.yaml."""
    written = yaml.safe_load((_HERE / "queries.yaml").read_text())
    return [
        Asked(
            language,
            entry["q"],
            entry["in"],
            tuple(entry["found"]),
            tuple(entry.get("never", ())),
            entry.get("first", ""),
        )
        for language, entries in written.items()
        for entry in entries
    ]


def corpus() -> tuple[list[Fact], dict[str, str]]:
    """The records of corpus.yaml as facts, and the name of each by its id."""
    written = yaml.safe_load((_HERE / "corpus.yaml").read_text())
    prefixes = {
        "organisation": identifiers.ORGANISATION,
        "event": identifiers.EVENT,
        "offering": identifiers.OFFERING,
        "news": identifiers.NEWS,
    }
    ids = {name: identifiers.new_id(prefixes[kind]) for kind, entries in written.items() for name in entries}
    made = {"organisation": _organisation, "event": _event, "offering": _offering, "news": _news}
    facts = [
        made[kind](number, ids[name], entry, ids)
        for kind, entries in written.items()
        for number, (name, entry) in enumerate(entries.items())
    ]
    return facts, {identity: name for name, identity in ids.items()}


def judge(asked: Asked, names: Sequence[str]) -> Judged:
    """names: of the first ten that were found, in order."""
    hits = [name for name in asked.found if name in names]
    wanted = [asked.first] if asked.first else asked.found
    rank = next((place for place, name in enumerate(names, 1) if name in wanted), 0)
    return Judged(asked, len(hits) / len(asked.found), rank, tuple(name for name in asked.never if name in names))


def score(judged: Iterable[Judged]) -> Score:
    every = list(judged)
    count = len(every)
    return Score(
        sum(each.recall for each in every) / count,
        sum(each.reciprocal for each in every) / count,
        sum(len(each.wrong) for each in every),
    )


def _organisation(number: int, identity: str, entry: dict[str, Any], ids: dict[str, str]) -> Fact:
    data = {
        "state": "admitted",
        "competences": [],
        "summary": {},
        "website": None,
        "nuts_version": 2024,
        **entry,
    }
    data["identifiers"] = [{"scheme": "y-tunnus", "value": value} for value in entry.get("identifiers", [])]
    return samples.fact("actors.organisation.registered", identity, data)


def _event(number: int, identity: str, entry: dict[str, Any], ids: dict[str, str]) -> Fact:
    begins = FIRST + timedelta(days=number * 13 % 32)  # in no order that helps
    name, address = entry.get("place") or ("", "")
    place = {"name": name, "address": address, "region": entry["region"]} if name else None
    data = {
        "state": "published",
        "organiser": {"kind": "region", "id": entry["region"]},
        "title": entry["title"],
        "summary": entry["summary"],
        "description": {},
        "begins": format_time(begins),
        "ends": format_time(begins + timedelta(hours=6)),
        "time_zone": "Europe/Helsinki",
        "place": place,
        "link": None if place else "https://example.org/",
        "themes": entry["themes"],
        "regions": [entry["region"]],
        "languages": sorted(entry["title"]),
        "audience": {"kind": "public", "ids": []},
        "capacity": None,
        "sign_up_closes": None,
        "cancellation": {},
    }
    return samples.fact("events.event.published", identity, data)


def _offering(number: int, identity: str, entry: dict[str, Any], ids: dict[str, str]) -> Fact:
    data = {
        "state": "offered",
        "materials": [],
        "trl_from": None,
        "trl_to": None,
        "nace": [],
        "regions": [],
        "link": None,
        **entry,
        "organisation": ids[entry["organisation"]],
    }
    return samples.fact("actors.offering.offered", identity, data)


def _news(number: int, identity: str, entry: dict[str, Any], ids: dict[str, str]) -> Fact:
    data = {
        "state": "posted",
        "target": {"kind": "region", "id": "FI1DC"},
        "consortium": None,
        "themes": [],
        "regions": ["FI1DC"],
        "audience": "public",
        "link": None,
        **entry,
    }
    return samples.fact("consortium.news.posted", identity, data)
