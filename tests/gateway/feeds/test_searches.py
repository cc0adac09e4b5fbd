"""What a list answers when words are looked for, mistyped, and facets are counted."""

from datetime import UTC, datetime, timedelta

import pytest

from services.contracts import identifiers
from tests.gateway.read_model import samples

from .conftest import Site

START = datetime(2027, 9, 6, 6, tzinfo=UTC)


@pytest.fixture(scope="module")
def events(site: Site) -> list[str]:
    """Nine events on ore sorting, of which the last three have it in their titles."""
    ids = [identifiers.new_id(identifiers.EVENT) for _ in range(9)]
    site.apply(
        *(
            samples.event(
                identity,
                begins=START + timedelta(days=number),
                title={"fi": "Ultraäänierottelun päivä (esimerkki)" if number > 5 else "Muu päivä (esimerkki)"},
                summary={"fi": "Ultraäänierottelusta kerrotaan."},
                regions=[["FI1DC"], ["FI1D7"], ["FI1DC", "FI1D7"]][number % 3],
                themes=["processing"] if number % 2 else ["processing", "skills"],
            )
            for number, identity in enumerate(ids)
        )
    )
    return ids


def ids_of(answer: dict[str, list[dict[str, str]]]) -> list[str]:
    return [item["id"] for item in answer["items"]]


def test_what_fits_best_comes_first_unless_the_order_of_the_list_is_asked_for(site: Site, events: list[str]) -> None:
    found = site.get("/api/v1/events?q=ultraäänierottelu").json()
    assert ids_of(found) == events[6:] + events[:6]
    assert found.keys() == {"items", "next"}
    assert ids_of(site.get("/api/v1/events?q=ultraäänierottelu&sort=list").json()) == events
    assert ids_of(site.get("/api/v1/events?q=ultraäänierottelu&sort=relevance").json()) == events[6:] + events[:6]


@pytest.mark.parametrize("q", ["ultraäänierottelu", "ultraaanieorttelu"])
def test_pages_follow_one_another_also_for_a_mistyped_word(site: Site, events: list[str], q: str) -> None:
    found: list[str] = []
    address = f"/api/v1/events?q={q}&limit=2"
    while address:
        page = site.get(address).json()
        found += ids_of(page)
        address = page["next"]
    assert found == events[6:] + events[:6]


def test_the_answer_says_what_was_searched_for_instead(site: Site, events: list[str]) -> None:
    found = site.get("/api/v1/events?q=ultraaanieorttelu&limit=3").json()
    assert found["searched_for"].startswith("ultraaanierottelu")
    assert "ultraaanieorttelu" not in found["next"]
    nothing = site.get("/api/v1/events?q=qwxzqwxz").json()
    assert nothing == {"items": [], "next": None}


def test_facets_are_counted_beside_the_items(site: Site, events: list[str]) -> None:
    query = "/api/v1/events?q=ultraäänierottelu&facets=region,theme&limit=1"
    assert site.get(query).json()["facets"] == {
        "region": {"FI1D7": 6, "FI1DC": 6},
        "theme": {"processing": 9, "skills": 5},
    }
    narrowed = site.get(f"{query}&region=FI1DC&theme=skills").json()["facets"]
    assert narrowed == {"region": {"FI1D7": 3, "FI1DC": 4}, "theme": {"processing": 6, "skills": 4}}
    mistyped = site.get("/api/v1/events?q=ultraaanieorttelu&facets=theme").json()["facets"]
    assert mistyped == {"theme": {"processing": 9, "skills": 5}}


def test_what_changes_is_counted_anew(site: Site) -> None:
    identity = identifiers.new_id(identifiers.ORGANISATION)
    query = "/api/v1/organisations?q=laskettava&facets=kind"
    counts = []
    for version, rest in enumerate([{"kind": "company"}, {"kind": "research"}, {"state": "removed"}], 1):
        site.apply(samples.organisation(identity, "Laskettava Oy (esimerkki)", version=version, **rest))
        counts.append(site.get(query).json()["facets"])
    assert counts == [{"kind": {"company": 1}}, {"kind": {"research": 1}}, {"kind": {}}]


@pytest.mark.parametrize(
    "query", ["events?facets=organiser", "events?facets=region,region,region,region", "organisations?sort=best"]
)
def test_what_is_not_counted_or_no_order_is_refused(site: Site, query: str) -> None:
    answer = site.get(f"/api/v1/{query}")
    assert answer.status_code == 400
    assert answer.json()["errors"][0]["parameter"] in ("facets", "sort")
