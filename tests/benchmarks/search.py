"""Searches at a hundred a second, each address asked once, so that every one of them is really searched for."""

import random
from collections.abc import Iterator, Sequence
from urllib.parse import urlencode

import psutil

from . import made_up, open_loop, wrk
from .figures import Figure, Scale
from .made_up import MadeUp
from .reads import fill
from .site import Site

_RATE = 100.0
_AIM = "p99 under 15 ms at 100 a second"
_COMMON = ("oy", "esimerkki", "yritys", "kaivoksia", "palvelee", "ltd")
_PREFIXES = ("o", "k", "yr", "ka", "va", "es", "kai", "malm", "rikast", "joen")


def search(site: Site, scale: Scale) -> Iterator[Figure]:
    """Organisations and events, by rare words, beginnings of words, very common words, several words, with filters."""
    filled = fill(site, scale)
    gateway = psutil.Process(site.parts["gateway"].process.pid)
    count = max(20, int(scale.seconds * _RATE))
    for name, targets in targets_of(filled, count).items():
        before = wrk.cpu_of(gateway)
        asked = open_loop.ask(site.url, targets, _RATE)
        used = wrk.cpu_of(gateway) - before
        yield Figure(
            f"search, {name}: p99",
            asked.percentile(0.99),
            "ms",
            aim=_AIM,
            details={
                "p50_ms": round(asked.percentile(0.5), 2),
                "longest_ms": round(asked.percentile(1), 2),
                "asked": len(targets),
                "rate": round(len(targets) / asked.seconds, 1),
                "cpu_ms": round(used * 1000 / len(targets), 2),
            },
        )


def targets_of(filled: MadeUp, count: int, seed: int = 7) -> dict[str, list[str]]:
    """The addresses of each benchmark, by its name."""
    chosen = random.Random(seed)
    rare = [f"{first}{second}{third}" for first in _parts() for second in _parts() for third in _parts()]
    words = {
        "organisations by rare words": lambda: chosen.choice(rare),
        "organisations by beginnings of words": lambda: (
            chosen.choice(_PREFIXES) if chosen.random() < 0.5 else chosen.choice(rare)[: chosen.randrange(2, 6)]
        ),
        "organisations by very common words": lambda: chosen.choice(_COMMON),
        "organisations by several common words": lambda: " ".join(chosen.sample((*_COMMON, *_PREFIXES), 3)),
    }
    found = {
        name: [_address("organisations", number, q=word()) for number in range(count)] for name, word in words.items()
    }
    found["organisations by common words, filtered"] = [
        _address(
            "organisations",
            number,
            q=chosen.choice((*_COMMON, *_PREFIXES)),
            region=chosen.choice(made_up.REGIONS),
            competence=chosen.choice(("training.advice", "processing.service", "processing")),
        )
        for number in range(count)
    ]
    asked = ("seminaari", "työpaja", "kaivosvesien", "se", "s", "kuopio", "seminar on min", "kaivosten digin", "es")
    found["events by words and beginnings"] = [
        _address("events", number, q=chosen.choice(asked)) for number in range(count)
    ]
    return found


def _parts() -> Sequence[str]:
    return made_up.SYLLABLES


def _address(path: str, number: int, *, q: str, **query: str) -> str:
    """Another one for each number, so that none is answered with what was kept of one before."""
    asked = {"q": q + " " * (number // 20), "limit": str(41 + number % 20), **query}
    return f"/api/v1/{path}?{urlencode(asked)}"
