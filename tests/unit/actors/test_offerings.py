"""Offerings and packages: what is shown follows from who consented."""

from datetime import UTC, datetime
from typing import Any

import pytest
from hypothesis import given
from hypothesis import strategies as st
from marshmallow import ValidationError

from services.actors import model
from services.actors.model import Offering, Package, Part
from services.contracts import materials
from services.contracts.errors import Conflict, Invalid
from services.contracts.schemas.offerings import Offer

pytestmark = pytest.mark.quick

NOW = datetime(2026, 11, 22, 8, tzinfo=UTC)
ORGANISATION = "act_01kahp5v3mf0gt8zqk4c2w7x9e"


def record(made: Any, identity: str, **rest: Any) -> Any:
    return made(identity, "pohjois-karjala", 1, 1, rest.pop("state"), NOW, NOW, **rest)


def offering(identity: str, organisation: str, **rest: Any) -> Offering:
    texts = {"title": {"fi": "Koeajo (esimerkki)"}, "description": {}, "kind": "service"}
    made: Offering = record(Offering, identity, **{"state": "offered", "organisation": organisation, **texts, **rest})
    return made


def package(*parts: Part) -> Package:
    made: Package = record(
        Package, "pkg_1", state=model.state_of(parts), organisation="maker", title={}, description={}, parts=parts
    )
    return made


def test_the_regulation_names_34_critical_and_17_strategic_materials_in_three_languages() -> None:
    assert (len(materials.CRITICAL), len(materials.STRATEGIC)) == (34, 17)
    assert set(materials.STRATEGIC) - set(materials.CRITICAL) == {"magnet_rare_earths"}
    for labels in (*materials.MATERIALS.values(), *materials.STRATEGIC.values()):
        assert {"fi", "sv", "en"} <= labels.keys()
        assert all(labels.values())


@pytest.mark.parametrize("code", ["B", "09", "09.9", "09.90", "09.900", "71.12"])
def test_codes_of_nace_and_tol_are_taken_as_they_are_printed(code: str) -> None:
    loaded = Offer().load({"organisation": ORGANISATION, "title": {"fi": "E"}, "kind": "service", "nace": [code]})
    assert loaded["nace"] == [code]


@pytest.mark.parametrize(
    ("wrong", "field"),
    [
        ({"nace": ["9.9"]}, "nace"),
        ({"materials": ["unobtainium"]}, "materials"),
        ({"trl_from": 0}, "trl_from"),
        ({"trl_from": 7, "trl_to": 4}, "trl_to"),
        ({"kind": "person"}, "kind"),
    ],
)
def test_what_no_offering_has_is_refused_by_field(wrong: dict[str, Any], field: str) -> None:
    with pytest.raises(ValidationError) as refused:
        Offer().load({"organisation": ORGANISATION, "title": {"fi": "E"}, "kind": "service", **wrong})
    assert set(refused.value.messages_dict) == {field}


def test_levels_are_in_order_after_a_change_of_one_of_them() -> None:
    with pytest.raises(Invalid):
        model.change_offering(offering("ofr_1", "act_1", trl_from=5, trl_to=7), {"trl_to": 4}, NOW, 1)


def test_own_offerings_are_consented_to_and_others_owners_are_asked() -> None:
    parts = model.parts_of([offering("ofr_1", "maker"), offering("ofr_2", "other")], "maker", (), NOW)
    assert [part.consent for part in parts] == ["given", "asked"]
    assert model.state_of(parts) == "draft"
    answered = model.consent(package(*parts), "ofr_2", True, NOW)
    assert model.state_of(answered) == "offered"
    again = model.parts_of([offering("ofr_2", "other"), offering("ofr_3", "third")], "maker", answered, NOW)
    assert [part.consent for part in again] == ["given", "asked"], "an answer stays, whatever else changes"


def test_a_consent_is_for_what_is_in_the_package() -> None:
    with pytest.raises(Invalid):
        model.consent(package(), "ofr_9", True, NOW)
    withdrawn = model.withdraw_package(package(), NOW, 1)
    for change in (model.withdraw_package, lambda *rest: model.change_package(rest[0], {"link": "x"}, *rest[1:])):
        with pytest.raises(Conflict):
            change(withdrawn, NOW, 1)


parts = st.lists(
    st.builds(
        lambda number, owner, consent: Part(f"ofr_{number}", owner, consent, NOW),
        st.integers(1, 5),
        st.sampled_from(["maker", "one", "two"]),
        st.sampled_from(["asked", "given", "refused"]),
    ),
    max_size=5,
    unique_by=lambda part: part.offering,
)


@given(parts, st.lists(st.tuples(st.integers(0, 4), st.booleans()), max_size=6))
def test_nothing_is_shown_without_consent_and_no_package_of_one_actor(made: list[Part], answers: Any) -> None:
    current = package(*made)
    for number, given_ in answers:
        if number < len(current.parts):
            changed = model.consent(current, current.parts[number].offering, given_, NOW)
            current = model.change_package(current, {"parts": changed}, NOW, 1)
    consented = {part.offering: part.organisation for part in current.parts if part.consent == "given"}
    assert set(current.shown) == set(consented)
    assert (current.state == "offered") == (len(set(consented.values())) >= 2)
