"""Offerings and packages as readers find them."""

from typing import Any

import orjson

from gateway.read_model.filters import Filter
from services.contracts import identifiers

from .conftest import ReadModel
from .samples import fact, organisation


def new(prefix: str) -> str:
    return identifiers.new_id(prefix)


def offering(identity: str, owner: str, **rest: Any) -> Any:
    version = rest.pop("version", 1)
    data = {
        "state": "offered",
        "organisation": owner,
        "title": {"fi": "Rikastuskokeet (esimerkki)"},
        "description": {"fi": "Jatkuvatoimiset kokeet."},
        "kind": "service",
        "value_chain": ["processing"],
        "materials": ["cobalt"],
        "trl_from": 4,
        "trl_to": 7,
        "nace": ["09.90"],
        "regions": ["FI1DC"],
        "link": None,
        **rest,
    }
    return fact("actors.offering.offered", identity, data, version=version)


def package(identity: str, maker: str, *offerings: str, version: int = 1) -> Any:
    data = {
        "state": "offered",
        "organisation": maker,
        "title": {"fi": "Sivukivestä tuotteeksi (esimerkki)"},
        "description": {},
        "link": None,
        "offerings": list(offerings),
    }
    return fact("actors.package.offered", identity, data, version=version)


def found(read_model: ReadModel, kind: str, words: str = "", **facets: str) -> list[str]:
    wanted = tuple((name, (value,)) for name, value in facets.items())
    page = read_model.reader.page(Filter(kind, words=words, facets=wanted), 50)
    return [orjson.loads(item)["id"] for item in page.items]


def test_an_offering_is_found_by_what_it_is_for(read_model: ReadModel) -> None:
    owner, mine, other = new("act"), new("ofr"), new("ofr")
    read_model.apply(organisation(owner, "GTK Mintec"), offering(mine, owner))
    read_model.apply(offering(other, owner, materials=["nickel"], trl_from=8, trl_to=None, nace=["71.12"]))
    for facets in ({"material": "cobalt"}, {"trl": "6"}, {"nace": "09"}, {"nace": "09.9"}, {"nace": "09.90"}):
        assert found(read_model, "offering", **facets) == [mine], facets
    assert found(read_model, "offering", trl="8") == [other]
    assert found(read_model, "offering", trl="9") == []
    assert set(found(read_model, "offering", organisation=owner, region="FI1DC", value_chain="processing")) == {
        mine,
        other,
    }
    for words in ("mintec", "koboltti", "kobolt", "jatkuvatoim"):
        assert mine in found(read_model, "offering", words=words), words


def test_whom_to_ask_is_the_organisations_website_as_it_is_now(read_model: ReadModel) -> None:
    owner, mine = new("act"), new("ofr")
    read_model.apply(offering(mine, owner), organisation(owner))
    renamed = organisation(owner, "GTK Mintec", version=2)
    renamed.data["website"] = "https://example.org"
    read_model.apply(renamed)
    one = read_model.reader.one("offering", mine)
    assert one is not None
    shown = orjson.loads(one.body)
    assert (shown["contact"], shown["organisation_name"]) == ("https://example.org", {"fi": "GTK Mintec"})
    assert "@" not in one.body.decode()


def test_a_package_is_found_by_what_its_offerings_are_and_shows_them_as_they_are_now(read_model: ReadModel) -> None:
    maker, owner, mine, theirs, made = new("act"), new("act"), new("ofr"), new("ofr"), new("pkg")
    read_model.apply(package(made, maker, mine, theirs), organisation(maker), organisation(owner, "GTK"))
    read_model.apply(offering(mine, maker), offering(theirs, owner, materials=["graphite"]))
    assert found(read_model, "package", material="graphite") == [made]
    assert found(read_model, "package", organisation=owner) == [made]
    assert found(read_model, "package", words="grafiitti") == [made]
    read_model.apply(offering(theirs, owner, materials=["lithium"], title={"fi": "Uusi nimi"}, version=2))
    assert found(read_model, "package", material="graphite") == []
    one = read_model.reader.one("package", made)
    assert one is not None
    assert [each["title"]["fi"] for each in orjson.loads(one.body)["offerings"]] == [
        "Rikastuskokeet (esimerkki)",
        "Uusi nimi",
    ]


def test_a_withdrawn_package_is_gone_and_may_come_back(read_model: ReadModel) -> None:
    maker, made = new("act"), new("pkg")
    read_model.apply(package(made, maker))
    read_model.apply(fact("actors.package.withdrawn", made, {"state": "withdrawn"}, version=2))
    assert found(read_model, "package", organisation=maker) == []
    read_model.apply(package(made, maker, version=3))
    assert found(read_model, "package", organisation=maker) == [made]
