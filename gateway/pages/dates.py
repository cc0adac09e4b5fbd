"""Times as the reader's language writes them, in the zone of the event."""

from datetime import datetime
from functools import cache
from typing import Final
from zoneinfo import ZoneInfo

from babel.core import Locale, UnknownLocaleError
from babel.dates import format_datetime, get_timezone_name

from gateway.pages.languages import Words
from services.contracts.envelope import parse_time

_LOCALES: Final = {"fi": "fi_FI", "sv": "sv_FI", "en": "en_GB", "se": "se_FI"}


@cache
def _locale(language: str) -> Locale:
    try:
        return Locale.parse(_LOCALES.get(language, language))
    except (UnknownLocaleError, ValueError):
        return Locale.parse("en_GB")


def _written(moment: datetime, pattern: str, language: str) -> str:
    return format_datetime(moment, pattern, locale=_locale(language))


def span(begins: str, ends: str, zone: str, words: Words) -> str:
    """From when to when, e.g. `ti 12.1.2027 klo 9.00–15.30`; the patterns stand in the translations."""
    first, last = (parse_time(text).astimezone(ZoneInfo(zone)) for text in (begins, ends))
    day, clock = words("date.day"), words("date.clock")
    language = words.language
    from_day, from_clock = _written(first, day, language), _written(first, clock, language)
    to_day, to_clock = _written(last, day, language), _written(last, clock, language)
    if first.date() == last.date():
        return words("date.same_day", day=from_day, begins=from_clock, ends=to_clock)
    return words("date.two_days", day=from_day, begins=from_clock, last_day=to_day, ends=to_clock)


def moment(at: str, zone: str, words: Words) -> str:
    """One moment, e.g. `ti 12.1.2027 klo 9.00`."""
    local = parse_time(at).astimezone(ZoneInfo(zone))
    day, clock = words("date.day"), words("date.clock")
    return words("date.moment", day=_written(local, day, words.language), clock=_written(local, clock, words.language))


def day(at: str, zone: str, words: Words) -> str:
    """One day, e.g. `ti 12.1.2027`."""
    return _written(parse_time(at).astimezone(ZoneInfo(zone)), words("date.day"), words.language)


def zone_name(at: str, zone: str, words: Words) -> str:
    """What the zone is called then, e.g. `Itä-Euroopan kesäaika`."""
    local = parse_time(at).astimezone(ZoneInfo(zone))
    return str(get_timezone_name(local, width="long", locale=_locale(words.language)))
