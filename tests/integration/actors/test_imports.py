"""Importing organisations from spreadsheets: tried, run, reported; and from exports, which changes nothing."""

from collections.abc import Iterator
from typing import Any

import pytest
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from services.contracts import errors
from services.contracts.principal import OPERATOR
from services.contracts.vocabularies import COMPETENCES, ORGANISATION_KINDS
from tests.harness import Facts

from .conftest import World, y_tunnus
from .spreadsheets import Importing, csv_table, dirt, exported, read_xlsx

HEADER = "name_fi;kind;regions;y-tunnus;places;website\n"


@pytest.fixture
def importing(world: World) -> Iterator[Importing]:
    found = Importing(world)
    yield found
    for view in found.call("imports", {"region": found.region}):
        found.until(view["id"], "read", "tried", "done", "failed")
        found.dropped(view)


def outcomes(rows: list[dict[str, Any]]) -> list[tuple[int, str]]:
    return [(row["row"], row["outcome"]) for row in rows]


def codes(row: dict[str, Any]) -> list[tuple[str, str]]:
    return [(remark["field"], remark["code"]) for remark in (*row["errors"], *row["notes"])]


def test_a_spreadsheet_with_the_usual_dirt_ends_in_a_report_that_a_person_can_act_on(
    world: World, importing: Importing
) -> None:
    marker = world.name().split()[1] + "x"
    view = importing.opened(read_xlsx(dirt(marker), None), file="toimijat.xlsx")
    assert (view["sheet"], view["header_rows"], view["missing"], view["rows"]) == ("Toimijat", [3, 4], [], 8)
    assert [(column["header"], column["field"]) for column in view["columns"]] == [
        ("Organisaatio / Nimi", "name_fi"),
        ("Organisaatio / Tyyppi", "kind"),
        ("Tunnisteet / Y-tunnus", "y-tunnus"),
        ("Sijainti / Maakunta", "regions"),
        ("Sijainti / Paikkakunta", "places"),
        ("Muut / Liittynyt", None),
        ("Muut / Huomautus", None),
    ]
    joined = view["columns"][5]
    assert (joined["holds"], joined["samples"], joined["note"]) == (
        "dates",
        ["2024-01-05", "2024-01-01"],
        "dates_passed_over",
    )
    before = world.public()
    tried = importing.ended(view, "try")
    assert world.public() == before, "a dry run changes nothing"
    assert tried["state"] == "tried"
    assert tried["tried"] == {"added": 2, "duplicate": 1, "like": 1, "refused": 4}
    assert [suspect["rows"] for suspect in tried["suspects"]] == [[5, 6, 7]], "three spellings, one suspected actor"
    rows = {row["row"]: row for row in importing.rows(view)}
    assert outcomes(list(rows.values())) == [
        (5, "added"), (6, "duplicate"), (7, "like"), (9, "refused"), (10, "added"), (11, "refused"), (12, "refused"),
        (13, "refused"),
    ]  # fmt: skip
    assert [rows[number]["like"][0]["row"] for number in (6, 7)] == [5, 5]
    assert "Make one row of them" in rows[6]["advice"]["message"]
    assert "delete the row" in rows[7]["advice"]["message"]
    assert "…@…" in rows[6]["cells"][6], "persons' addresses are not kept"
    (wrong,) = rows[9]["errors"]
    assert (wrong["column"], wrong["value"]) == ("Tunnisteet / Y-tunnus", "2069746-9")
    assert "2069746 would end in 6" in wrong["message"]
    assert codes(rows[10]) == [("y-tunnus", "zero_lost")]
    assert "0244680-7" in rows[10]["notes"][0]["message"]
    assert codes(rows[11]) == [("places", "date")]
    assert codes(rows[12]) == [("name_fi", "formula")]
    assert codes(rows[13]) == [("kind", "not_kind"), ("regions", "not_region")]
    done = importing.ended(view, "run")
    assert (done["state"], done["counts"]) == ("done", {"added": 2, "duplicate": 1, "like": 1, "refused": 4})
    added = [row["id"] for row in importing.rows(view, outcome=["added"])]
    assert [world.public()[identity]["places"] for identity in added] == [["Outokumpu"], ["Outokumpu"]]
    again = importing.ended(view, "run")
    assert again["counts"] == {"unchanged": 2, "duplicate": 1, "like": 1, "refused": 4}
    for identity in added:  # GTK's number is free for others again
        importing.call("remove_organisation", {"id": identity})


def test_the_same_file_again_changes_nothing(world: World, importing: Importing, facts: Facts) -> None:
    rows = "".join(f"{world.name()};company;;{y_tunnus()};Outokumpu;https://example.org\n" for _ in range(450))
    first = importing.ended(importing.opened(csv_table(HEADER + rows)), "run")
    assert (first["state"], first["counts"], first["done"]) == ("done", {"added": 450}, 450)
    registry = world.public()
    view = importing.opened(csv_table(HEADER + rows))
    assert importing.ended(view, "try")["tried"] == {"unchanged": 450}
    assert importing.ended(view, "run", existing="change")["counts"] == {"unchanged": 450}
    assert world.public() == registry, "not even a version"
    told = importing.rows(view)
    assert len({row["id"] for row in told}) == 450
    facts.wait_for("actors.organisation.registered", lambda fact: fact.subject == told[449]["id"])


def test_what_a_row_says_anew_is_changed_where_that_was_asked_for(world: World, importing: Importing) -> None:
    number = y_tunnus()
    one = world.registered(places=["Joensuu"], identifiers=[{"scheme": "y-tunnus", "value": number}])
    two = world.registered(places=["Joensuu", "Outokumpu"])
    name, other = one["name"]["fi"], two["name"]["fi"]
    text = "id;name_fi;name_sv;kind;places;y-tunnus\n"
    text += f";{name};Exempel {number};company;Outokumpu;{number}\n{two['id']};{other};;company;Outokumpu;\n"
    view = importing.opened(csv_table(text))
    importing.ended(view, "try")
    assert [(row["outcome"], row["fields"]) for row in importing.rows(view)] == [
        ("duplicate", ["name", "places"]),
        ("duplicate", ["places"]),
    ]
    importing.ended(view, "try", existing="change")
    assert [(row["outcome"], row["fields"]) for row in importing.rows(view)] == [
        ("changed", ["name", "places"]),
        ("changed", ["places"]),
    ]
    assert {world.public()[each["id"]]["version"] for each in (one, two)} == {1}
    assert importing.ended(view, "run")["counts"] == {"changed": 2}
    registry = world.public()
    assert registry[one["id"]]["name"] == {"fi": name, "sv": f"Exempel {number}"}
    assert registry[one["id"]]["places"] == ["Joensuu", "Outokumpu"], "found by its number: the row adds"
    assert registry[two["id"]]["places"] == ["Outokumpu"], "found by its id: the row stands for it"
    assert importing.ended(view, "run")["counts"] == {"unchanged": 2}
    history = importing.call("history", {"organisation": two["id"]})["items"]
    assert [change["what"] for change in history] == ["organisation.changed", "organisation.registered"]


def test_rows_of_known_organisations_are_told_by_what_they_were_known(world: World, importing: Importing) -> None:
    numbers = [y_tunnus() for _ in range(3)]
    known = [world.registered(identifiers=[{"scheme": "y-tunnus", "value": number}]) for number in numbers[:2]]
    name = known[0]["name"]["fi"]
    rows = [
        f"Toinen {name};company;;{numbers[0]};;",
        f"{name};research;;;;",
        f"{known[1]['id']};company;;{numbers[0]};;",
        f"{world.name()};company;;{numbers[2]};;",
        f"{world.name()};company;;{numbers[2]};;",
        f"{world.name()};company;FI1D7;;;",
    ]
    text = HEADER + "\n".join(rows)
    for turn in ("try", "run"):
        view = importing.opened(csv_table(text))
        importing.ended(view, turn)
        told = importing.rows(view)
        assert outcomes(told) == [
            (2, "duplicate"), (3, "duplicate"), (4, "duplicate"), (5, "added"), (6, "duplicate"), (7, "refused"),
        ]  # fmt: skip
        advice = [row["advice"]["code"] for row in told]
        assert advice == [
            "duplicate_identifier",
            "duplicate_name",
            "duplicate_identifier",
            "will_add",
            "duplicate_row",
            "mend",
        ]
        assert known[0]["id"] in told[0]["advice"]["message"]
        assert told[5]["errors"][0]["code"] == "not_yours"
    both = csv_table(f"id;name_fi;kind;y-tunnus\n{known[1]['id']};{world.name()};company;{numbers[0]}\n")
    view = importing.opened(both)
    importing.ended(view, "try")
    assert codes(importing.rows(view)[0]) == [("identifiers", "two_actors")]


def test_names_that_are_alike_are_held_back_or_added_as_is_wished(world: World, importing: Importing) -> None:
    there = world.registered(name={"fi": f"Rikastusesimerkki {world.name()}"})
    spelling = there["name"]["fi"].replace("Rikastusesimerkki", "Rikastus-esimerkki").replace("Oy", "OYJ")
    view = importing.opened(csv_table(f"Nimi;Tyyppi\n{spelling};Yritys\n"))
    importing.ended(view, "try")
    (row,) = importing.rows(view)
    assert (row["outcome"], row["like"][0]["id"]) == ("like", there["id"])
    importing.ended(view, "run", alike="add")
    (row,) = importing.rows(view)
    assert (row["outcome"], codes(row)) == ("added", [("name", "may_be_other")])


def test_columns_are_chosen_and_values_given_for_all(world: World, importing: Importing) -> None:
    name = world.name()
    view = importing.opened(csv_table(f"Osasto;Mikä\nx;{name}\n"), file="lista.csv")
    assert view["missing"] == ["name_fi", "kind"]
    with pytest.raises(errors.Invalid, match="name_fi and kind"):
        importing.call("try_import", {"id": view["id"]})
    for wrong in (
        {"columns": [{"position": 3, "field": "kind"}]},
        {"columns": [{"position": 1, "field": "kind"}, {"position": 2, "field": "kind"}]},
        {"columns": [{"position": 1, "field": "colour"}]},
        {"for_all": {"name_fi": "x"}},
    ):
        with pytest.raises(errors.Invalid):
            importing.call("try_import", {"id": view["id"], **wrong})
    plan = {"columns": [{"position": 2, "field": "name_fi"}], "for_all": {"kind": "yritys", "places": "Joensuu"}}
    tried = importing.ended(view, "try", **plan)
    assert [(column["field"], column["by"]) for column in tried["columns"]] == [(None, None), ("name_fi", "choice")]
    assert importing.ended(view, "run")["counts"] == {"added": 1}
    (row,) = importing.rows(view)
    assert world.public()[row["id"]]["places"] == ["Joensuu"]


def test_only_a_coordinator_of_the_region_reads_and_runs_it(world: World, importing: Importing) -> None:
    view = importing.opened(csv_table(f"{HEADER}{world.name()};company;;;;\n"))
    for who in (world.stranger, world.node_coordinator):
        for name in ("import_", "import_rows_of", "try_import", "run_import", "drop_import"):
            with pytest.raises(errors.Forbidden):
                importing.call(name, {"id": view["id"]}, principal=who)
        with pytest.raises(errors.Forbidden):
            importing.call("imports", {"region": "FI1DC"}, principal=who)
    other = world.person("coordinator", "FI1DC")
    assert importing.call("import_", {"id": view["id"]}, principal=other)["account"] == world.coordinator.account
    mine = importing.opened(csv_table(f"{HEADER}{world.name()};company;;;;\n"))
    importing.dropped(mine)
    with pytest.raises(errors.NotFound):
        importing.call("import_", {"id": mine["id"]})


def test_who_lost_the_mandate_meanwhile_imports_nothing(world: World, importing: Importing) -> None:
    person = world.person("coordinator", "FI1DC")
    table = csv_table(f"{HEADER}{world.name()};company;;;;\n")
    arguments = {"region": "FI1DC", "read": table["read"], "table": table["sheets"]}
    view = importing.call("open_import", arguments, principal=person)
    mandate = importing.call("account", {"account": person.account}, principal=OPERATOR)["mandates"][0]["id"]
    begun = importing.call("run_import", {"id": view["id"]}, principal=person)
    world.rpc.call("actors.revoke_mandate", {"id": mandate}, principal=OPERATOR)
    ended = importing.until(view["id"], "done", "failed")
    assert begun["state"] == "running"
    assert ended["state"] == "done" or "does not coordinate" in ended["reason"]


TEXT = st.text(st.characters(codec="utf-8", exclude_categories=["Cs", "Cc"]), min_size=1, max_size=20).filter(
    lambda text: (
        text.strip() and not set(text) & set("\u202a\u202b\u202c\u202d\u202e\u2066\u2067\u2068\u2069\u2028\u2029")
    )
)
TEXTS = st.dictionaries(st.sampled_from(["fi", "sv", "en", "se"]), TEXT, min_size=1, max_size=3)
ORGANISATIONS = st.fixed_dictionaries(
    {
        "name": TEXTS,
        "kind": st.sampled_from(list(ORGANISATION_KINDS)),
        "regions": st.sampled_from([["FI1DC"], ["FI1DC", "FI1D7"]]),
        "places": st.lists(TEXT | st.sampled_from(["=1+1", "a|b", "c\\d", "-", "'x", "+358"]), max_size=3).map(
            lambda places: list(dict.fromkeys(" ".join(place.split()) for place in places))
        ),
        "competences": st.lists(st.sampled_from(list(COMPETENCES)), max_size=3, unique=True),
        "summary": st.dictionaries(st.sampled_from(["fi", "en"]), TEXT, max_size=2),
        "website": st.none() | st.just("https://example.org/a"),
    }
)


@settings(max_examples=4, deadline=None, suppress_health_check=list(HealthCheck))
@given(made=st.lists(ORGANISATIONS, min_size=1, max_size=3))
def test_importing_an_export_is_the_identity_in_every_format(
    world: World, importing: Importing, made: list[dict[str, Any]]
) -> None:
    ids = []
    for each in made:
        number = {"scheme": "y-tunnus", "value": y_tunnus()}
        try:
            ids.append(world.registered(**each, identifiers=[number])["id"])
        except errors.Invalid:  # text that is none, once it is in NFC and trimmed
            continue
    registry = world.public()
    for format in ("csv", "xlsx", "json"):
        view = importing.opened(exported([registry[identity] for identity in ids], format))
        done = importing.ended(view, "run", existing="change", alike="add")
        assert (done["state"], done["counts"]) == ("done", {"unchanged": len(ids)} if ids else {}), importing.rows(view)
        importing.dropped(view)
    assert world.public() == registry, "not even a version"


FIELDS = ("name", "kind", "regions", "places", "identifiers", "competences", "summary", "website")


@pytest.mark.parametrize("format", ["csv", "xlsx", "json"])
def test_an_export_recreates_its_organisations_where_they_are_not(
    world: World, importing: Importing, format: str
) -> None:
    made = [
        world.registered(
            places=["=1+1", "a|b"],
            identifiers=[{"scheme": "y-tunnus", "value": y_tunnus()}],
            competences=["processing.equipment", "exploration.research"],
            summary={"fi": "Kaksi\nriviä", "en": "'quoted'"},
            website="https://example.org/a",
        )
        for _ in range(3)
    ]
    records = [world.public()[each["id"]] for each in made]
    table = exported(records, format)
    for each in made:
        importing.call("remove_organisation", {"id": each["id"]})
    for record in records:  # elsewhere other ids are known
        record["id"] = "act_" + "0" * 26
    table = exported(records, format)
    view = importing.opened(table)
    done = importing.ended(view, "run", alike="add")
    assert done["counts"] == {"added": 3}, importing.rows(view)
    registry = world.public()
    again = [registry[row["id"]] for row in importing.rows(view)]
    assert [[each[field] for field in FIELDS] for each in again] == [
        [each[field] for field in FIELDS] for each in records
    ]
