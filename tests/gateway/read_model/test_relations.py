"""Relations and succession as readers see them: on the record, as a list, in the search."""

from collections.abc import Callable
from typing import Any

import orjson

from gateway.read_model.filters import Filter
from services.contracts import identifiers

from .conftest import ReadModel
from .samples import fact, organisation


def new(prefix: str = identifiers.ORGANISATION) -> str:
    return identifiers.new_id(prefix)


def relation(identity: str, one: str, kind: str, other: str, **rest: Any) -> Any:
    data = {
        "state": "stated",
        "kind": kind,
        "organisation": one,
        "other": other,
        "since": rest.pop("since", None),
        "until": None,
        "ceased": False,
    }
    return fact("actors.relation.stated", identity, data, **rest)


def withdrawn(identity: str, **rest: Any) -> Any:
    return fact("actors.relation.withdrawn", identity, {"state": "withdrawn"}, **rest)


def succeeded(identity: str, name: str, by: str, **rest: Any) -> Any:
    made = organisation(identity, name, state="succeeded", **rest)
    made.data["successors"] = [{"id": by, "relation": "merged_into", "since": "2026-01-01"}]
    return made


def body(read_model: ReadModel, identity: str, kind: str = "organisation") -> dict[str, Any]:
    found = read_model.reader.one(kind, identity)
    assert found is not None
    return dict(orjson.loads(found.body))


def listed(read_model: ReadModel, **rest: Any) -> list[dict[str, Any]]:
    return [orjson.loads(item) for item in read_model.reader.page(Filter(**rest), 50).items]


def test_a_relation_stands_on_both_records_each_as_it_is_seen_from_there(read_model: ReadModel) -> None:
    mintec, gtk, stated = new(), new(), new(identifiers.RELATION)
    read_model.apply(relation(stated, mintec, "unit_of", gtk), organisation(mintec, "GTK Mintec"))
    read_model.apply(organisation(gtk, "Geologian tutkimuskeskus GTK"))
    [unit] = body(read_model, mintec)["relations"]
    assert (unit["kind"], unit["label"]["sv"], unit["organisation"]) == ("unit_of", "Är enhet i", gtk)
    assert unit["name"] == {"fi": "Geologian tutkimuskeskus GTK"}
    [whole] = body(read_model, gtk)["relations"]
    assert (whole["kind"], whole["label"]["en"], whole["name"]) == ("has_unit", "Has the unit", {"fi": "GTK Mintec"})
    for one in (mintec, gtk):
        [item] = listed(read_model, kind="relation", facets=(("organisation", (one,)),))
        assert (item["id"], item["inverse"], item["other_name"]["fi"]) == (
            stated,
            "has_unit",
            "Geologian tutkimuskeskus GTK",
        )


def test_a_renamed_organisation_is_renamed_where_its_relations_are_shown(read_model: ReadModel) -> None:
    mintec, gtk, stated = new(), new(), new(identifiers.RELATION)
    read_model.apply(organisation(mintec), organisation(gtk), relation(stated, mintec, "unit_of", gtk))
    read_model.apply(organisation(gtk, "GTK", version=2))
    assert body(read_model, mintec)["relations"][0]["name"] == {"fi": "GTK"}
    assert body(read_model, stated, "relation")["other_name"] == {"fi": "GTK"}


def test_a_withdrawn_relation_is_on_neither_record_and_does_not_come_back(read_model: ReadModel) -> None:
    mintec, gtk, stated = new(), new(), new(identifiers.RELATION)
    read_model.apply(organisation(mintec), organisation(gtk), relation(stated, mintec, "unit_of", gtk))
    read_model.apply(withdrawn(stated, version=2))
    read_model.apply(relation(stated, mintec, "unit_of", gtk))
    assert body(read_model, mintec)["relations"] == body(read_model, gtk)["relations"] == []
    assert read_model.reader.one("relation", stated) is None


def test_a_relation_that_moves_leaves_the_record_where_it_was(read_model: ReadModel) -> None:
    one, other, into, stated = new(), new(), new(), new(identifiers.RELATION)
    read_model.apply(organisation(one), organisation(other), organisation(into))
    read_model.apply(relation(stated, one, "member_of", other))
    read_model.apply(relation(stated, one, "member_of", into, version=2))
    assert body(read_model, other)["relations"] == []
    assert [each["organisation"] for each in body(read_model, one)["relations"]] == [into]
    assert [each["organisation"] for each in body(read_model, into)["relations"]] == [one]


def test_an_old_name_finds_the_old_record_which_says_what_it_is_called_now(read_model: ReadModel) -> None:
    ely, evk = new(), new()
    read_model.apply(organisation(evk, "Itä-Suomen elinvoimakeskus"))
    read_model.apply(succeeded(ely, "Pohjois-Karjalan ELY-keskus", evk, version=2))
    [found] = listed(read_model, kind="organisation", words="ely-keskus")
    assert (found["id"], found["state"]) == (ely, "succeeded")
    [successor] = found["successors"]
    assert (successor["id"], successor["name"]) == (evk, {"fi": "Itä-Suomen elinvoimakeskus"})
    read_model.apply(organisation(evk, "Itä-Suomen elinvoimakeskus (uusi nimi)", version=2))
    assert body(read_model, ely)["successors"][0]["name"] == {"fi": "Itä-Suomen elinvoimakeskus (uusi nimi)"}


def test_whatever_order_facts_come_in_the_bytes_are_the_same(make_read_model: Callable[[str], ReadModel]) -> None:
    one, other, stated = new(), new(), new(identifiers.RELATION)
    facts = [
        organisation(one, "GTK Mintec"),
        organisation(other, "GTK"),
        relation(stated, one, "unit_of", other, since="2015-01-01"),
    ]
    first, second = make_read_model("first"), make_read_model("second")
    first.apply(*facts)
    for each in reversed(facts):
        second.apply(each)
    for kind, identity in (("organisation", one), ("organisation", other), ("relation", stated)):
        assert body(first, identity, kind) == body(second, identity, kind)
