"""Health, readiness and numbers."""

import contextlib
import os
import secrets
import shutil
import signal
import subprocess
import time
from dataclasses import replace
from datetime import datetime, timedelta
from pathlib import Path
from typing import Any

import httpx
import pytest
from prometheus_client.parser import text_string_to_metric_families

from deploy.node import broker
from gateway.health import EXPECTED, NEARLY_FULL, SILENT_AFTER, Disk, Parts
from services.contracts.envelope import format_time
from services.runtime import topology
from services.runtime.heartbeat import beat_of
from tests.gateway.http import records, serving
from tests.gateway.http.responder import Responder
from tests.gateway.http.serving import GatewayProcess, ReadModel
from tests.harness.waiting import until


def ready(gateway: GatewayProcess) -> dict[str, Any]:
    answer = httpx.get(f"{gateway.url}/readyz")
    assert (answer.status_code == 200) == answer.json()["ready"]
    body: dict[str, Any] = answer.json()
    return body


def numbers(gateway: GatewayProcess, name: str, **labels: str) -> float:
    """The sum of the samples of this name with these labels."""
    text = httpx.get(f"{gateway.url}/metrics").text
    return sum(
        sample.value
        for family in text_string_to_metric_families(text)
        for sample in family.samples
        if sample.name == name and labels.items() <= sample.labels.items()
    )


def test_a_node_is_ready_when_every_part_was_heard_and_says_what_is_missing(
    gateway: GatewayProcess, services: Responder
) -> None:
    services.beat(*(part for part in EXPECTED if part != "courier"))
    services.beat("projector", ready=False)
    state = until(lambda: (found := ready(gateway))["parts"][0]["heard"] and found, limit=10)
    assert {"courier", "projector"} <= set(state["missing"])
    services.beat(*EXPECTED, outbox_waiting=3)

    def all_ready() -> bool:  # every worker has to have heard them
        return all(_ready_with(gateway, "relay", outbox_waiting=3) for _ in range(6))

    until(all_ready, limit=10)


def _ready_with(gateway: GatewayProcess, part: str, **details: float) -> bool:
    state = ready(gateway)
    return (
        state["ready"]
        and {"part": part, "details": details}.items()
        <= next(found for found in state["parts"] if found["part"] == part).items()
    )


def test_a_part_that_fell_silent_is_missing(monkeypatch: pytest.MonkeyPatch) -> None:
    now = [100.0]
    monkeypatch.setattr("gateway.health.time.monotonic", lambda: now[0])
    parts = Parts()
    parts.hear(beat_of("relay", ready=True, numbers={}))
    assert next(state for state in parts.states() if state["part"] == "relay")["ready"]
    now[0] += SILENT_AFTER + 0.1
    silent = next(state for state in parts.states() if state["part"] == "relay")
    assert not silent["heard"]
    assert silent["says"] == "silent for 10 s"


@pytest.mark.parametrize(("ahead", "says"), [(3600, "3600 s ahead of"), (-3600, "3600 s behind")])
def test_a_part_whose_clock_is_not_the_gateways_is_not_ready_and_told_why(ahead: int, says: str) -> None:
    parts = Parts()
    beat = beat_of("events", ready=True, numbers={})
    at = datetime.fromisoformat(beat.at) + timedelta(seconds=ahead)
    parts.hear(replace(beat, at=format_time(at)))
    state = next(state for state in parts.states() if state["part"] == "events")
    assert (state["heard"], state["ready"]) == (True, False)
    assert state["says"] == f"its clock is {says} the gateway's"
    parts.hear(beat)
    assert next(state for state in parts.states() if state["part"] == "events")["ready"]


def test_a_disk_that_is_nearly_full_is_warned_of_and_told_as_a_number(gateway: GatewayProcess, tmp_path: Path) -> None:
    told = ready(gateway)["disk"]
    free = shutil.disk_usage(tmp_path).free  # the data folders of this run lie on the same disk
    assert told["total"] == shutil.disk_usage(tmp_path).total
    assert numbers(gateway, "malmi_disk_free_bytes") == pytest.approx(free, rel=0.1)
    assert Disk(NEARLY_FULL - 1, 10 * NEARLY_FULL).nearly_full
    assert not Disk(NEARLY_FULL, 10 * NEARLY_FULL).nearly_full


def test_metrics_add_up_all_workers_and_name_no_path(gateway: GatewayProcess, services: Responder) -> None:
    services.answer("notifications.own_subscription", records.subscription())
    route = {"route": "/{language}/confirm/{token}", "method": "GET", "status": "200"}
    before = numbers(gateway, "malmi_http_requests_total", **route)
    calls = numbers(gateway, "malmi_rpc_seconds_count", call="notifications.own_subscription")
    for _ in range(20):  # a connection each: the workers share them
        assert httpx.get(f"{gateway.url}/fi/confirm/token-in-a-path").status_code == 200
    assert numbers(gateway, "malmi_http_requests_total", **route) == before + 20
    assert numbers(gateway, "malmi_rpc_seconds_count", call="notifications.own_subscription") == calls + 20
    assert "token-in-a-path" not in httpx.get(f"{gateway.url}/metrics").text


def test_metrics_tell_the_numbers_of_heartbeats(gateway: GatewayProcess, services: Responder) -> None:
    services.beat("events", outbox_waiting=7, dead_letters=2)

    def told() -> bool:
        return all(numbers(gateway, "malmi_outbox_waiting", part="events") == 7 for _ in range(6))

    until(told, limit=10)
    assert numbers(gateway, "malmi_dead_letters", part="events") == 2
    assert numbers(gateway, "malmi_part_ready", part="events") == 1


def test_a_worker_that_dies_is_replaced_and_counters_do_not_fall(
    own_broker: broker.BrokerHandle, tmp_path: Path
) -> None:
    ReadModel(tmp_path / "read_model").close()
    gateway = serving.start(tmp_path, own_broker.uri_of("gateway"), {"MALMI_WORKERS": "1"})
    try:
        for _ in range(10):
            assert httpx.get(f"{gateway.url}/api/v1/events").status_code == 200
        (worker,) = gateway.workers()
        os.kill(worker, signal.SIGKILL)
        until(lambda: [pid for pid in gateway.workers() if pid != worker], limit=20)

        def answers() -> bool:
            try:
                return httpx.get(f"{gateway.url}/healthz").status_code == 200
            except httpx.TransportError:
                return False

        until(answers, limit=20)
        assert numbers(gateway, "malmi_http_requests_total", route="/api/v1/events") == 10
    finally:
        code = gateway.stop()
    assert code == 0


def test_without_a_broker_reads_and_pages_are_served_and_commands_say_that_nothing_happened(tmp_path: Path) -> None:
    model = ReadModel(tmp_path / "read_model")
    event = records.event()
    model.show(records.fact("events.event.published", event))
    model.close()
    gateway = serving.start(tmp_path, f"amqp://gateway:x@127.0.0.1:{serving.free_port()}/malmi")
    try:
        client = gateway.client()
        assert client.get(f"/api/v1/events/{event['id']}").status_code == 200
        assert event["title"]["fi"] in client.get("/fi/").text
        answer = client.post("/api/v1/events", json=records.draft_arguments())
        assert answer.status_code == 503
        assert answer.json()["type"].endswith("/problems/service_away")
        assert "Retry-After" in answer.headers
        assert "broker" in ready(gateway)["missing"]
        page = client.get("/sv/confirm/token", headers={"Accept": "text/html"})
        assert page.status_code == 503
        assert "Tjänsten svarar inte" in page.text
    finally:
        assert gateway.stop() == 0


def test_without_a_read_model_it_lives_says_so_and_pages_open(own_broker: broker.BrokerHandle, tmp_path: Path) -> None:
    gateway = serving.start(tmp_path, own_broker.uri_of("gateway"))
    try:
        client = gateway.client()
        assert client.get("/healthz").status_code == 200
        assert "read model" in ready(gateway)["missing"]
        assert client.get("/api/v1/events").status_code == 503
        assert client.get("/api/v1/me", headers={"Cookie": "malmi_session=x"}).status_code == 401
        assert client.get("/fi/").status_code == 200
    finally:
        assert gateway.stop() == 0


def test_sigterm_ends_it_soon_though_a_live_stream_is_open(own_broker: broker.BrokerHandle, tmp_path: Path) -> None:
    ReadModel(tmp_path / "read_model").close()
    gateway = serving.start(tmp_path, own_broker.uri_of("gateway"))
    with httpx.stream("GET", f"{gateway.url}/api/v1/events/stream", timeout=30) as stream:
        assert stream.status_code in (200, 503)  # 503: no projector has made the log of the stream
        began = time.monotonic()
        assert gateway.stop() == 0
        assert time.monotonic() - began < 5


def test_told_to_stop_again_and_again_it_stops(own_broker: broker.BrokerHandle, tmp_path: Path) -> None:
    ReadModel(tmp_path / "read_model").close()
    gateway = serving.start(tmp_path, own_broker.uri_of("gateway"))
    until(lambda: gateway.client().get("/healthz").status_code == 200)
    for _ in range(400):
        gateway.process.send_signal(signal.SIGTERM)  # nothing to one that has ended
        # Without a pause the system makes one signal of them all: one must come while another is heeded.
        with contextlib.suppress(subprocess.TimeoutExpired):
            gateway.process.wait(0.00005)
    assert gateway.stop() == 0


def test_an_open_request_is_answered_before_the_end(
    own_broker: broker.BrokerHandle, services: Responder, tmp_path: Path
) -> None:
    ReadModel(tmp_path / "read_model").close()
    gateway = serving.start(tmp_path, own_broker.uri_of("gateway"))
    event = records.event()

    def slowly(_: object) -> dict[str, Any]:
        gateway.process.send_signal(signal.SIGTERM)
        return event  # and then the gateway waits a second for its read model

    services.answer("events.publish_event", slowly)
    answer = gateway.client().post(f"/api/v1/events/{event['id']}/publish")
    assert answer.status_code == 200
    assert answer.json() == event
    assert gateway.stop() == 0


@pytest.mark.full
def test_a_broker_that_comes_back_is_found_again(tmp_path: Path) -> None:
    accounts = [
        broker.Account(name, secrets.token_hex(12), rights.configure, rights.write, rights.read)
        for name, rights in topology.RIGHTS.items()
    ]
    ReadModel(tmp_path / "read_model").close()
    first = broker.start(tmp_path / "broker", accounts=accounts)
    gateway = serving.start(tmp_path / "data", first.uri_of("gateway"))
    try:
        first.stop()
        until(lambda: "broker" in ready(gateway)["missing"], limit=20)
        second = broker.start(tmp_path / "broker", accounts=accounts, ports=first.ports)
        try:
            until(lambda: "broker" not in ready(gateway)["missing"], limit=30)
            responder = Responder(second.uri).start()
            responder.answer("events.draft_event", records.draft())
            responder.beat("relay")

            def works() -> bool:
                return gateway.client().post("/api/v1/events", json=records.draft_arguments()).status_code == 201

            until(works, limit=20)

            def hears() -> bool:
                responder.beat("relay")
                return any(part["part"] == "relay" and part["heard"] for part in ready(gateway)["parts"])

            until(hears, limit=20)
            responder.stop()
        finally:
            second.stop()
    finally:
        gateway.stop()
