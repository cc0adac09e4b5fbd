"""Texts of mails by language, from texts/*.toml; and how a language writes times."""

import tomllib
from collections.abc import Mapping, Sequence
from datetime import datetime
from functools import cache
from pathlib import Path
from typing import Final
from zoneinfo import ZoneInfo

from babel.dates import format_date, format_time, get_timezone_name

TEXTS: Final = Path(__file__).resolve().parent.parent / "texts"
LOCALES: Final = {"fi": "fi_FI", "sv": "sv_FI", "en": "en_GB"}


@cache
def texts_of(language: str) -> Mapping[str, str]:
    """All texts of a language, by dotted name."""
    with (TEXTS / f"{language}.toml").open("rb") as file:
        return dict(_flat(tomllib.load(file)))


def _flat(table: Mapping[str, object], path: str = "") -> "list[tuple[str, str]]":
    found: list[tuple[str, str]] = []
    for key, value in table.items():
        name = f"{path}.{key}" if path else key
        found += _flat(value, name) if isinstance(value, dict) else [(name, str(value))]
    return found


class Words:
    """The words of one mail. Wanted language first, then the node's in order (DOMAIN.md: fall back in order)."""

    def __init__(self, wanted: str, fallbacks: Sequence[str]) -> None:
        self._order = tuple(dict.fromkeys((wanted, *fallbacks, "fi", "sv", "en")))
        self.language = next(language for language in self._order if language in LOCALES)
        self._texts, self._locale = texts_of(self.language), LOCALES[self.language]

    def __call__(self, text: str, /, **values: object) -> str:
        return self._texts[text].format(**values)

    def has(self, name: str) -> bool:
        return name in self._texts

    def of(self, localized: Mapping[str, str] | None) -> str:
        """The text of a record in the best language that it has; empty when it has none."""
        texts = localized or {}
        for language in (*self._order, *texts):
            if texts.get(language):
                return texts[language]
        return ""

    def period(self, begins: datetime, ends: datetime, zone: str) -> str:
        """From when to when, as people there say it, with the zone's name."""
        local = ZoneInfo(zone)
        first, last = begins.astimezone(local), ends.astimezone(local)
        name = get_timezone_name(first, width="long", locale=self._locale)
        day, hour = self._day(first), self._hour(first)
        if first.date() == last.date():
            until = self._hour(last)
            return self("time.same_day", day=day, begins=hour, ends=until, zone=name)
        return self("time.days", day=day, begins=hour, last=self._day(last), ends=self._hour(last), zone=name)

    def moment(self, moment: datetime, zone: str) -> str:
        """A day and an hour there, with the zone's name."""
        local = moment.astimezone(ZoneInfo(zone))
        name = get_timezone_name(local, width="long", locale=self._locale)
        return self("time.moment", day=self._day(local), hour=self._hour(local), zone=name)

    def short_day(self, moment: datetime, zone: str) -> str:
        """For a subject line, e.g. 7.12.2026."""
        return format_date(
            moment.astimezone(ZoneInfo(zone)), "short" if self.language == "sv" else "medium", self._locale
        )

    def _day(self, moment: datetime) -> str:
        return format_date(moment, "full", locale=self._locale)

    def _hour(self, moment: datetime) -> str:
        return format_time(moment, "short", locale=self._locale)
