"""Identifiers: of one shape, never twice, rising with time."""

import re
from typing import Any

import pytest
import uuid_utils
from hypothesis import example, given
from hypothesis import strategies as st

from services.contracts import identifiers
from tests.harness import until

pytestmark = pytest.mark.quick

PREFIXES = sorted(
    value for name, value in vars(identifiers).items() if name.isupper() and isinstance(value, str) and len(value) == 3
)
prefixes = st.sampled_from(PREFIXES)


@given(prefixes)
def test_a_new_id_has_the_shape_of_its_kind_and_of_no_other(prefix: str) -> None:
    made = identifiers.new_id(prefix)
    assert re.fullmatch(identifiers.PATTERN, made)
    assert [other for other in PREFIXES if identifiers.is_id(made, other)] == [prefix]


def test_every_kind_has_a_prefix_of_its_own() -> None:
    assert len(PREFIXES) == len(set(PREFIXES)) > 10


def test_ids_are_never_the_same() -> None:
    made = [identifiers.new_id("evt") for _ in range(20_000)]
    assert len(set(made)) == len(made)


def test_ids_rise_with_time() -> None:
    """From one millisecond to the next; so an index on them grows at its end."""
    earlier = identifiers.new_id("evt")
    later = until(lambda: _one_of_a_later_millisecond(earlier))
    assert earlier < later


@given(st.integers(0, 2**128 - 1), st.integers(0, 2**128 - 1))
def test_ids_sort_as_their_numbers_do(one: int, other: int) -> None:
    """Base 32 in the order of ASCII: what sorts as number sorts as text."""
    with pytest.MonkeyPatch.context() as patched:
        texts = [_written(patched, number) for number in (one, other)]
    assert (texts[0] < texts[1]) == (one < other)


@example("evt_01kahp5v3mf0gt8zqk4c2w7x9e\n")
@given(st.text(max_size=40) | st.from_regex(r"evt_.{26}"))
def test_what_is_no_id_is_none(text: str) -> None:
    shaped = re.fullmatch(r"evt_[0-9abcdefghjkmnpqrstvwxyz]{26}", text) is not None
    assert identifiers.is_id(text, "evt") == shaped


def _one_of_a_later_millisecond(earlier: str) -> str | None:
    made = identifiers.new_id("evt")
    return made if made[4:14] != earlier[4:14] else None


def _written(patched: pytest.MonkeyPatch, number: int) -> str:
    def fixed() -> Any:
        return uuid_utils.UUID(int=number)

    patched.setattr(identifiers, "uuid7", fixed)
    return identifiers.new_id("evt")
