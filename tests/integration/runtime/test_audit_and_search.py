"""What is kept of who saw personal data, and the search that proves that an address is nowhere: at the real store."""

import secrets
from base64 import b64encode, urlsafe_b64encode
from collections.abc import Iterator
from datetime import UTC, datetime, timedelta
from typing import Any

import pytest
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from services.contracts.addresses import hash_of
from services.contracts.principal import OPERATOR, Principal
from services.runtime import audit, store
from services.runtime.privacy import search
from services.runtime.store import Store
from services.runtime.work import Origin, Work
from tests.harness import NodeUnderTest

ADDRESS, NAME = "Matti.Meikäläinen+malmi@example.org", "Matti Meikäläinen (esimerkki)"
SECRET = bytes(range(32))


@pytest.fixture
def database(node: NodeUnderTest) -> Iterator[Store]:
    found = store.connect(node.mongodb_uri, f"{node.database_prefix}search_{secrets.token_hex(4)}", "test")
    store.ensure_indexes(found, {audit.COLLECTION: audit.INDEXES, "things": ()})
    yield found
    found.client.drop_database(found.name)
    found.client.close()


def work_of(principal: Principal, at: datetime | None = None) -> Work:
    return Work(Origin("pohjois-karjala", 1, "c", "c"), at or store.utc_now(), principal, lambda _account: ())


def seen_by(database: Store, principal: Principal, persons: list[str], at: datetime | None = None) -> None:
    work = work_of(principal, at)
    work.saw("sign_up", "evt_1", persons)
    audit.put(database, None, work, "events.sign_ups")


def test_an_entry_says_who_saw_whom_by_which_call_and_names_nobody(database: Store) -> None:
    seen_by(database, Principal("account", "acc_1"), ["sgn_1", "sgn_2"])
    seen_by(database, OPERATOR, ["sgn_2"])
    (newest, oldest), following = audit.page(database, {}, 10)
    assert following is None
    assert (newest["by"], newest["account"], newest["persons"]) == ("operator", None, ["sgn_2"])
    assert (oldest["by"], oldest["account"], oldest["count"]) == ("account", "acc_1", 2)
    assert oldest["why"] == "events.sign_ups"
    assert [each["persons"] for each in audit.about(database, ["sgn_1"])] == [["sgn_1"]], "not of the others"


def test_who_sees_nothing_or_only_their_own_leaves_no_entry(database: Store) -> None:
    seen_by(database, Principal("account", "acc_1"), ["acc_1"])
    seen_by(database, Principal("account", "acc_1"), [])
    assert audit.page(database, {}, 10) == ([], None)


def test_the_trail_is_read_in_pages_by_who_whom_what_and_when(database: Store) -> None:
    for number in range(5):
        seen_by(database, Principal("account", f"acc_{number % 2}"), [f"sgn_{number}"])
    first, following = audit.page(database, {"account": "acc_0"}, 2)
    rest, end = audit.page(database, {"account": "acc_0", "after": following}, 2)
    assert [each["persons"][0] for each in (*first, *rest)] == ["sgn_4", "sgn_2", "sgn_0"]
    assert end is None
    assert len(audit.page(database, {"person": "sgn_3"}, 10)[0]) == 1
    assert len(audit.page(database, {"record": "evt_1"}, 10)[0]) == 5
    assert audit.page(database, {"since": store.utc_now() + timedelta(minutes=1)}, 10) == ([], None)


def test_more_than_a_thousand_persons_make_several_entries_and_old_ones_are_dropped(database: Store) -> None:
    seen_by(database, OPERATOR, [f"sgn_{number}" for number in range(2_500)])
    assert [each["count"] for each in audit.page(database, {}, 10)[0]] == [500, 1_000, 1_000]
    seen_by(database, OPERATOR, ["sgn_old"], datetime.now(UTC) - timedelta(days=731))
    audit.forget_old(database, 730)
    assert len(audit.page(database, {}, 10)[0]) == 3


WRAPPED = {
    "a field": lambda text: {"email": text},
    "within a text": lambda text: {"error": f"550 <{text}>: no such user"},
    "deep within": lambda text: {"a": [{"b": ({"c": [text]},)}]},
    "JSON as text": lambda text: {"body": f'{{"data": {{"who": ["{text}"]}}}}'},
    "Base64": lambda text: {"token": b64encode(f'["see","{text}"]'.encode()).decode()},
    "Base64 of addresses within a token": lambda text: {"token": f"x.{urlsafe_b64encode(text.encode()).decode()}"},
    "bytes": lambda text: {"raw": text.encode()},
}


@pytest.mark.parametrize("form", WRAPPED)
@pytest.mark.parametrize("spelling", [ADDRESS, ADDRESS.upper(), ADDRESS.casefold()])
def test_the_search_finds_an_address_in_any_form(database: Store, form: str, spelling: str) -> None:
    database["things"].insert_many(
        [{"_id": "one", **WRAPPED[form](spelling)}, {"_id": "other", "email": f"x{ADDRESS}"}]
    )
    found = search.trace(database, "things", ADDRESS)
    assert (found["documents"], found["holding"], found["ids"]) == (2, 1, ["one"])


def test_the_checksum_is_of_what_was_read(database: Store) -> None:
    database["things"].insert_one({"_id": "one", "text": "esimerkki"})
    before = search.trace(database, "things", ADDRESS)["fingerprint"]
    assert search.trace(database, "things", ADDRESS)["fingerprint"] == before
    database["things"].update_one({"_id": "one"}, {"$set": {"text": "toinen"}})
    assert search.trace(database, "things", ADDRESS)["fingerprint"] != before


def test_addresses_are_known_again_by_their_hashes_alone(database: Store) -> None:
    database["things"].insert_one({"_id": "one", "body": f'{{"to": "{ADDRESS}", "cc": "toinen@example.org"}}'})
    hashes = {hash_of(SECRET, ADDRESS), hash_of(SECRET, "kolmas@example.org")}
    assert list(search.known_again(database, SECRET, hashes).values()) == [ADDRESS.casefold()]


def test_what_is_redacted_keeps_its_shape_and_everybody_else(database: Store) -> None:
    mine = {"id": "acc_1", "email": ADDRESS, "name": NAME, "language": "fi", "mandates": [{"account": "acc_1"}]}
    by_reference = {"id": "sgn_1", "name": NAME.upper()}
    namesake = {"id": "acc_2", "email": "toinen@example.org", "name": NAME}
    database["things"].insert_many(
        [{"_id": f"cmd-{number}", "answer": answer} for number, answer in enumerate((mine, by_reference, namesake))]
    )
    assert search.redact(database, "things", ADDRESS, ["acc_1", "sgn_1"], [NAME]) == 2
    answers = [document["answer"] for document in database["things"].find().sort("_id", 1)]
    assert answers == [{**mine, "email": "", "name": ""}, {**by_reference, "name": ""}, namesake]
    assert search.redact(database, "things", ADDRESS, ["acc_1", "sgn_1"], [NAME]) == 0
    assert search.trace(database, "things", ADDRESS)["holding"] == 0


TEXT = st.text(st.characters(exclude_categories=("Cs", "Cc")), max_size=12)
VALUES = st.recursive(
    st.none() | st.booleans() | TEXT | st.just(ADDRESS) | st.just(f"<{ADDRESS}>"),
    lambda inner: st.lists(inner, max_size=3) | st.dictionaries(st.sampled_from("abc"), inner, max_size=3),
    max_leaves=8,
)


@given(st.lists(VALUES, max_size=4))
@settings(max_examples=25, deadline=None, suppress_health_check=[HealthCheck.function_scoped_fixture])
def test_whatever_holds_the_address_holds_it_no_more_when_it_is_redacted(database: Store, values: list[Any]) -> None:
    database["things"].delete_many({})
    if values:
        database["things"].insert_many([{"_id": number, "value": value} for number, value in enumerate(values)])
    holding = search.trace(database, "things", ADDRESS)["holding"]
    assert holding == sum(ADDRESS in repr(value) for value in values)
    search.redact(database, "things", ADDRESS, (), ())
    assert search.trace(database, "things", ADDRESS)["holding"] == 0
