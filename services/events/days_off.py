"""Public holidays and holiday periods of regions, by the package `holidays` and the vocabulary's data."""

from collections.abc import Iterable, Iterator
from datetime import date
from functools import lru_cache
from typing import Final

import holidays

from services.contracts.vocabularies import HOLIDAY_PERIODS, HolidayPeriod
from services.events.model.clash import Off

_COUNTRIES: Final = {"EL": "GR", "UK": "GB"}
"""NUTS names two countries otherwise than ISO 3166."""
_PARTS: Final = {"ES12": ("ES", "AS"), "ES41": ("ES", "CL")}
"""Parts of countries with holidays of their own, by the beginning of the NUTS code: those of S3P Mining Industry."""
_LANGUAGES: Final = {"fi": ("fi",), "sv": ("sv_FI", "sv"), "en": ("en_US", "en_GB", "en")}


def days_off(regions: Iterable[str], first: int, last: int) -> list[Off]:
    """What is known of these regions (NUTS 3) on these days (numbers); one entry for all regions that share it."""
    found: dict[tuple[str, str, int], Off] = {}
    for region in sorted(set(regions)):
        for off in (*_public(region, first, last), *_periods(region, first, last)):
            key = (off.kind, off.code, off.first)
            before = found.get(key)
            shared = (*before.regions, region) if before is not None else (region,)
            found[key] = Off(off.kind, off.code, off.first, off.last, off.name, shared)
    return list(found.values())


def _public(region: str, first: int, last: int) -> Iterator[Off]:
    country, part = _PARTS.get(region[:4], (_COUNTRIES.get(region[:2], region[:2]), None))
    for year in range(date.fromordinal(first).year, date.fromordinal(last).year + 1):
        for day, name in _of_year(country, part, year):
            if first <= day <= last:
                yield Off("holiday", f"{country}:{date.fromordinal(day).isoformat()}", day, day, dict(name), (region,))


@lru_cache(maxsize=256)
def _of_year(country: str, part: str | None, year: int) -> tuple[tuple[int, tuple[tuple[str, str], ...]], ...]:
    """Day and name by language; nothing for a country that the package does not know."""
    known = holidays.list_localized_countries()
    if country not in holidays.list_supported_countries():
        return ()
    names: dict[int, dict[str, str]] = {}
    own = holidays.country_holidays(country, subdiv=part, years=year)
    for day, name in own.items():
        names[day.toordinal()] = {"": name}
    for language, spoken in _LANGUAGES.items():
        there = next((code for code in spoken if code in known.get(country, ())), None)
        if there is not None:
            for day, name in holidays.country_holidays(country, subdiv=part, years=year, language=there).items():
                names[day.toordinal()][language] = name
    return tuple((day, tuple(_named(texts).items())) for day, texts in sorted(names.items()))


def _named(texts: dict[str, str]) -> dict[str, str]:
    """By language; where a language has no name of it, English, and else its own country's."""
    fallback = texts.get("en") or texts[""]
    return {language: texts.get(language) or fallback for language in _LANGUAGES}


def _periods(region: str, first: int, last: int) -> Iterator[Off]:
    for code, period in HOLIDAY_PERIODS.items():
        if any(region.startswith(where) for where in period.regions):
            yield from _of_period(code, period, region, first, last)


def _of_period(code: str, period: HolidayPeriod, region: str, first: int, last: int) -> Iterator[Off]:
    for year in range(date.fromordinal(first).year - 1, date.fromordinal(last).year + 1):
        begins, ends = period.of_year(year)
        if begins.toordinal() <= last and first <= ends.toordinal():
            yield Off("holiday_period", code, begins.toordinal(), ends.toordinal(), period.names, (region,))
