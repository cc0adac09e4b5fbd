"""What a unit of work refuses, and what it says then."""

from datetime import UTC, datetime

import pytest

from services.contracts.errors import Forbidden, SignInNeeded
from services.contracts.permissions import Mandate, Target
from services.contracts.principal import VISITOR, Principal
from services.runtime.work import Origin, Work

ORGANISATION = Target(organisations=frozenset({"act_1"}))


def work_of(principal: Principal, *mandates: Mandate) -> Work:
    return Work(Origin("pohjois-karjala", 1, "c", "c"), datetime.now(UTC), principal, lambda _account: mandates)


def test_a_visitor_is_asked_to_sign_in() -> None:
    with pytest.raises(SignInNeeded, match="Sign in"):
        work_of(VISITOR).require("events.event.draft", ORGANISATION)


def test_who_holds_no_mandate_is_told_so() -> None:
    with pytest.raises(Forbidden, match="no mandate"):
        work_of(Principal("account", "acc_1")).require("events.event.draft", ORGANISATION)


def test_a_key_that_lacks_the_scope_is_told_which() -> None:
    key = Principal("account", "acc_1", frozenset({"read"}))
    with pytest.raises(Forbidden, match=r"scopes \(read\).*scope events"):
        work_of(key, Mandate("partner", "act_1")).require("events.event.draft", ORGANISATION)


def test_a_fact_may_only_have_a_visibility_of_its_type() -> None:
    with pytest.raises(ValueError, match="may not be public"):
        work_of(VISITOR).tell("events.sign_up.confirmed", {"id": "sgn_1"}, "public")
