"""What a subscriber may choose from."""

from collections.abc import Mapping
from dataclasses import dataclass
from typing import Any, Final

import orjson

from gateway.dependencies import Dependencies
from gateway.pages.languages import Words
from gateway.read_model.filters import Filter
from gateway.read_model.reader import ReadModelAway
from services.contracts import vocabularies

_MOST: Final = 200


@dataclass(frozen=True, slots=True)
class Choice:
    """A checkbox: its value, its label, whether it is ticked."""

    value: str
    label: str
    chosen: bool


@dataclass(frozen=True, slots=True)
class Choices:
    everything: bool
    regions: list[Choice]
    themes: list[Choice]
    consortia: list[Choice]
    working_groups: list[Choice]


def filter_choices(deps: Dependencies, text: Words, chosen: Mapping[str, Any] | None = None) -> Choices:
    """The node's regions, all themes, and the consortia and working groups that the read model shows; besides what
    is chosen already. Without the read model: the consortia and groups chosen, by their ids."""
    chosen = chosen or {}

    def of(name: str, offered: Mapping[str, str]) -> list[Choice]:
        picked = list(chosen.get(name) or [])
        values = dict.fromkeys([*offered, *picked])
        return [Choice(value, offered.get(value) or value, value in picked) for value in values]

    def labels(vocabulary: Mapping[str, Mapping[str, str]]) -> dict[str, str]:
        return {code: text.of(names)[0] or code for code, names in vocabulary.items()}

    here = [code for code in deps.settings.regions if code not in vocabularies.REGIONS]
    regions = labels(vocabularies.REGIONS) | {code: code for code in here}
    order = {code: regions[code] for code in (*deps.settings.regions, *regions)}
    return Choices(
        everything=bool(chosen.get("everything")),
        regions=of("regions", order),
        themes=of("themes", labels(vocabularies.THEMES)),
        consortia=of("consortia", _names(deps, text, "consortium")),
        working_groups=of("working_groups", _names(deps, text, "working_group")),
    )


def _names(deps: Dependencies, text: Words, kind: str) -> dict[str, str]:
    try:
        page = deps.reader.page(Filter(kind, states=("active",)), _MOST)
    except ReadModelAway:
        return {}
    return {record["id"]: text.of(record.get("name"))[0] for record in map(orjson.loads, page.items)}
