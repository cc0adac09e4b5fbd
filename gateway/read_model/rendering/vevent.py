"""An event as a VEVENT (RFC 5545), in each language."""

from collections.abc import Mapping, Sequence
from datetime import datetime
from typing import Any
from zoneinfo import ZoneInfo, ZoneInfoNotFoundError

from icalendar import Event, vText, vUri

from services.contracts.envelope import parse_time
from services.contracts.vocabularies import THEMES

from .shown import CALENDAR_LANGUAGES, in_language

_BEGIN, _END = b"BEGIN:VEVENT\r\n", b"END:VEVENT\r\n"
_POSTPONED = {
    "fi": "Siirretty; aiempi aika oli {when}.",
    "sv": "Uppskjutet; tidigare tid var {when}.",
    "en": "Postponed; it was to begin on {when}.",
}
_RESTORED = 1_000_000
"""A home restored from a backup raises its incarnation and may lower versions; SEQUENCE must still rise."""


def render_all(values: Mapping[str, Any], languages: Sequence[str], public_url: str) -> tuple[bytes, ...]:
    """The VEVENT in each of CALENDAR_LANGUAGES: folded lines, each ended by CRLF.

    values: the event's members and its organiser's name. languages: the node's, in order of fallback.
    """
    shared = _shared(values).removesuffix(_END)
    own = [_in_language(values, language, languages, public_url) for language in CALENDAR_LANGUAGES]
    return tuple(shared + lines.removeprefix(_BEGIN) for lines in own)


def _shared(values: Mapping[str, Any]) -> bytes:
    """What is the same in every language. UID is id@home, so the event stays one entry in a calendar that takes it
    from several nodes. DTSTAMP is the time of the last change, as RFC 5545 3.8.7.2 has it for what is published
    without a METHOD."""
    zone = _zone(values.get("time_zone"))
    changed = parse_time(values.get("changed") or values["begins"]).replace(microsecond=0)
    event = Event()
    event.add("uid", f"{values['id']}@{values['home']}")
    event.add("sequence", (values["incarnation"] - 1) * _RESTORED + values["version"])
    event.add("dtstamp", changed)
    event.add("last-modified", changed)
    if values.get("created"):
        event.add("created", parse_time(values["created"]).replace(microsecond=0))
    event.add("dtstart", _local(values["begins"], zone))
    event.add("dtend", _local(values["ends"], zone))
    place = values.get("place") or {}
    where = ", ".join(part for part in (place.get("name"), place.get("address")) if part)
    if where or values.get("link"):
        event.add("location", where or values["link"])
    if values.get("link") and values.get("attendance") != "on_site":
        # RFC 7986, 5.11: where one takes part from afar
        event.add("conference", vUri(values["link"]), parameters={"VALUE": "URI", "FEATURE": "VIDEO"})
    event.add("status", "CANCELLED" if values["state"] == "cancelled" else "CONFIRMED")
    return bytes(event.to_ical())


def _in_language(values: Mapping[str, Any], language: str, languages: Sequence[str], public_url: str) -> bytes:
    order = (language, *languages)
    event = Event()
    event.add("summary", in_language(values.get("title"), order))
    description = _description(values, order)
    if description:
        event.add("description", description)
    event["url"] = vUri(f"{public_url}/{page_language(language, languages)}/events/{values['id']}")
    themes = [in_words(code, order) for code in values.get("themes") or []]
    if themes:
        event.add("categories", [vText(theme) for theme in themes])
    return bytes(event.to_ical())


def page_language(language: str, languages: Sequence[str]) -> str:
    """The language of the node's pages for a reader who wants `language`."""
    return language if language in languages or not languages else languages[0]


def in_words(code: str, order: Sequence[str]) -> str:
    """A theme's label; the code itself for one that is not in the vocabulary."""
    return in_language(THEMES.get(code, {}), order) or code


def _local(moment: str, zone: ZoneInfo) -> datetime:
    return parse_time(moment).replace(microsecond=0).astimezone(zone)


def _zone(name: str | None) -> ZoneInfo:
    try:
        return ZoneInfo(name or "Europe/Helsinki")
    except (ZoneInfoNotFoundError, ValueError, OSError):
        # A newer node may know a zone that this machine's database lacks.
        return ZoneInfo("UTC")


def _description(values: Mapping[str, Any], order: Sequence[str]) -> str:
    hosts = [values.get("organiser_name"), *(values.get("co_host_names") or {}).values()]
    parts = [
        in_language(values.get("cancellation"), order) if values["state"] == "cancelled" else "",
        _postponed(values, order),
        in_language(values.get("summary"), order),
        in_language(values.get("description"), order),
        _programme(values, order),
        ", ".join(name for host in hosts if (name := in_language(host, order))),
        values.get("link") or "",
    ]
    return "\n\n".join(part for part in parts if part)


def _postponed(values: Mapping[str, Any], order: Sequence[str]) -> str:
    postponed = values.get("postponed")
    if not postponed or values["state"] == "cancelled":
        return ""
    before = _local(postponed["begins"], _zone(values.get("time_zone")))
    said = in_language(_POSTPONED, order).format(when=f"{before.day}.{before.month}.{before.year} {before:%H:%M}")
    return f"{said} {in_language(postponed.get('reason'), order)}".strip()


def _programme(values: Mapping[str, Any], order: Sequence[str]) -> str:
    """A line for each session, in the event's zone; the day where it takes more than one."""
    zone = _zone(values.get("time_zone"))
    names = {speaker["id"]: speaker.get("name", "") for speaker in values.get("speakers") or []}
    sessions = values.get("sessions") or []
    several = len({_local(session["begins"], zone).date() for session in sessions}) > 1
    return "\n".join(_session(session, zone, names, several, order) for session in sessions)


def _session(
    session: Mapping[str, Any], zone: ZoneInfo, names: Mapping[str, str], several: bool, order: Sequence[str]
) -> str:
    begins, ends = _local(session["begins"], zone), _local(session["ends"], zone)
    when = f"{begins:%H:%M}-{ends:%H:%M}"
    day = f"{begins.day}.{begins.month}. " if several else ""
    who = ", ".join(names.get(identity, "") for identity in session.get("speakers") or [])
    beside = "; ".join(part for part in (who, session.get("room") or "") if part)
    return f"{day}{when} {in_language(session.get('title'), order)}{f' ({beside})' if beside else ''}"
