"""Calendars (RFC 5545): VEVENTs that the projector rendered, joined with the time zones that they name."""

from collections.abc import Mapping
from datetime import timedelta
from functools import lru_cache
from typing import Final

from icalendar import Calendar as VCalendar
from icalendar import vDuration

from gateway.read_model.filters import Calendar

from . import timezones

MEDIA_TYPE: Final = "text/calendar"
PRODUCT: Final = "-//Malmi//Malmi//EN"
_REFRESH: Final = timedelta(hours=1)
_NAMES: Final[Mapping[str, str]] = {
    "fi": "Tapahtumat",
    "sv": "Evenemang",
    "en": "Events",
    "se": "Dáhpáhusat",
}


def join(calendar: Calendar, name: str = "") -> bytes:
    """A calendar file. name: what a program shows for a calendar that is subscribed to; "" for a single event."""
    zones = b"".join(timezones.render(zone) for zone in calendar.time_zones)
    return _head(name) + zones + b"".join(calendar.events) + b"END:VCALENDAR\r\n"


def name_of(node_name: Mapping[str, str], slug: str, language: str) -> str:
    """`Pohjois-Karjala: Tapahtumat`, in a language."""
    node = node_name.get(language) or next(iter(node_name.values()), slug)
    return f"{node}: {_NAMES.get(language, _NAMES['en'])}"


@lru_cache(maxsize=64)
def _head(name: str) -> bytes:
    head = VCalendar()
    head.add("prodid", PRODUCT)
    head.add("version", "2.0")
    head.add("calscale", "GREGORIAN")
    if name:
        # No METHOD: this is a publication, nobody is invited. REFRESH-INTERVAL and NAME are RFC 7986.
        head.add("name", name)
        head.add("x-wr-calname", name)
        head.add("refresh-interval", vDuration(_REFRESH), parameters={"VALUE": "DURATION"})
        head.add("x-published-ttl", vDuration(_REFRESH))
    lines: bytes = head.to_ical()
    return lines.removesuffix(b"END:VCALENDAR\r\n")
