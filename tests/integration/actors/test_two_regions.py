"""An organisation between two coordinators: use cases on a real store, for a node that serves two regions."""

import secrets
from collections.abc import Iterator
from typing import Any

import pytest
from pymongo.client_session import ClientSession

from services.actors import use_cases
from services.actors.store import INDEXES, ActorStore
from services.contracts.errors import Forbidden, NotFound
from services.contracts.permissions import Mandate
from services.contracts.principal import Principal
from services.runtime.store import Store, connect, ensure_indexes, in_transaction, utc_now
from services.runtime.work import Origin, Work
from tests.harness import NodeUnderTest

EAST, NORTH = Principal("account", "acc_east"), Principal("account", "acc_north")
MANDATES = {"acc_east": [Mandate("coordinator", "FI1DC")], "acc_north": [Mandate("coordinator", "FI1D7")]}


@pytest.fixture
def store(node: NodeUnderTest) -> Iterator[Store]:
    made = connect(node.mongodb_uri, f"{node.database_prefix}{secrets.token_hex(4)}", "test")
    ensure_indexes(made, INDEXES)
    yield made
    made.client.drop_database(made.name)
    made.client.close()


def run(store: Store, use_case: Any, who: Principal, **arguments: Any) -> Any:
    def body(session: ClientSession) -> Any:
        work = Work(Origin("malmi", 1, "test", "test"), utc_now(), who, lambda account: MANDATES[account])
        return use_case(work, ActorStore(store, session), arguments)

    return in_transaction(store, body, seconds=10)


def registered(store: Store, who: Principal, regions: list[str]) -> str:
    record = run(
        store,
        use_cases.register_organisation,
        who,
        name={"fi": "Esimerkki Oy"},
        kind="company",
        regions=regions,
        identifiers=[],
    )
    return str(record["id"])


def moved(store: Store, who: Principal, identity: str, regions: list[str]) -> Any:
    change = {"id": identity, "expected_version": None, "regions": regions}
    return run(store, use_cases.change_organisation, who, **change)["regions"]


def test_an_organisation_moves_to_another_region_in_two_steps_one_by_each_coordinator(store: Store) -> None:
    identity = registered(store, EAST, ["FI1DC"])
    with pytest.raises(Forbidden, match="must stay"):
        moved(store, EAST, identity, ["FI1D7"])
    with pytest.raises(Forbidden):
        moved(store, NORTH, identity, ["FI1D7"])
    assert moved(store, EAST, identity, ["FI1DC", "FI1D7"]) == ("FI1DC", "FI1D7")
    assert moved(store, NORTH, identity, ["FI1D7"]) == ("FI1D7",)
    with pytest.raises(Forbidden):
        moved(store, EAST, identity, ["FI1DC"])


def test_a_coordinator_registers_only_where_one_region_is_their_own(store: Store) -> None:
    assert registered(store, EAST, ["FI1D7", "FI1DC"])
    with pytest.raises(Forbidden):
        registered(store, EAST, ["FI1D7"])


def test_a_file_may_name_regions_that_another_coordinator_shares(store: Store) -> None:
    name = "name_fi,kind,regions\nEsimerkki A,company,FI1DC|FI1D7\nEsimerkki B,company,FI1D7\n"
    arguments = {"csv": name, "region": "FI1DC", "dry_run": False}
    (step,) = use_cases.import_steps(arguments)
    assert [row["outcome"] for row in run(store, step, EAST, **arguments)["rows"]] == ["added", "refused"]


def test_the_same_name_in_another_region_is_another_organisation(store: Store) -> None:
    arguments = {"csv": "name_fi,kind\nEsimerkki A,company\n", "region": "FI1DC", "dry_run": False}
    (step,) = use_cases.import_steps(arguments)
    assert run(store, step, EAST, **arguments)["added"] == 1
    assert run(store, step, NORTH, **{**arguments, "region": "FI1D7"})["added"] == 1
    assert run(store, step, NORTH, **{**arguments, "region": "FI1D7"})["unchanged"] == 1


def test_a_refusal_changes_nothing(store: Store) -> None:
    with pytest.raises(NotFound):
        run(store, use_cases.remove_organisation, EAST, id="act_unknown", expected_version=None)
    assert store["organisations"].count_documents({}) == 0
