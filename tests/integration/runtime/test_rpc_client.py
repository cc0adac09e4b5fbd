"""Calls end: in an answer, a refusal, or a failure that says whether anything was sent (rule 3)."""

import time

import pytest

from services.contracts.principal import OPERATOR
from services.runtime.rpc_client import NotSent
from tests.harness import Rpc


def test_a_call_to_a_service_that_has_never_started_says_at_once_that_nothing_was_sent(own_rpc: Rpc) -> None:
    started = time.monotonic()
    with pytest.raises(NotSent):
        own_rpc.call("consortium.dead_letters", principal=OPERATOR, timeout=20)
    assert time.monotonic() - started < 5
