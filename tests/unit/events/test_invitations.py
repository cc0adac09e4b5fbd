"""Invitation codes: hard to guess, easy to type, good for as long and as often as the organiser says."""

import re
from datetime import UTC, datetime, timedelta
from typing import Any

from hypothesis import given
from hypothesis import strategies as st

from services.events import model
from services.events.model import Invitation

NOW = datetime(2026, 11, 22, 12, tzinfo=UTC)
SECRET = b"s" * 32


def invitation(**rest: Any) -> Invitation:
    return Invitation("inv_1", "pk", 1, 1, "open", NOW, NOW, "evt_1", "digest", "", **rest)


@given(st.lists(st.text("0123456789abcdefghjkmnpqrstvwxyz", min_size=26, max_size=26), max_size=30, unique=True))
def test_codes_are_four_groups_of_four_and_of_no_two_invitations_the_same(ids: list[str]) -> None:
    codes = [model.code_of(SECRET, f"inv_{one}") for one in ids]
    assert len(set(codes)) == len(ids)
    assert all(re.fullmatch(r"([0-9a-hjkmnp-tv-z]{4}-){3}[0-9a-hjkmnp-tv-z]{4}", code) for code in codes)


def test_another_nodes_code_for_the_same_invitation_is_another() -> None:
    assert model.code_of(SECRET, "inv_1") != model.code_of(b"t" * 32, "inv_1")


@given(st.integers(0, 10_000))
def test_a_code_typed_by_hand_is_the_same_code(number: int) -> None:
    code = model.code_of(SECRET, f"inv_{number}")
    by_hand = code.upper().replace("-", " ").replace("0", "O").replace("1", "l")
    assert model.digest_of(f" {by_hand} ") == model.digest_of(code)
    assert code not in model.digest_of(code)


def test_a_code_is_good_until_it_expires_or_is_revoked() -> None:
    until = NOW + timedelta(days=1)
    limited = invitation(expires=until)
    assert limited.is_good(until - timedelta(seconds=1))
    assert not limited.is_good(until)
    assert invitation().is_good(NOW + timedelta(days=900))
    assert not model.revoke(invitation(), NOW, 1).is_good(NOW)


@given(st.integers(1, 20))
def test_a_code_is_used_up_after_exactly_so_many_sign_ups(most: int) -> None:
    one = invitation(most=most)
    for count in range(most):
        assert not one.is_used_up
        assert one.used == count
        one = model.used(one, NOW, 1)
    assert one.is_used_up
    assert not invitation(used=100_000).is_used_up
