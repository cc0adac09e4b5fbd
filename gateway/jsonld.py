"""Events and organisations as JSON-LD with the words of schema.org, for search engines and other portals."""

from collections.abc import Mapping, Sequence
from typing import Any, Final
from zoneinfo import ZoneInfo, ZoneInfoNotFoundError

from services.contracts import vocabularies
from services.contracts.envelope import parse_time

CONTEXT: Final = "https://schema.org"
_TYPES: Final = {
    "company": "Corporation",
    "research": "ResearchOrganization",
    "education": "EducationalOrganization",
    "municipality": "GovernmentOrganization",
    "regional_council": "GovernmentOrganization",
    "authority": "GovernmentOrganization",
}


def organisation(values: Mapping[str, Any], languages: Sequence[str], public_url: str) -> dict[str, Any]:
    """values: the organisation's JSON. languages: the node's, the first one gives `name` where one text is needed."""
    identifiers = values.get("identifiers") or []
    linked: dict[str, Any] = {
        "@context": CONTEXT,
        "@type": _TYPES.get(values.get("kind") or "", "Organization"),
        "@id": f"{public_url}/api/v1/organisations/{values['id']}",
        "name": _texts(values.get("name"), languages),
        "description": _texts(values.get("summary"), languages),
        "url": values.get("website"),
        "location": [{"@type": "Place", "name": name} for name in values.get("places") or []],
        "areaServed": [_region(code, languages) for code in values.get("regions") or []],
        "knowsAbout": _labels(values.get("competences"), vocabularies.COMPETENCES, languages),
        "identifier": [
            {"@type": "PropertyValue", "propertyID": entry.get("scheme"), "value": entry.get("value")}
            for entry in identifiers
        ],
        "vatID": next((entry["value"] for entry in identifiers if entry.get("scheme") == "vat"), None),
        "sameAs": [f"https://ror.org/{entry['value']}" for entry in identifiers if entry.get("scheme") == "ror"],
        "dateModified": values.get("changed"),
    }
    return _without_empty(linked)


def event(values: Mapping[str, Any], languages: Sequence[str], public_url: str) -> dict[str, Any]:
    """values: the event's JSON, with its places and organiser's name."""
    language = languages[0] if languages else "fi"
    linked: dict[str, Any] = {
        "@context": CONTEXT,
        "@type": "Event",
        "@id": f"{public_url}/api/v1/events/{values['id']}",
        "url": f"{public_url}/{language}/events/{values['id']}",
        "name": _texts(values.get("title"), languages),
        "description": _texts(values.get("description") or values.get("summary"), languages),
        "startDate": _local(values["begins"], values.get("time_zone")),
        "endDate": _local(values["ends"], values.get("time_zone")),
        "eventStatus": f"{CONTEXT}/{_status(values)}",
        "previousStartDate": _previous_start(values),
        "eventAttendanceMode": f"{CONTEXT}/{_attendance(values)}",
        "location": _locations(values),
        "organizer": _hosts(values, languages, public_url),
        "performer": [_performer(speaker, public_url) for speaker in values.get("speakers") or []],
        "superEvent": _series(values, languages, public_url),
        "subEvent": [_session(session, values, languages) for session in values.get("sessions") or []],
        "keywords": _labels(values.get("themes"), vocabularies.THEMES, languages),
        "inLanguage": list(values.get("languages") or []),
        "dateModified": values.get("changed"),
    }
    places = values.get("places") or {}
    if places.get("capacity") is not None:
        linked["maximumAttendeeCapacity"] = places["capacity"]
        linked["remainingAttendeeCapacity"] = places["left"]
    return _without_empty(linked)


def _status(values: Mapping[str, Any]) -> str:
    if values.get("state") == "cancelled":
        return "EventCancelled"
    # schema.org's EventPostponed is for an event without new dates; ours has them
    return "EventRescheduled" if values.get("postponed") else "EventScheduled"


def _previous_start(values: Mapping[str, Any]) -> str | None:
    postponed = values.get("postponed")
    return _local(postponed["begins"], values.get("time_zone")) if postponed else None


def _performer(speaker: Mapping[str, Any], public_url: str) -> dict[str, Any]:
    organisation = speaker.get("organisation")
    affiliation = {
        "@type": "Organization",
        "name": speaker.get("affiliation"),
        "@id": f"{public_url}/api/v1/organisations/{organisation}" if organisation else None,
    }
    known = _without_empty(affiliation)
    return _without_empty(
        {
            "@type": "Person",
            "name": speaker.get("name"),
            "jobTitle": speaker.get("title"),
            "affiliation": known if len(known) > 1 else None,
        }
    )


def _series(values: Mapping[str, Any], languages: Sequence[str], public_url: str) -> dict[str, Any] | None:
    if not values.get("series"):
        return None
    linked = {
        "@type": "EventSeries",
        "@id": f"{public_url}/api/v1/series/{values['series']}",
        "name": _texts(values.get("series_title"), languages),
    }
    return _without_empty(linked)


def _session(session: Mapping[str, Any], values: Mapping[str, Any], languages: Sequence[str]) -> dict[str, Any]:
    names = {speaker["id"]: speaker.get("name") for speaker in values.get("speakers") or []}
    return _without_empty(
        {
            "@type": "Event",
            "name": _texts(session.get("title"), languages),
            "startDate": _local(session["begins"], values.get("time_zone")),
            "endDate": _local(session["ends"], values.get("time_zone")),
            "location": {"@type": "Place", "name": session["room"]} if session.get("room") else None,
            "performer": [
                {"@type": "Person", "name": names[identity]}
                for identity in session.get("speakers") or []
                if names.get(identity)
            ],
        }
    )


def _hosts(values: Mapping[str, Any], languages: Sequence[str], public_url: str) -> Any:
    """The organiser alone as an object; with co-hosts a list, the organiser first."""
    names = values.get("co_host_names") or {}
    co_hosts = [
        _without_empty(
            {
                "@type": "Organization",
                "name": _texts(names.get(identity), languages),
                "@id": f"{public_url}/api/v1/organisations/{identity}",
            }
        )
        for identity in values.get("co_hosts") or []
    ]
    organiser = _organiser(values, languages, public_url)
    return [organiser, *co_hosts] if co_hosts else organiser


def _organiser(values: Mapping[str, Any], languages: Sequence[str], public_url: str) -> dict[str, Any]:
    organiser = values.get("organiser") or {}
    linked: dict[str, Any] = {"@type": "Organization", "name": _texts(values.get("organiser_name"), languages)}
    if organiser.get("kind") == "organisation":
        linked["@id"] = f"{public_url}/api/v1/organisations/{organiser['id']}"
    elif organiser.get("kind") == "consortium":
        linked["@id"] = f"{public_url}/api/v1/consortia/{organiser['id']}"
    return _without_empty(linked)


def _locations(values: Mapping[str, Any]) -> list[dict[str, Any]]:
    found: list[dict[str, Any]] = []
    place = values.get("place")
    if place:
        found.append(_without_empty({"@type": "Place", "name": place.get("name"), "address": place.get("address")}))
    if values.get("link") and values.get("attendance") != "on_site":
        found.append({"@type": "VirtualLocation", "url": values["link"]})
    return found


def _attendance(values: Mapping[str, Any]) -> str:
    modes = {"online": "OnlineEventAttendanceMode", "hybrid": "MixedEventAttendanceMode"}
    return modes.get(values.get("attendance") or "", "OfflineEventAttendanceMode")


def _region(code: str, languages: Sequence[str]) -> dict[str, Any]:
    name = _texts(vocabularies.REGIONS.get(code, {}), languages) or code
    return {
        "@type": "AdministrativeArea",
        "name": name,
        "identifier": {"@type": "PropertyValue", "propertyID": f"NUTS {vocabularies.NUTS_VERSION}", "value": code},
    }


def _texts(texts: Mapping[str, str] | None, languages: Sequence[str]) -> Any:
    """Language-tagged texts, those in the node's languages first."""
    found = {language: (texts or {})[language] for language in languages if (texts or {}).get(language)}
    found |= {language: text for language, text in (texts or {}).items() if text and language not in found}
    return [{"@language": language, "@value": text} for language, text in found.items()]


def _labels(
    codes: Sequence[str] | None, vocabulary: Mapping[str, Mapping[str, str]], languages: Sequence[str]
) -> list[Any]:
    """Every label of each code in its language; the code itself when the vocabulary lacks it."""
    return [text for code in codes or [] for text in _texts(vocabulary.get(code, {}), languages) or [code]]


def _local(moment: str, zone: str | None) -> str:
    try:
        return parse_time(moment).astimezone(ZoneInfo(zone or "Europe/Helsinki")).isoformat(timespec="seconds")
    except (ZoneInfoNotFoundError, ValueError, OSError):
        return moment


def _without_empty(linked: dict[str, Any]) -> dict[str, Any]:
    return {name: value for name, value in linked.items() if value not in (None, "", [], {})}
