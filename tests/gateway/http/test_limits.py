"""How often the public may do what costs something, and who is counted."""

from types import SimpleNamespace
from typing import Any

import pytest
from hypothesis import given
from hypothesis import strategies as st

from gateway import limits
from gateway.auth import NOBODY, Caller
from gateway.limits import Limits, Policy
from gateway.problems import Problem
from services.contracts.principal import Principal
from tests.gateway.http.responder import Responder
from tests.gateway.http.serving import GatewayProcess

POLICY = Policy("example", 10, 60)


class Clock:
    def __init__(self) -> None:
        self.now = 0.0

    def __call__(self) -> float:
        return self.now


def taken(buckets: Limits, client: str = "a") -> bool:
    try:
        buckets.take(POLICY, client)
    except Problem:
        return False
    return True


def test_a_burst_passes_then_one_at_a_time_as_tokens_come_back() -> None:
    clock = Clock()
    buckets = Limits(clock=clock)
    assert [taken(buckets) for _ in range(12)] == [True] * 10 + [False] * 2
    clock.now += 6.01
    assert [taken(buckets) for _ in range(2)] == [True, False]
    assert taken(buckets, "another client")


def test_waiting_as_long_as_retry_after_says_is_enough() -> None:
    clock = Clock()
    buckets = Limits(clock=clock)
    while taken(buckets):
        pass
    with pytest.raises(Problem) as refused:
        buckets.take(POLICY, "a")
    clock.now += int(refused.value.headers["Retry-After"])
    assert taken(buckets)


@given(st.lists(st.floats(0, 30), min_size=1, max_size=60))
def test_no_client_ever_gets_more_than_a_burst_and_the_rate(pauses: list[float]) -> None:
    clock = Clock()
    buckets = Limits(clock=clock)
    passed = 0
    for pause in pauses:
        clock.now += pause
        passed += taken(buckets)
    assert passed <= 10 + clock.now * 10 / 60 + 1e-6


def test_workers_share_a_policy_and_a_factor_of_zero_switches_it_off() -> None:
    halves = Limits(workers=2, clock=Clock())
    assert sum(taken(halves) for _ in range(20)) == 5
    off = Limits(factor=0, clock=Clock())
    assert all(taken(off) for _ in range(1_000))


def test_memory_is_bounded_however_many_clients_come(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(limits, "_MOST_BUCKETS", 100)
    buckets = Limits(clock=Clock())
    for number in range(1_000):
        taken(buckets, str(number))
    assert len(buckets._buckets) == 100


def request_from(peer: str, forwarded: str | None = None) -> Any:
    return SimpleNamespace(remote_addr=peer, get_header=lambda name: forwarded)


@pytest.mark.parametrize(
    ("peer", "forwarded", "proxies", "client"),
    [
        ("192.0.2.1", "198.51.100.9", 0, "192.0.2.1"),
        ("127.0.0.1", "198.51.100.9", 1, "198.51.100.9"),
        ("127.0.0.1", "1.1.1.1, 198.51.100.9", 1, "198.51.100.9"),
        ("127.0.0.1", "1.1.1.1, 198.51.100.9, 10.0.0.2", 2, "198.51.100.9"),
        ("127.0.0.1", None, 1, "127.0.0.1"),
        ("127.0.0.1", "198.51.100.9", 3, "198.51.100.9"),
        ("2001:db8:1:2:3::4", None, 0, "2001:db8:1:2::/64"),
        ("::ffff:192.0.2.1", None, 0, "192.0.2.1"),
        ("127.0.0.1", "<script>", 1, "unknown"),
    ],
)
def test_only_what_our_own_proxies_wrote_is_believed_of_an_address(
    peer: str, forwarded: str | None, proxies: int, client: str
) -> None:
    assert limits.client_of(request_from(peer, forwarded), NOBODY, proxies) == client


def test_a_key_is_counted_by_itself_wherever_it_is_used() -> None:
    caller = Caller(Principal("account", "acc_1"), "key", "key_1")
    assert limits.client_of(request_from("192.0.2.1"), caller, 0) == "key_1"


def test_the_limit_is_told_in_headers_and_then_kept(gateway: GatewayProcess, services: Responder) -> None:
    services.answer("actors.request_sign_in", None)
    client = gateway.client()
    answers = [client.post("/api/v1/sign-in", json={"email": "a@example.org"}) for _ in range(20)]
    first = answers[0]
    assert first.status_code == 202
    assert first.headers["RateLimit-Policy"] == '"sign-in";q=15;w=60'
    assert first.headers["RateLimit"].startswith('"sign-in";r=')
    refused = answers[-1]
    assert refused.status_code == 429
    assert refused.headers["Content-Type"] == "application/problem+json"
    assert int(refused.headers["Retry-After"]) >= 1
    assert gateway.client().post("/api/v1/sign-in", json={"email": "a@example.org"}).status_code == 202


def test_reading_is_not_limited(gateway: GatewayProcess) -> None:
    client = gateway.client()
    assert {client.get("/api/v1/events").status_code for _ in range(200)} == {200}
