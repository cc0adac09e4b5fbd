"""How soon the read model shows what a command did: one whose answer waits for that, and one that does not."""

import time
from collections.abc import Callable, Iterator
from typing import Any

from tests.harness import until

from .calendar_of_events import coordinator, published
from .figures import Figure, Scale
from .load import Answer, Connection, milliseconds, percentile
from .site import Site


def commands(site: Site, scale: Scale) -> Iterator[Figure]:
    """One client, one command after the other, each looked for in the public calendar."""
    key = coordinator(site)
    count = 5 if scale.name == "tiny" else 200
    client, visitor = Connection(site.port, key), Connection(site.port)
    events = published(site, key, count)
    answers, shown = [], []
    for number, event in enumerate(events):
        answer = client.patch(f"/events/{event}", {"title": {"fi": f"Esimerkki muuttui {number}"}})
        assert answer.status == 200, answer.body
        answers.append(answer.seconds)
        shown.append(_until_shown(visitor, event, answer, _is_version(answer.json()["version"])))
    yield from _figures("a changed event", answers, shown)
    answers, shown = [], []
    for number, event in enumerate(events):
        person = {"name": "Esimerkki", "email": f"person-{number}@example.org", "language": "fi"}
        answer = visitor.post(f"/events/{event}/sign-ups", person)
        assert answer.status == 201, answer.body
        answers.append(answer.seconds)
        shown.append(_until_shown(visitor, event, answer, _has_one))
    yield from _figures("a sign-up's count", answers, shown)
    client.close()
    visitor.close()


def _until_shown(visitor: Connection, event: str, answer: Answer, holds: Callable[[Any], bool]) -> float:
    """Seconds after the answer."""

    def shows() -> bool:
        return holds(visitor.get(f"/events/{event}").json())

    until(shows, limit=30, says="the read model shows it")
    return time.monotonic() - answer.ended


def _is_version(version: int) -> Callable[[Any], bool]:
    return lambda event: bool(event["version"] >= version)


def _has_one(event: Any) -> bool:
    return bool((event.get("places") or {}).get("confirmed") == 1)


def _figures(name: str, answers: list[float], shown: list[float]) -> Iterator[Figure]:
    for what, seconds in (("request to answer", answers), ("answer to read model", shown)):
        yield Figure(f"{name}: {what}, p99", percentile(seconds, 0.99) * 1000, "ms", details=milliseconds(seconds))
