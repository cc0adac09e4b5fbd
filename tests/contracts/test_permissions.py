"""The table of permissions as data: docs/permissions.md says the same, and may() reads it as written."""

import pytest
from hypothesis import given
from hypothesis import strategies as st

from services.contracts.permissions import ROLES, TABLE, Mandate, Permission, Target, may
from services.contracts.principal import ALL_SCOPES, OPERATOR, VISITOR, Principal
from services.contracts.rpc import SERVICES

from .permissions_document import DOCUMENT, REGENERATE, rendered

pytestmark = pytest.mark.quick

each_row = pytest.mark.parametrize("row", TABLE, ids=lambda row: row.action)
OTHERS_TARGET = Target(
    frozenset({"act_own"}), frozenset({"con_own"}), frozenset({"FI1DC"}), account="acc_somebody_else"
)
FOREIGN = {"partner": "act_foreign", "secretary": "con_foreign", "coordinator": "FI1D7"}
OWN = {"partner": "act_own", "secretary": "con_own", "coordinator": "FI1DC", "operator": "node"}


def test_the_page_says_what_the_table_says() -> None:
    written = DOCUMENT.read_text(encoding="utf-8") if DOCUMENT.exists() else ""
    assert written == rendered(), f"the table changed: write docs/permissions.md anew with `{REGENERATE}`"


def test_actions_are_named_once_and_belong_to_a_service() -> None:
    assert len({row.action for row in TABLE}) == len(TABLE)
    assert {row.service for row in TABLE} == set(SERVICES)


@each_row
def test_a_row_lets_somebody_in(row: Permission) -> None:
    assert row.roles or row.everybody or row.own
    assert not (row.everybody and (row.roles or row.own)), "who is everybody needs no role"


@each_row
def test_a_visitor_may_only_what_everybody_may(row: Permission) -> None:
    assert may(VISITOR, (), row.action, OTHERS_TARGET) is row.everybody


@each_row
def test_the_command_line_may_what_an_operator_may(row: Permission) -> None:
    assert may(OPERATOR, (), row.action, OTHERS_TARGET) is (row.everybody or "operator" in row.roles)


@each_row
def test_mandates_for_something_else_give_nothing(row: Permission) -> None:
    held = [Mandate(role, target) for role, target in FOREIGN.items()]  # type: ignore[arg-type]
    assert may(Principal("account", "acc_me"), held, row.action, OTHERS_TARGET) is row.everybody


@each_row
@pytest.mark.parametrize("role", ROLES)
def test_a_mandate_for_the_target_gives_what_the_row_says(row: Permission, role: str) -> None:
    held = [Mandate(role, OWN[role])]  # type: ignore[arg-type]
    expected = row.everybody or role in row.roles
    assert may(Principal("account", "acc_me"), held, row.action, OTHERS_TARGET) is expected


@each_row
def test_no_scope_no_mandate_however_many_are_held(row: Permission) -> None:
    held = [Mandate(role, OWN[role]) for role in ROLES]
    bare = Principal("account", "acc_me", frozenset())
    assert may(bare, held, row.action, Target(account="acc_me")) is row.everybody


@given(st.sampled_from(TABLE), st.data())
def test_more_scopes_never_give_less(row: Permission, data: st.DataObject) -> None:
    scopes = data.draw(st.frozensets(st.sampled_from(ALL_SCOPES)))
    fewer = data.draw(st.frozensets(st.sampled_from(sorted(scopes)))) if scopes else frozenset()
    held = data.draw(st.lists(st.sampled_from([Mandate(role, OWN[role]) for role in ROLES]), max_size=4))
    target = data.draw(st.sampled_from([OTHERS_TARGET, Target(account="acc_me")]))
    more, less = (may(Principal("account", "acc_me", each), held, row.action, target) for each in (scopes, fewer))
    assert more or not less


@each_row
def test_a_key_that_only_reads_changes_nothing(row: Permission) -> None:
    held = [Mandate(role, OWN[role]) for role in ROLES]
    reader = Principal("account", "acc_me", frozenset({"read"}))
    target = Target(frozenset({"act_own"}), frozenset({"con_own"}), frozenset({"FI1DC"}), account="acc_me")
    assert may(reader, held, row.action, target) is (row.everybody or row.reads)


def test_an_action_that_is_not_in_the_table_is_a_mistake_of_ours() -> None:
    with pytest.raises(KeyError):
        may(OPERATOR, (), "events.event.burn", Target())
