"""MALMI_INSTANCES: how many processes of which parts."""

import pytest

from deploy.node.errors import NodeError
from deploy.node.parts import OURS, instances, role


def test_nothing_said_means_one_of_each() -> None:
    assert instances("") == {}


def test_parts_are_named_with_how_many() -> None:
    assert instances("events=2, courier=3,") == {"events": 2, "courier": 3}


@pytest.mark.parametrize("text", ["events", "events=", "events=0", "events=17", "events=two", "store=2", "nobody=2"])
def test_what_is_no_number_of_a_part_is_refused_with_an_example(text: str) -> None:
    with pytest.raises(NodeError, match=r"is not like events=2 \(1 to 16 of each; parts: actors, events, "):
        instances(text)


def test_the_gateway_has_workers_instead() -> None:
    with pytest.raises(NodeError, match="MALMI_WORKERS=2"):
        instances("gateway=2")


def test_an_instance_plays_the_role_of_its_part() -> None:
    assert [role(name) for name in ("events", "events-2", "store", "broker")] == ["events", "events", "store", "broker"]
    assert all(role(f"{name}-16") == name for name in OURS)
