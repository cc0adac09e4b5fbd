"""Every row, every "yes" in it and every remote call has its attempt: a new one without a test fails here."""

from collections import Counter

import pytest

from services.contracts import rpc
from services.contracts.permissions import BY_ACTION, TABLE, Permission

from .attempts import ATTEMPTS

pytestmark = pytest.mark.quick


@pytest.mark.parametrize("row", TABLE, ids=lambda row: row.action)
def test_every_row_of_the_table_is_tried_for_each_role_that_it_lets_in(row: Permission) -> None:
    mine = [attempt for attempt in ATTEMPTS if row.action in attempt.rows]
    assert mine, f"{row.action} has no attempt: add one to tests/integration/permissions/attempts/{row.service}.py"
    tried = {role for attempt in mine for role in attempt.whose if role in row.roles}
    assert tried == row.roles, f"{row.action} is never tried by a {', '.join(row.roles - tried)} who may"
    assert any(attempt.who != "nobody" for attempt in mine), f"{row.action} is never tried with success"


@pytest.mark.parametrize("method", rpc.ALL, ids=lambda method: method.full_name)
def test_every_remote_call_is_tried(method: rpc.Method) -> None:
    mine = [attempt for attempt in ATTEMPTS if attempt.call == method.full_name]
    assert mine, f"{method.full_name} has no attempt: add one to tests/integration/permissions/attempts/"
    assert any(attempt.who != "nobody" for attempt in mine)


def test_attempts_name_rows_and_calls_that_there_are_each_by_a_name_of_its_own() -> None:
    assert {row for attempt in ATTEMPTS for row in attempt.rows} <= BY_ACTION.keys()
    assert {attempt.call for attempt in ATTEMPTS} <= rpc.BY_NAME.keys()
    assert not [name for name, times in Counter(attempt.name for attempt in ATTEMPTS).items() if times > 1]


def test_a_command_is_not_allowed_by_a_row_that_lets_in_keys_which_only_read() -> None:
    commands = [attempt for attempt in ATTEMPTS if rpc.BY_NAME[attempt.call].kind == "command"]
    by_reading = [attempt.name for attempt in commands if any(BY_ACTION[row].reads for row in attempt.rows)]
    assert by_reading == ["sign_up for members"], "who may know of an event may sign up for it; nothing else"
