"""A whole node with a record of each kind, for a tool that tries the API by its own document.

The courier does not run: whatever addresses of webhooks and people are made up here, nothing is sent to them.
"""

from collections.abc import Iterator
from dataclasses import dataclass
from typing import Any

import httpx
import pytest

from tests.harness import until
from tests.harness.whole import WholeNode, whole_node


@dataclass(frozen=True, slots=True)
class Subject:
    """url: of the gateway. secret: a coordinator's key. ids: of a record, by the beginning of the paths below
    /api/v1 that name it."""

    url: str
    secret: str
    ids: dict[str, str]


@pytest.fixture(scope="session")
def whole(tmp_path_factory: pytest.TempPathFactory) -> Iterator[WholeNode]:
    folder = tmp_path_factory.mktemp("document")
    yield from whole_node(folder, 18_500, without=("courier",), MALMI_WEBHOOKS_PRIVATE="0")


@pytest.fixture(scope="session")
def subject(whole: WholeNode) -> Subject:
    account = whole.person("koordinaattori@example.org", "coordinator", "FI1DC")
    with whole.client_of(account["id"]) as client:
        until(lambda: client.get("/me").status_code == 200, says="the key is known")
        ids = _records(client)
        return Subject(whole.url, client.headers["Authorization"], ids)


def _records(client: httpx.Client) -> dict[str, str]:
    def made(path: str, body: dict[str, Any]) -> str:
        response = client.post(path, json=body)
        assert response.status_code in (200, 201, 202), response.text
        return str(response.json()["id"])

    name = {"fi": "Esimerkki", "sv": "Exempel", "en": "Example"}
    organisation = made("/organisations", {"name": name, "kind": "research", "regions": ["FI1DC"]})
    proposed = made("/proposals", {"name": {"fi": "Esimerkki Oy"}, "kind": "company", "regions": ["FI1DC"]})
    consortium = made("/consortia", {"name": name, "kind": "cluster", "regions": ["FI1DC"]})
    member = made(f"/consortia/{consortium}/members", {"organisation": organisation, "agreed": True})
    group = made(f"/consortia/{consortium}/working-groups", {"name": name})
    target = {"kind": "consortium", "id": consortium}
    news = made("/news", {"target": target, "title": name, "body": name})
    event = {
        "organiser": {"kind": "region", "id": "FI1DC"},
        "title": name,
        "begins": "2090-05-04T09:00:00+03:00",
        "ends": "2090-05-04T12:00:00+03:00",
        "place": {"name": "Outokumpu", "region": "FI1DC"},
        "capacity": 1,
    }
    draft = made("/events", event)
    made(f"/events/{draft}/publish", {})
    return {
        "organisations": organisation,
        "proposals": proposed,
        "consortia": consortium,
        "memberships": member,
        "working-groups": group,
        "news": news,
        "events": draft,
    }
