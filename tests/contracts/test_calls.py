"""Remote calls: what contracts/rpc.py lists is what the services answer, and a call comes in as it went out."""

import json
import subprocess
import sys
from datetime import UTC, datetime
from pathlib import Path
from typing import Any

import pytest
from hypothesis import given
from hypothesis import strategies as st

from services.contracts import rpc
from services.contracts.errors import Invalid
from services.contracts.principal import ALL_SCOPES, OPERATOR, VISITOR, Principal
from services.contracts.rpc import Call

pytestmark = pytest.mark.quick

ROOT = Path(__file__).resolve().parents[2]
ENTRY_POINTS = """
import importlib, inspect, json, sys
from nameko.extensions import ENTRYPOINT_EXTENSIONS_ATTR
def entry_points(service):
    found = importlib.import_module(f"services.{service}.service").Service
    methods = inspect.getmembers(found, lambda member: hasattr(member, ENTRYPOINT_EXTENSIONS_ATTR))
    return [found.name, [name for name, _ in methods]]
json.dump([entry_points(service) for service in sys.argv[1:]], sys.stdout)
"""
"""In a process of its own: nameko brings eventlet, which the tests stay free of."""


@pytest.fixture(scope="module")
def entry_points() -> dict[str, set[str]]:
    command = [sys.executable, "-c", ENTRY_POINTS, *rpc.SERVICES]
    answer = subprocess.run(command, cwd=ROOT, capture_output=True, text=True, timeout=60)
    assert answer.returncode == 0, answer.stderr
    return {name: set(methods) for name, methods in json.loads(answer.stdout)}


@pytest.mark.parametrize("service", rpc.SERVICES)
def test_a_service_answers_exactly_the_calls_that_are_listed(service: str, entry_points: dict[str, set[str]]) -> None:
    listed = {method.name for method in rpc.ALL if method.service == service}
    assert entry_points[service] == listed


def test_calls_are_listed_once_and_belong_to_a_service() -> None:
    assert len(rpc.BY_NAME) == len(rpc.ALL)
    assert {method.service for method in rpc.ALL} == set(rpc.SERVICES)


@pytest.mark.parametrize("method", rpc.ALL, ids=lambda method: method.full_name)
def test_arguments_that_nobody_knows_are_refused_by_name(method: rpc.Method) -> None:
    with pytest.raises(Invalid) as caught:
        rpc.load_arguments(method.arguments, {"esimerkki_tuntematon": 1})
    assert "esimerkki_tuntematon" in {error["field"] for error in caught.value.details["errors"]}


accounts = st.builds(
    Principal,
    kind=st.just("account"),
    account=st.from_regex(r"acc_[0-9a-hjkmnp-tv-z]{26}", fullmatch=True),
    scopes=st.frozensets(st.sampled_from(ALL_SCOPES)),
)
principals = accounts | st.sampled_from([VISITOR, OPERATOR])
calls = st.builds(
    Call,
    method=st.sampled_from([method.name for method in rpc.ALL]),
    arguments=st.dictionaries(st.text(max_size=10), st.text(max_size=10) | st.integers(0, 9) | st.none(), max_size=3),
    principal=principals,
    correlation_id=st.text(max_size=20),
    deadline=st.datetimes(datetime(2026, 1, 1), datetime(2100, 1, 1), timezones=st.just(UTC)).map(  # noqa: DTZ001
        lambda moment: moment.replace(microsecond=0)
    ),
    id=st.none() | st.text(min_size=1, max_size=64),
)


@given(calls)
def test_a_call_comes_in_as_it_went_out(call: Call) -> None:
    assert Call.from_wire(json.loads(json.dumps(call.to_wire()))) == call


@given(st.none() | st.integers() | st.text() | st.lists(st.text()) | st.dictionaries(st.text(), st.text()))
def test_what_is_no_call_is_refused_as_such(wire: Any) -> None:
    with pytest.raises(Invalid):
        Call.from_wire(wire)


@pytest.mark.parametrize(
    "principal",
    [
        {},
        {"kind": "root", "account": None, "scopes": []},
        {"kind": "account", "account": None, "scopes": []},
        {"kind": "visitor", "account": "acc_01kahp5v3mf0gt8zqk4c2w7x9e", "scopes": []},
        {"kind": "operator", "account": "acc_01kahp5v3mf0gt8zqk4c2w7x9e", "scopes": []},
        {"kind": "account", "account": "acc_01kahp5v3mf0gt8zqk4c2w7x9e", "scopes": "read"},
        {"kind": "account", "account": "acc_01kahp5v3mf0gt8zqk4c2w7x9e", "scopes": [1]},
    ],
)
def test_a_caller_that_there_can_not_be_is_refused(principal: dict[str, Any]) -> None:
    wire = Call("event", {}, VISITOR, "test", datetime(2027, 1, 1, tzinfo=UTC)).to_wire()
    with pytest.raises(Invalid):
        Call.from_wire({**wire, "principal": principal})


def test_who_says_no_scopes_has_none() -> None:
    assert Principal.from_wire({"kind": "account", "account": "acc_1"}).scopes == frozenset()
