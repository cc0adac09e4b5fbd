"""Services that were never started: there is not even a queue for their calls."""

from collections.abc import Iterator
from typing import Any

import httpx
import pytest

from deploy.node.ports import next_free
from tests.harness import NodeUnderTest, until
from tests.harness.node import running_node

from . import everyday
from .everyday import Answer

pytestmark = pytest.mark.full

COMMANDS = [
    ("events", "/events/evt_01kahp5v3mf0gt8zqk4c2w7se0/sign-ups", {"name": "Esimerkki", "email": "e@example.org"}),
    ("notifications", "/subscriptions", {"email": "e@example.org", "language": "fi", "filter": {"regions": ["FI1DC"]}}),
    ("actors", "/sign-in", {"email": "e@example.org"}),
]
"""Of services that visitors may command."""


@pytest.fixture(scope="module")
def url(tmp_path_factory: pytest.TempPathFactory) -> Iterator[str]:
    """Of a gateway beside which only the projector runs."""
    port = next_free(18_900)
    extra = {"MALMI_PORT": str(port), "MALMI_PUBLIC_URL": f"http://127.0.0.1:{port}", "MALMI_RATE_LIMIT_FACTOR": "0"}
    for node in running_node(tmp_path_factory.mktemp("never"), **extra):
        _start(node)
        yield f"http://127.0.0.1:{port}"


def _start(node: NodeUnderTest) -> None:
    node.start("projector")
    node.start("gateway")


@pytest.mark.parametrize(("service", "path", "body"), COMMANDS, ids=[service for service, _, _ in COMMANDS])
def test_a_command_to_a_service_that_was_never_started_is_answered_at_once(
    service: str, path: str, body: dict[str, Any], url: str
) -> None:
    began = httpx.post(f"{url}/api/v1{path}", json=body, timeout=20, trust_env=False)
    answer = Answer(began.status_code, began.elapsed.total_seconds(), began.headers, began.json())
    assert everyday.is_a_refusal_to_repeat(answer), answer
    assert answer.body["type"].endswith("/problems/service_away")
    assert "Nothing was carried out" in answer.body["detail"]


def test_reads_go_on_and_readyz_names_who_was_never_heard(url: str) -> None:
    for path in ("/api/v1/events", "/api/v1/organisations?q=esimerkki", "/calendar.ics", "/fi/", "/healthz"):
        assert httpx.get(f"{url}{path}", timeout=20, trust_env=False).status_code == 200, path

    def told() -> bool:
        answer = httpx.get(f"{url}/readyz", timeout=20, trust_env=False)
        missing = {"actors", "events", "consortium", "notifications", "relay", "courier"}
        return answer.status_code == 503 and set(answer.json()["missing"]) == missing

    until(told, limit=30, says="readyz names all but the projector")
