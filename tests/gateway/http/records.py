"""Records as services answer with them, and their facts. Made up; sample events say so in their titles."""

from datetime import UTC, datetime, timedelta
from typing import Any

from services.contracts import identifiers
from services.contracts.envelope import Fact, Visibility, format_time

HOME = "pohjois-karjala"
NOW = datetime.now(UTC).replace(microsecond=0)


def record(kind: str, *, version: int = 1, identity: str | None = None, **values: Any) -> dict[str, Any]:
    return {
        "id": identity or identifiers.new_id(kind),
        "home": HOME,
        "incarnation": 1,
        "version": version,
        "created": format_time(NOW),
        "changed": format_time(NOW),
        **values,
    }


def event(**values: Any) -> dict[str, Any]:
    """A published seminar in eight days."""
    begins = NOW + timedelta(days=8)
    return record(
        identifiers.EVENT,
        **{
            "state": "published",
            "organiser": {"kind": "region", "id": "FI1DC"},
            "title": {"fi": "Sivuvirtaseminaari (esimerkki)", "en": "Side stream seminar (example)"},
            "summary": {"fi": "Rikastushiekan uudet käyttötavat."},
            "description": {"fi": "Ensimmäinen kappale.\n\nToinen <kappale>."},
            "begins": format_time(begins),
            "ends": format_time(begins + timedelta(hours=6)),
            "time_zone": "Europe/Helsinki",
            "place": {"name": "GTK Mintec, Outokumpu", "address": "", "region": "FI1DC"},
            "link": None,
            "themes": ["side_streams"],
            "regions": ["FI1DC"],
            "languages": ["fi"],
            "audience": {"kind": "public", "ids": []},
            "capacity": 40,
            "sign_up_closes": format_time(begins - timedelta(days=1)),
            "cancellation": {},
            **values,
        },
    )


def draft(**values: Any) -> dict[str, Any]:
    return event(state="draft", **values)


def draft_arguments() -> dict[str, Any]:
    """What a partner sends to draft a seminar."""
    begins = NOW + timedelta(days=30)
    return {
        "organiser": {"kind": "region", "id": "FI1DC"},
        "title": {"fi": "Seminaari (esimerkki)"},
        "begins": format_time(begins),
        "ends": format_time(begins + timedelta(hours=2)),
    }


def news(**values: Any) -> dict[str, Any]:
    return record(
        identifiers.NEWS,
        **{
            "state": "posted",
            "target": {"kind": "region", "id": "FI1DC"},
            "consortium": None,
            "title": {"fi": "Uutinen (esimerkki)"},
            "body": {"fi": "Ensimmäinen rivi\ntoinen rivi."},
            "themes": ["training"],
            "regions": ["FI1DC"],
            "audience": "public",
            "link": "https://example.org/lisaa",
            **values,
        },
    )


def subscription(state: str = "pending", **values: Any) -> dict[str, Any]:
    return {
        "id": identifiers.new_id(identifiers.SUBSCRIPTION),
        "state": state,
        "email": "lukija@example.org",
        "account": None,
        "language": "fi",
        "filter": {
            "everything": False,
            "regions": ["FI1DC"],
            "themes": ["side_streams"],
            "consortia": [],
            "working_groups": [],
        },
        "version": 1,
        "consented": None,
        **values,
    }


def fact(fact_type: str, data: dict[str, Any], visibility: Visibility = "public") -> Fact:
    """The fact that carries a record."""
    return Fact(
        id=identifiers.new_id(identifiers.FACT),
        type=fact_type,
        visibility=visibility,
        home=data["home"],
        subject=data["id"],
        incarnation=data["incarnation"],
        version=data["version"],
        time=NOW,
        data=data,
        correlation_id="test",
        causation_id="test",
        sequence=1,
    )
