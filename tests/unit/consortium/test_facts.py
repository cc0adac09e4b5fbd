"""What consortium tells must be readable by others, also when a newer node says more."""

from datetime import date

import pytest

from services.contracts import facts

pytestmark = pytest.mark.quick


def test_a_role_of_a_newer_node_that_says_more_is_still_read() -> None:
    span = {"role": "lead", "since": "2024-01-01", "until": None, "share": 20}
    read = facts.read_data("consortium.membership.started", {"id": "mem_1", "roles": [span], "vote": True})
    assert read == {"id": "mem_1", "roles": [{"role": "lead", "since": date(2024, 1, 1), "until": None}]}


def test_a_target_of_a_newer_node_that_says_more_is_still_read() -> None:
    target = {"kind": "region", "id": "FI1DC", "nuts": 2024}
    assert facts.read_data("consortium.news.posted", {"target": target})["target"] == {"kind": "region", "id": "FI1DC"}
