"""Records as facts carry them, for tests of the read model. Made-up events say so in their titles."""

from datetime import UTC, datetime, timedelta
from typing import Any

from gateway.read_model.records import Record, record_of_fact
from services.contracts import identifiers
from services.contracts.envelope import Fact, Visibility, format_time

HOME = "pohjois-karjala"
START = datetime(2026, 11, 1, 8, tzinfo=UTC)


def fact(
    fact_type: str,
    subject: str,
    data: dict[str, Any],
    *,
    version: int = 1,
    incarnation: int = 1,
    home: str = HOME,
    visibility: Visibility = "public",
) -> Fact:
    """A fact with the whole record; `data` is what it has beyond its age."""
    changed = START + timedelta(minutes=version)
    record = {
        "id": subject,
        "home": home,
        "incarnation": incarnation,
        "version": version,
        "created": format_time(START),
        "changed": format_time(changed),
        **data,
    }
    return Fact(
        id=identifiers.new_id(identifiers.FACT),
        type=fact_type,
        visibility=visibility,
        home=home,
        subject=subject,
        incarnation=incarnation,
        version=version,
        time=changed,
        data=record,
        correlation_id="test",
        causation_id="test",
        sequence=1,
    )


def taken(found: Fact) -> tuple[Fact, Record]:
    """A fact with its record, as the projection takes it."""
    record = record_of_fact(found)
    assert record is not None
    return found, record


def organisation(identity: str, name: str = "Business Joensuu Oy", **rest: Any) -> Fact:
    data = {
        "state": rest.pop("state", "admitted"),
        "name": {"fi": name},
        "kind": rest.pop("kind", "development_company"),
        "regions": rest.pop("regions", ["FI1DC"]),
        "places": rest.pop("places", ["Joensuu"]),
        "identifiers": rest.pop("identifiers", []),
        "competences": rest.pop("competences", []),
        "summary": {},
        "website": None,
        "nuts_version": 2024,
    }
    return fact("actors.organisation.registered", identity, data, **rest)


def event(identity: str, organiser: str = "FI1DC", **rest: Any) -> Fact:
    kinds = {"act": "organisation", "con": "consortium"}
    begins = rest.pop("begins", datetime(2027, 3, 1, 8, tzinfo=UTC))
    ends = rest.pop("ends", begins + timedelta(hours=3))
    data = {
        "state": rest.pop("state", "published"),
        "organiser": {"kind": kinds.get(organiser[:3], "region"), "id": organiser},
        "title": rest.pop("title", {"fi": "Kaivosvesiseminaari (esimerkki)", "en": "Mine water seminar (example)"}),
        "summary": rest.pop("summary", {"fi": "Vesienhallinta rikastamolla."}),
        "description": rest.pop("description", {"fi": "Ohjelma ja puhujat."}),
        "begins": format_time(begins),
        "ends": format_time(ends),
        "time_zone": rest.pop("time_zone", "Europe/Helsinki"),
        "place": rest.pop("place", {"name": "Tiedepuisto", "address": "Länsikatu 15, Joensuu", "region": "FI1DC"}),
        "link": rest.pop("link", None),
        "themes": rest.pop("themes", ["water_environment"]),
        "regions": rest.pop("regions", ["FI1DC"]),
        "languages": ["fi"],
        "audience": {"kind": "public", "ids": []},
        "capacity": rest.pop("capacity", 40),
        "sign_up_closes": None,
        "cancellation": rest.pop("cancellation", {}),
    }
    return fact(rest.pop("fact_type", "events.event.published"), identity, data, **rest)


def withdrawn(identity: str, **rest: Any) -> Fact:
    return fact("events.event.withdrawn", identity, {"state": "withdrawn"}, **rest)


def places(identity: str, confirmed: int, waiting: int = 0, capacity: int | None = 40, **rest: Any) -> Fact:
    data = {"state": "counted", "capacity": capacity, "confirmed": confirmed, "waiting": waiting}
    return fact("events.places.changed", identity, data, **rest)


def consortium(identity: str, name: str = "S3P Mining Industry", **rest: Any) -> Fact:
    data = {
        "state": rest.pop("state", "active"),
        "name": {"en": name},
        "kind": "consortium",
        "summary": {},
        "regions": ["FI1DC", "FI1D7"],
        "themes": ["eu_cooperation"],
        "website": None,
    }
    return fact("consortium.consortium.founded", identity, data, **rest)


def membership(identity: str, consortium_id: str, organisation_id: str, **rest: Any) -> Fact:
    data = {
        "state": rest.pop("state", "active"),
        "consortium": consortium_id,
        "organisation": organisation_id,
        "roles": [{"role": "partner", "since": "2026-01-01", "until": None}],
    }
    return fact("consortium.membership.started", identity, data, **rest)


def news(identity: str, consortium_id: str, **rest: Any) -> Fact:
    data = {
        "state": rest.pop("state", "posted"),
        "target": {"kind": "consortium", "id": consortium_id},
        "consortium": consortium_id,
        "title": rest.pop("title", {"fi": "Työryhmä kokoontui (esimerkki)"}),
        "body": {"fi": "Muistio on luettavissa <pöytäkirjoista> & liitteistä."},
        "themes": ["funding"],
        "regions": ["FI1DC"],
        "audience": "public",
        "link": None,
    }
    return fact("consortium.news.posted", identity, data, **rest)


def session(identity: str, digest: str, **rest: Any) -> Fact:
    data = {
        "state": rest.pop("state", "open"),
        "account": identifiers.new_id(identifiers.ACCOUNT),
        "hash": digest,
        "expires": rest.pop("expires", "2090-01-01T00:00:00.000Z"),
    }
    return fact("actors.session.opened", identity, data, visibility="node", **rest)


def key(identity: str, digest: str, **rest: Any) -> Fact:
    data = {
        "state": rest.pop("state", "issued"),
        "account": identifiers.new_id(identifiers.ACCOUNT),
        "name": "calendar import",
        "hash": digest,
        "scopes": ["read", "events"],
        "expires": "2090-01-01T00:00:00.000Z",
    }
    return fact("actors.key.issued", identity, data, visibility="node", **rest)
