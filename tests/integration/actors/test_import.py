"""Importing organisations from CSV: row by row, in steps, each done once."""

import csv
import io
import time
from collections import Counter
from concurrent.futures import ThreadPoolExecutor

import pytest
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from services.contracts import errors
from services.runtime.rpc_client import OutcomeUnknown
from tests.harness import Facts

from .conftest import World, y_tunnus

HEADER = "name_fi;kind;regions;y-tunnus;places;website\n"


def outcomes(report: dict) -> list[tuple[int, str]]:  # type: ignore[type-arg]
    return [(row["row"], row["outcome"]) for row in report["rows"]]


def test_a_file_is_imported_and_told(world: World, facts: Facts) -> None:
    name, other = world.name(), world.name()
    report = world.imported(f"{HEADER}{name};company;;{y_tunnus()};Outokumpu;\n{other};Tutkimuslaitos;;;;\n")
    assert outcomes(report) == [(2, "added"), (3, "added")]
    assert [report[outcome] for outcome in ("added", "unchanged", "duplicate", "refused")] == [2, 0, 0, 0]
    for row in report["rows"]:
        told = facts.wait_for("actors.organisation.registered", lambda fact, row=row: fact.subject == row["id"])
        assert told.data["name"] == {"fi": row["name"]}
        assert told.data["regions"] == ["FI1DC"]


def test_the_same_file_again_changes_nothing(world: World) -> None:
    file = f"{HEADER}{world.name()};company;;{y_tunnus()};Outokumpu;\n{world.name()};company;;;;https://example.org\n"
    first = world.imported(file)
    registry = world.public()
    again = world.imported(file)
    assert outcomes(again) == [(2, "unchanged"), (3, "unchanged")]
    assert [row["id"] for row in again["rows"]] == [row["id"] for row in first["rows"]]
    assert world.public() == registry


def test_a_row_that_says_something_else_of_a_known_organisation_is_a_duplicate(world: World) -> None:
    name, number = world.name(), y_tunnus()
    known = world.registered(name={"fi": name}, identifiers=[{"scheme": "y-tunnus", "value": number}])
    report = world.imported(
        f"{HEADER}Toinen {name};company;;{number};;\n"
        f"  {name.upper()} ;research;;;;\n"
        f"{name};company;;;;\n"
        f"{name};company;FI1DC|FI1D7;{y_tunnus()};;\n"
    )
    assert outcomes(report) == [(2, "duplicate"), (3, "duplicate"), (4, "unchanged"), (5, "duplicate")]
    assert {row["id"] for row in report["rows"]} == {known["id"]}
    assert [row["errors"][0]["field"] for row in report["rows"] if row["errors"]] == ["identifiers", "name", "name"]
    assert known["id"] in report["rows"][0]["errors"][0]["message"]
    assert world.public()[known["id"]]["version"] == 1


def test_the_same_organisation_twice_in_a_file_is_added_once(world: World) -> None:
    name, number = world.name(), y_tunnus()
    file = f"{HEADER}{name};company;;{number};;\n{name} toisin;company;;{number};;\n{name};company;;;;\n"
    for dry_run in (True, False):
        assert outcomes(world.imported(file, dry_run=dry_run)) == [(2, "added"), (3, "duplicate"), (4, "unchanged")]


def test_refused_rows_do_not_hinder_the_others(world: World) -> None:
    report = world.imported(
        f"{HEADER}{world.name()};company;;2069746-9;;\n"
        f"=HYPERLINK();company;;;;\n"
        f"{world.name()};company;FI1D7;;;\n"
        f"{world.name()};company;;;;\n"
    )
    assert [(row["row"], row["outcome"], [error["field"] for error in row["errors"]]) for row in report["rows"]] == [
        (2, "refused", ["y-tunnus"]),
        (3, "refused", ["name_fi"]),
        (4, "refused", ["regions"]),
        (5, "added", []),
    ]


def test_a_dry_run_tells_what_would_become_and_changes_nothing(world: World) -> None:
    file = f"{HEADER}{world.name()};company;;{y_tunnus()};;\n"
    before = world.public()
    tried = world.imported(file, dry_run=True)
    assert (tried["added"], tried["rows"][0]["id"]) == (1, None)
    assert world.public() == before
    assert world.imported(file)["added"] == 1


@pytest.mark.parametrize(
    ("file", "refusal"),
    [
        ("name_fi;kind;colour\nEsimerkki;company;red\n", errors.Invalid),
        ("name_fi;kind\n" + "Esimerkki;company\n" * 10_001, errors.TooMany),
    ],
)
def test_a_file_that_is_not_right_is_refused_as_a_whole(world: World, file: str, refusal: type[errors.Refusal]) -> None:
    before = world.public()
    with pytest.raises(refusal):
        world.imported(file)
    assert world.public() == before


def test_who_may_not_import_learns_nothing_about_the_file(world: World) -> None:
    for file in (f"{HEADER}x;company;;;;\n", HEADER, "colour\n"):
        with pytest.raises(errors.Forbidden):
            world.imported(file, principal=world.stranger)
        with pytest.raises(errors.Forbidden):
            world.imported(file, region="FI1D7")


TEXT = st.text(st.characters(codec="utf-8", categories=["L", "N", "P", "Zs"]), max_size=20)
ROWS = st.lists(
    st.tuples(TEXT, TEXT, st.sampled_from(["company", "yritys", "nonsense"]), st.sampled_from(["", "FI1DC", "FI1D7"])),
    min_size=1,
    max_size=8,
)


@settings(max_examples=20, deadline=None, suppress_health_check=[HealthCheck.function_scoped_fixture])
@given(rows=ROWS)
def test_importing_twice_is_importing_once(world: World, rows: list[tuple[str, str, str, str]]) -> None:
    written = io.StringIO(newline="")
    csv.writer(written).writerows([("name_fi", "name_en", "kind", "regions"), *rows])
    first = world.imported(written.getvalue())
    registry = world.public()
    second = world.imported(written.getvalue())
    assert world.public() == registry
    assert second["added"] == 0
    assert second["refused"] == first["refused"]


def test_a_repeated_import_is_completed_once(world: World) -> None:
    """The caller gave up after the first steps; the repeat with the same id does the rest and tells the whole."""
    rows = [f"{world.name()};company;;{y_tunnus()};;" for _ in range(700)]
    file = HEADER + "\n".join(rows)
    arguments = {"csv": file, "region": "FI1DC"}
    with pytest.raises((OutcomeUnknown, errors.Late)):
        world.rpc.call(
            "actors.import_organisations",
            arguments,
            principal=world.coordinator,
            command_id="import-in-two",
            timeout=0.15,
        )
    report = world.imported(file, command_id="import-in-two")
    assert (report["added"], report["refused"], report["duplicate"]) == (700, 0, 0)
    assert [row["row"] for row in report["rows"]] == list(range(2, 702))
    assert world.imported(file, command_id="import-in-two") == report
    names = Counter(record["name"]["fi"] for record in world.public().values() if "fi" in record.get("name", ()))
    assert {names[row.partition(";")[0]] for row in rows} == {1}


def test_an_import_that_lacks_time_says_so_and_goes_on_when_it_is_repeated(world: World) -> None:
    """Each call is answered in time, and each does a part: the gateway repeats it until all is done."""
    rows = [f"{world.name()};company;;{y_tunnus()};;" for _ in range(1_500)]
    arguments = {"csv": HEADER + "\n".join(rows), "region": "FI1DC"}
    told: list[int] = []
    for _ in range(100):
        try:
            report = world.rpc.call(
                "actors.import_organisations", arguments, principal=world.coordinator, command_id="parts", timeout=1.0
            )
        except (errors.Unfinished, errors.Late, errors.StoreAway, OutcomeUnknown):
            told.append(len(world.public()))
            continue
        break
    assert told == sorted(told)
    assert len(told) > 0
    assert (report["added"], [row["row"] for row in report["rows"]]) == (1_500, [*range(2, 1_502)])


def test_a_dry_run_takes_no_more_than_one_step_can_look_at(world: World) -> None:
    with pytest.raises(errors.TooMany, match="dry run"):
        world.imported("name_fi;kind\n" + "Esimerkki;company\n" * 2_001, dry_run=True)


@pytest.mark.full
def test_two_thousand_rows_take_seconds_and_other_calls_are_answered_meanwhile(world: World) -> None:
    rows = "".join(f"{world.name()};company;;{y_tunnus()};;\n" for _ in range(2_000))
    begun = time.monotonic()
    slowest = 0.0
    with ThreadPoolExecutor(1) as pool:
        importing = pool.submit(world.imported, HEADER + rows)
        while not importing.done():
            asked = time.monotonic()
            world.rpc.call("actors.account", {"account": world.stranger.account}, principal=world.stranger)
            slowest = max(slowest, time.monotonic() - asked)
    assert importing.result()["added"] == 2_000
    assert time.monotonic() - begun < 30
    assert slowest < 2
