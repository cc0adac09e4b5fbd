"""Many at once want what only one can have."""

from collections.abc import Callable
from concurrent.futures import ThreadPoolExecutor
from typing import Any

from services.contracts import errors
from services.contracts.principal import OPERATOR

from .conftest import World, y_tunnus

AT_ONCE = 8


def together(call: Callable[[int], Any]) -> list[Any]:
    """The answers and refusals of calls made at once."""

    def tried(number: int) -> Any:
        try:
            return call(number)
        except errors.Refusal as refusal:
            return refusal

    with ThreadPoolExecutor(AT_ONCE) as pool:
        return list(pool.map(tried, range(AT_ONCE)))


def test_one_identifier_is_registered_once(world: World) -> None:
    number = [{"scheme": "y-tunnus", "value": y_tunnus()}]
    answers = together(lambda _: world.registered(identifiers=number))
    (winner,) = (answer for answer in answers if isinstance(answer, dict))
    assert [type(answer) for answer in answers if answer is not winner] == [errors.Conflict] * (AT_ONCE - 1)
    holders = [record["id"] for record in world.public().values() if record.get("identifiers") == number]
    assert holders == [winner["id"]]


def test_one_address_gets_one_account_however_it_is_typed(world: World) -> None:
    address = world.address()
    typed = [address, address.upper(), address.title()]

    def opened(number: int) -> Any:
        return world.rpc.call("actors.open_account", {"email": typed[number % 3]}, principal=OPERATOR)

    answers = together(opened)
    assert len({answer["id"] for answer in answers if isinstance(answer, dict)}) == 1
    assert {type(answer) for answer in answers} <= {dict, errors.Conflict}


def test_one_mandate_is_granted_once(world: World) -> None:
    grant = {"account": world.person().account, "role": "partner", "target": world.registered()["id"]}
    answers = together(lambda _: world.rpc.call("actors.grant_mandate", grant, principal=world.coordinator))
    assert all(answer == answers[0] for answer in answers)


def test_a_changed_organisation_is_changed_by_one_of_two_who_read_the_same_version(world: World) -> None:
    record = world.registered()

    def changed(number: int) -> Any:
        change = {"id": record["id"], "expected_version": 1, "places": [f"Esimerkki {number}"]}
        return world.rpc.call("actors.change_organisation", change, principal=world.coordinator)

    answers = together(changed)
    assert [type(answer) for answer in answers].count(dict) == 1
    assert {type(answer) for answer in answers} == {dict, errors.VersionMismatch}


def test_two_imports_of_one_file_at_once_add_everything_once(world: World) -> None:
    rows = "".join(f"{world.name()},company,{y_tunnus()}\n" for _ in range(150))
    file = f"name_fi,kind,y-tunnus\n{rows}"
    answers = together(lambda number: world.imported(file) if number < 2 else None)[:2]
    reports = [answer if isinstance(answer, dict) else world.imported(file) for answer in answers]
    assert all(report["added"] + report["unchanged"] == 150 for report in reports)
    numbers = {row.split(",")[2] for row in rows.splitlines()}
    holders = [
        each["value"]
        for record in world.public().values()
        for each in record.get("identifiers", ())
        if each["value"] in numbers
    ]
    assert sorted(holders) == sorted(numbers)
