"""Region files: those that come with Malmi, and what is said about one that is wrong."""

import re
from pathlib import Path
from typing import Any

import pytest
import yaml

from deploy.node import regions
from deploy.node.errors import NodeError
from services.contracts.schemas.fields import NUTS3
from services.contracts.vocabularies import LANGUAGES

GOOD: dict[str, Any] = {
    "slug": "esimerkki",
    "name": {"fi": "Esimerkki"},
    "regions": [{"nuts_2024": "FI1D7", "nuts_2021": "FI1D7"}],
    "languages": ["fi"],
    "time_zone": "Europe/Helsinki",
}


def test_the_seven_regions_and_the_secretariat_are_there() -> None:
    seven = "etela-savo kainuu keski-pohjanmaa lappi pohjois-karjala pohjois-pohjanmaa pohjois-savo"
    assert regions.known() == [*seven.split(), "s3p"]


@pytest.mark.parametrize("slug", regions.known())
def test_a_region_that_comes_with_malmi_is_whole(slug: str) -> None:
    region = regions.load(slug)
    assert region.slug == slug
    assert {"fi", "sv", "en"} <= set(region.name)
    assert {"fi", "sv", "en"} <= set(region.languages) <= set(LANGUAGES)
    assert all(NUTS3.match(nuts.v2024) for nuts in region.nuts)
    assert bool(region.nuts) == (slug != "s3p")


def test_no_two_regions_share_a_code() -> None:
    codes = [nuts.v2024 for slug in regions.known() for nuts in regions.load(slug).nuts]
    assert len(codes) == len(set(codes)) == 7


def test_codes_that_nobody_confirmed_are_marked() -> None:
    marked = {slug for slug in regions.known() for nuts in regions.load(slug).nuts if "nuts_2024" in nuts.to_confirm}
    assert marked == {"pohjois-karjala", "pohjois-savo", "etela-savo"}


def test_a_file_of_ones_own_is_read_by_its_path(tmp_path: Path) -> None:
    file = tmp_path / "mine.yaml"
    file.write_text(yaml.safe_dump(GOOD))
    assert regions.load(str(file)).name == {"fi": "Esimerkki"}


def test_an_unknown_region_is_answered_with_those_there_are() -> None:
    with pytest.raises(NodeError, match=r"'atlantis'.*pohjois-karjala"):
        regions.load("atlantis")


@pytest.mark.parametrize(
    ("change", "said"),
    [
        ({"slug": "Esi merkki"}, "slug: 'Esi merkki'"),
        ({"time_zone": "Europe/Outokumpu"}, "time_zone: 'Europe/Outokumpu'"),
        ({"languages": ["fi", "xx"]}, "languages:"),
        ({"languages": []}, "languages:"),
        ({"languages": ["fi", "fi"]}, "languages:"),
        ({"name": {"en": "Example"}}, "name: a text for fi"),
        ({"name": {"fi": " "}}, "name.fi: a text expected"),
        ({"regions": [{"nuts_2024": "FI1D"}]}, "regions[0]: nuts_2021 missing"),
        ({"regions": [{"nuts_2024": "FI1", "nuts_2021": "FI1D7"}]}, "regions[0].nuts_2024: 'FI1'"),
        ({"regions": "FI1D7"}, "regions: a list expected"),
        ({"colour": "blue"}, "the file: colour unknown"),
    ],
)
def test_a_mistake_is_told_with_its_place(tmp_path: Path, change: dict[str, Any], said: str) -> None:
    file = tmp_path / "mine.yaml"
    file.write_text(yaml.safe_dump({**GOOD, **change}))
    with pytest.raises(NodeError, match=re.escape(f"{file}: {said}")):
        regions.load(str(file))


def test_a_file_that_is_no_yaml_is_told_in_one_line(tmp_path: Path) -> None:
    file = tmp_path / "mine.yaml"
    file.write_text("slug: [")
    with pytest.raises(NodeError) as told:
        regions.load(str(file))
    assert "\n" not in str(told.value)
