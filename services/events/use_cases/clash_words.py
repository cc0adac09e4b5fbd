"""Why two events clash, in words: names of what they share, and when."""

from collections.abc import Mapping, Sequence
from typing import Any

from services.contracts.vocabularies import CLASH_REASONS, CLASH_TIMES, REGIONS, THEMES
from services.events.model import name_key
from services.events.model.clash import Clash, Off
from services.events.store import EventStore

LANGUAGES = ("fi", "sv", "en")
Texts = Mapping[str, str]


class Words:
    """For one event that is checked; names are the event's own, or public ones of the registry."""

    def __init__(self, store: EventStore, values: Mapping[str, Any]) -> None:
        self._store = store
        self._place = (values.get("place") or {}).get("name", "")
        self._speakers = {name_key(speaker["name"]): speaker["name"] for speaker in values.get("speakers") or ()}
        self._known: dict[str, Texts] = {}

    def reason(self, what: str, shared: Sequence[str], found: Clash) -> dict[str, Any]:
        """A ClashReason."""
        things = [{"code": code, "name": self._name(what, code)} for code in shared]
        return {"what": what, "shared": things, "says": self._says(what, things, _when(found))}

    def off(self, off: Off) -> dict[str, Any]:
        """A ClashReason of a holiday, or of a holiday period."""
        things: list[dict[str, Any]] = [{"code": off.code, "name": dict(off.name)}]
        where = ", ".join
        says = {
            language: f"{CLASH_REASONS[off.kind][language]}: {off.name[language]}"
            f" ({where(_in(REGIONS.get(code, {}), language, code) for code in off.regions)})"
            for language in LANGUAGES
        }
        return {"what": off.kind, "shared": things, "says": says}

    def _says(self, what: str, things: Sequence[Mapping[str, Any]], when: Texts) -> dict[str, str]:
        return {
            language: f"{CLASH_REASONS[what][language]}"
            f" ({', '.join(_in(thing['name'], language, thing['code']) for thing in things)}), {when[language]}"
            for language in LANGUAGES
        }

    def _name(self, what: str, code: str) -> Texts:
        if what == "venue":
            return dict.fromkeys(LANGUAGES, self._place)
        if what == "speaker":
            return dict.fromkeys(LANGUAGES, self._speakers.get(code, code))
        if what == "theme":
            return THEMES.get(code, {})
        if code not in self._known:
            self._known[code] = self._of_registry(code)
        return self._known[code]

    def _of_registry(self, code: str) -> Texts:
        identity = code.rpartition(":")[2]
        if identity in REGIONS:
            return REGIONS[identity]
        copies = {
            "act": self._store.organisations,
            "con": self._store.consortia,
            "wgr": self._store.working_groups,
        }.get(identity[:3])
        found = copies.find(identity) if copies is not None else None
        return dict((found or {}).get("name") or {})


def _in(texts: Texts, language: str, otherwise: str) -> str:
    return texts.get(language) or next(iter(texts.values()), otherwise)


def _when(found: Clash) -> Texts:
    if found.overlaps:
        return CLASH_TIMES["overlaps"]
    if found.days == 0:
        return CLASH_TIMES["same_day"]
    if found.days == 1:
        return CLASH_TIMES["one_day"]
    return {language: text.format(days=found.days) for language, text in CLASH_TIMES["days"].items()}
