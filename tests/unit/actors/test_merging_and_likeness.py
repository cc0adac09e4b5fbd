"""Two records of one actor: how they are found, what a merge keeps, what its undo restores."""

from datetime import UTC, datetime, timedelta
from typing import Any

import pytest
from hypothesis import given
from hypothesis import strategies as st

from services.actors import model
from services.actors.model import Identifier, Merge, Organisation
from services.contracts.errors import Conflict

pytestmark = pytest.mark.quick

NOW = datetime(2026, 11, 22, 8, tzinfo=UTC)
LATER = NOW + timedelta(days=1)


def organisation(identity: str, **rest: Any) -> Organisation:
    name = rest.pop("name", {"fi": "Esimerkki Oy"})
    fields = {"state": "admitted", "kind": "company", "regions": ("FI1DC",), **rest}
    return Organisation(
        id=identity,
        home="pohjois-karjala",
        incarnation=1,
        version=1,
        created=NOW,
        changed=NOW,
        name=name,
        name_keys=model.name_keys(name),
        like_keys=model.like_keys(name),
        **fields,
    )


@pytest.mark.parametrize(
    ("one", "other"),
    [
        ("Geologian tutkimuskeskus GTK", "Geologian tutkimuskeskus"),
        ("Kemin Digipolis Oy", "Kemin Digipolis"),
        ("Business Joensuu Oy", "Joensuu Business Oy"),
        ("Joensuun Seudun Kehittämisyhtiö Josek Oy", "Joensuun seudun kehittamisyhtio JOSEK"),
        ("Lapin ammattikorkeakoulu", "Lapin ammattikorkeakolu"),
    ],
)
def test_one_actor_under_two_spellings_is_found(one: str, other: str) -> None:
    found = model.compare(organisation("act_1", name={"fi": one}), organisation("act_2", name={"en": other}))
    assert found is not None
    assert "name" in found.because
    assert set(model.like_keys({"fi": one})).intersection(model.like_keys({"fi": other})), "found by the index, too"


@pytest.mark.parametrize(
    ("one", "other"),
    [
        ("Lapin yliopisto", "Lapin liitto"),
        ("Esimerkki 1 Oy", "Esimerkki 2 Oy"),
        ("Pohjois-Karjalan maakuntaliitto", "Keski-Pohjanmaan maakuntaliitto"),
        ("Oy", "Ab"),
    ],
)
def test_two_actors_with_names_that_share_a_word_are_not_offered(one: str, other: str) -> None:
    assert model.compare(organisation("act_1", name={"fi": one}), organisation("act_2", name={"fi": other})) is None


def test_the_same_identifier_is_enough_whatever_the_names() -> None:
    first = organisation("act_1", identifiers=(Identifier("y-tunnus", "0244680-7"),))
    second = organisation("act_2", name={"en": "Geological Survey"}, identifiers=(Identifier("vat", "FI02446807"),))
    found = list(model.all_alike([first, second]))
    assert [(each.pair, each.likeness, each.because) for each in found] == [("act_1+act_2", 100, ("identifier",))]


def test_only_admitted_organisations_merge_and_none_with_itself() -> None:
    one = organisation("act_1")
    for other in (organisation("act_2", state="succeeded"), one):
        with pytest.raises(Conflict):
            model.merged(one, other, (), LATER, 1)


texts = st.dictionaries(st.sampled_from(["fi", "sv", "en"]), st.sampled_from(["A", "B", "C"]), min_size=1)
some = st.lists(st.sampled_from(["FI1DC", "FI1D7", "FI1D8", "FI1D9"]), unique=True).map(tuple)
pics = st.lists(st.sampled_from(["999999991", "999999992", "999999993"]), unique=True)
organisations = st.builds(
    lambda identity, name, summary, kind, website, regions, places, numbers: organisation(
        identity,
        name=name,
        summary=summary,
        kind=kind,
        website=website,
        regions=regions,
        places=places,
        identifiers=tuple(Identifier("pic", number) for number in numbers),
    ),
    st.sampled_from(["act_1", "act_2"]),
    texts,
    texts | st.just({}),
    st.sampled_from(["company", "research"]),
    st.none() | st.just("https://example.org"),
    some,
    some,
    pics,
)
pairs = st.tuples(organisations, organisations).filter(lambda pair: pair[0].id != pair[1].id)
choices = st.sets(st.sampled_from(["name", "kind", "summary", "website"]))


def _merge(one: Organisation, after: Organisation, other: Organisation) -> Merge:
    return Merge("mrg_1", one.home, 1, 1, "done", NOW, NOW, one.id, other.id, None, one, after)


@given(pairs, choices)
def test_a_merged_actor_loses_nothing(pair: tuple[Organisation, Organisation], take: set[str]) -> None:
    one, other = pair
    after, gone = model.merged(one, other, take, LATER, 1)
    for name in ("regions", "places", "identifiers", "competences"):
        assert set(getattr(after, name)) == {*getattr(one, name), *getattr(other, name)}
    for name in ("name", "summary"):
        assert getattr(after, name).keys() == {*getattr(one, name), *getattr(other, name)}
        for language, text in getattr(other if name in take else one, name).items():
            assert getattr(after, name)[language] == text
    assert bool(after.website) == bool(one.website or other.website)
    assert gone.state == "merged"
    assert gone.successors[0].id == one.id
    assert (gone.name, gone.identifiers) == (other.name, other.identifiers), "the old record stays readable as it was"


@given(pairs, choices)
def test_merge_and_undo_is_the_identity_but_for_versions(pair: tuple[Organisation, Organisation], take: Any) -> None:
    one, other = pair
    after, gone = model.merged(one, other, take, LATER, 1)
    fields, kept = model.restored(_merge(one, after, other), after)
    assert kept == ()
    assert {name: getattr(one, name) for name in fields} == fields
    back = model.split_again(gone, LATER, 1)
    assert model.differences(other, back) == ()


@given(pairs, st.sampled_from(["https://example.org/later", "https://example.org/even-later"]))
def test_what_was_changed_since_survives_an_undo(pair: tuple[Organisation, Organisation], website: str) -> None:
    one, other = pair
    after, _ = model.merged(one, other, (), LATER, 1)
    since = model.change(after, {"website": website, "places": (*after.places, "Outokumpu")}, LATER, 1)
    fields, kept = model.restored(_merge(one, after, other), since)
    assert set(kept) == {"website", "places"}
    assert fields["website"] == website
    assert set(fields["places"]) == {*one.places, "Outokumpu"}
