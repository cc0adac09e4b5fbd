"""States of an organisation; secrets and links."""

from dataclasses import replace
from datetime import UTC, datetime, timedelta
from typing import Any

import pytest
from hypothesis import given
from hypothesis import strategies as st

from services.actors import model
from services.actors.model import Organisation, SignInRequest
from services.contracts.errors import Conflict

pytestmark = pytest.mark.quick

NOW = datetime(2026, 11, 22, 9, 0, tzinfo=UTC)
LATER = NOW + timedelta(days=1)
SECRET = bytes(range(32))


def organisation(state: Any = "admitted", **rest: Any) -> Organisation:
    name = {"fi": "Geologian tutkimuskeskus GTK"}
    base = Organisation("act_1", "pohjois-karjala", 1, 3, state, NOW, NOW, name, "research", ("FI1DC",))
    return replace(base, name_keys=model.name_keys(name), **rest)


def test_the_contact_is_kept_for_two_weeks_after_the_decision_to_tell_it() -> None:
    proposal = organisation("proposed", contact="somebody@example.org")
    for decide in (model.admit, model.refuse):
        decided = decide(proposal, "", LATER, 1)
        assert decided.contact_until is not None
        assert decided.contact_until - decided.changed == timedelta(days=14)
        assert (decided.version, decided.changed) == (4, LATER)


@pytest.mark.parametrize("state", ["admitted", "refused", "removed"])
def test_only_a_proposal_is_decided(state: str) -> None:
    with pytest.raises(Conflict):
        model.admit(organisation(state), "", LATER, 1)


@pytest.mark.parametrize("state", ["proposed", "refused", "removed"])
def test_only_an_admitted_organisation_is_changed_or_removed(state: str) -> None:
    with pytest.raises(Conflict):
        model.change(organisation(state), {"kind": "authority"}, LATER, 1)
    with pytest.raises(Conflict):
        model.remove(organisation(state), LATER, 1)


def test_a_change_that_changes_nothing_makes_no_new_version() -> None:
    before = organisation()
    assert model.change(before, {"kind": "research", "regions": ("FI1DC",)}, LATER, 1) is before


def test_a_new_name_is_found_by_its_new_key() -> None:
    after = model.change(organisation(), {"name": {"en": "  Geological  Survey OF Finland "}}, LATER, 1)
    assert after.name_keys == ("geological survey of finland",)


def test_a_tombstone_says_nothing_of_what_it_was() -> None:
    assert set(model.tombstone(model.remove(organisation(), LATER, 2))) == {
        *("id", "home", "incarnation", "version", "state", "created", "changed"),
    }


@given(st.binary(min_size=32, max_size=32), st.text(min_size=1, max_size=40), st.text(min_size=1, max_size=40))
def test_secrets_differ_by_node_purpose_and_record(node: bytes, one: str, other: str) -> None:
    secrets = {
        model.secret_of_key(node, one),
        model.secret_of_session(node, one),
        model.secret_of_key(node, other),
        model.secret_of_key(bytes(reversed(node)) + b"x", one),
    }
    assert len(secrets) == 4 - (one == other)
    assert model.secret_of_key(node, one) == model.secret_of_key(node, one)


def test_a_keys_secret_shows_what_it_is_and_hides_256_bits() -> None:
    secret = model.secret_of_key(SECRET, "key_1")
    assert secret.startswith("malmi_")
    assert len(secret) == len("malmi_") + 43
    assert secret not in model.hash_of(secret)


def test_a_link_opens_once_and_for_half_an_hour() -> None:
    expires = NOW + model.LINK_LIVES
    request = SignInRequest("sgi_1", "pohjois-karjala", 1, 1, "requested", NOW, NOW, "acc_1", expires)
    model.check_link(request, expires - timedelta(milliseconds=1))
    with pytest.raises(Conflict, match="older than 30 minutes"):
        model.check_link(request, expires)
    for state in ("used", "void"):
        with pytest.raises(Conflict):
            model.check_link(replace(request, state=state), NOW)
