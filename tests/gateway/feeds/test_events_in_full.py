"""An event with programme, co-hosts and series, as API, calendar programs, search engines and feeds are given it."""

from datetime import UTC, datetime
from typing import Any

import pytest
from icalendar import Calendar

from services.contracts import identifiers
from services.contracts.envelope import Fact
from tests.gateway.read_model import samples

from .conftest import Site

BEFORE = "2027-03-01T08:00:00.000Z"


def in_full(identity: str, *, version: int = 1, **values: Any) -> Fact:
    """The sample event with what an organiser may add to it; from 10 to 13 in Helsinki."""
    found = samples.event(identity, version=version, link="https://example.org/etana")
    found.data.update(
        {
            "attendance": "hybrid",
            "speakers": [{"id": "p1", "name": "Esimerkki Puhuja", "title": "Professori", "affiliation": "GTK Mintec"}],
            "sessions": [
                {
                    "id": "s2",
                    "title": {"fi": "Esimerkkitauko"},
                    "begins": "2027-03-01T09:00:00.000Z",
                    "ends": "2027-03-01T09:30:00.000Z",
                    "room": "",
                    "speakers": [],
                },
                {
                    "id": "s1",
                    "title": {"fi": "Esimerkkiavaus", "en": "Example opening"},
                    "begins": BEFORE,
                    "ends": "2027-03-01T09:00:00.000Z",
                    "room": "Sali A",
                    "speakers": ["p1"],
                },
            ],
            "co_hosts": [],
            "series": None,
            "postponed": None,
            **values,
        }
    )
    return found


def series(identity: str, title: str, *, version: int = 1, state: str = "active") -> Fact:
    data = {
        "state": state,
        "organiser": {"kind": "region", "id": "FI1DC"},
        "title": {"fi": title},
        "summary": {},
        "themes": ["water_environment"],
        "regions": ["FI1DC"],
    }
    return samples.fact("events.series.changed", identity, data, version=version)


@pytest.fixture
def event(site: Site) -> str:
    identity = identifiers.new_id(identifiers.EVENT)
    site.apply(in_full(identity))
    return identity


def calendar_entry(site: Site, event: str, language: str = "fi") -> Any:
    body = site.get(f"/api/v1/events/{event}.ics?lang={language}").content
    (found,) = Calendar.from_ical(body).walk("VEVENT")
    return found


def test_the_programme_stands_in_the_event_in_order_and_not_in_lists(site: Site, event: str) -> None:
    found = site.get(f"/api/v1/events/{event}").json()
    assert [session["id"] for session in found["sessions"]] == ["s1", "s2"]
    assert found["speakers"][0]["name"] == "Esimerkki Puhuja"
    assert found["attendance"] == "hybrid"
    (item,) = [one for one in site.get("/api/v1/events?q=Esimerkkiavaus").json()["items"] if one["id"] == event]
    assert "sessions" not in item


def test_an_event_of_an_older_node_says_how_one_attends(site: Site) -> None:
    for link, expected in ((None, "on_site"), ("https://example.org/", "hybrid")):
        identity = identifiers.new_id(identifiers.EVENT)
        site.apply(samples.event(identity, link=link))
        found = site.get(f"/api/v1/events/{identity}").json()
        assert (found["attendance"], found["co_hosts"], found["sessions"]) == (expected, [], [])


def test_a_calendar_entry_tells_the_programme_and_where_to_take_part_from_afar(site: Site, event: str) -> None:
    entry = calendar_entry(site, event)
    lines = str(entry["DESCRIPTION"]).split("\n")
    assert "10:00-11:00 Esimerkkiavaus (Esimerkki Puhuja; Sali A)" in lines
    assert "11:00-11:30 Esimerkkitauko" in lines
    assert str(entry["CONFERENCE"]) == "https://example.org/etana"
    assert "10:00-11:00 Example opening (Esimerkki Puhuja; Sali A)" in str(
        calendar_entry(site, event, "en")["DESCRIPTION"]
    )


def test_a_page_about_an_event_on_site_is_no_place_to_take_part(site: Site) -> None:
    identity = identifiers.new_id(identifiers.EVENT)
    site.apply(in_full(identity, attendance="on_site"))
    assert "CONFERENCE" not in calendar_entry(site, identity)
    linked = site.get(f"/api/v1/events/{identity}.jsonld").json()
    assert linked["eventAttendanceMode"] == "https://schema.org/OfflineEventAttendanceMode"
    assert [place["@type"] for place in linked["location"]] == ["Place"]


def test_a_postponed_event_is_the_same_entry_at_other_dates_with_a_higher_sequence(site: Site, event: str) -> None:
    before = calendar_entry(site, event)
    postponed = {
        "since": "2027-02-01T08:00:00.000Z",
        "begins": BEFORE,
        "ends": "2027-03-01T11:00:00.000Z",
        "reason": {"fi": "Esimerkkisyy."},
    }
    moved = {"begins": "2027-04-05T07:00:00.000Z", "ends": "2027-04-05T10:00:00.000Z", "sessions": []}
    site.apply(in_full(event, version=2, postponed=postponed, **moved))
    after = calendar_entry(site, event)
    assert (after["UID"], after["STATUS"]) == (before["UID"], "CONFIRMED")
    assert after["SEQUENCE"] > before["SEQUENCE"]
    assert after["DTSTART"].dt.astimezone(UTC) == datetime(2027, 4, 5, 7, tzinfo=UTC)
    assert "Siirretty; aiempi aika oli 1.3.2027 10:00. Esimerkkisyy." in str(after["DESCRIPTION"])
    linked = site.get(f"/api/v1/events/{event}.jsonld").json()
    assert linked["eventStatus"] == "https://schema.org/EventRescheduled"
    assert linked["previousStartDate"] == "2027-03-01T10:00:00+02:00"
    atom = site.get("/api/v1/events.atom?from=2027-04-05&to=2027-04-05").text
    assert "Siirretty: Kaivosvesiseminaari (esimerkki)" in atom


def test_linked_data_names_hosts_speakers_series_and_sessions(site: Site) -> None:
    identity, co_host = identifiers.new_id(identifiers.EVENT), identifiers.new_id(identifiers.ORGANISATION)
    row = identifiers.new_id(identifiers.SERIES)
    site.apply(
        samples.organisation(co_host, "Kemin Digipolis Oy"),
        series(row, "Esimerkkisarja"),
        in_full(identity, co_hosts=[co_host], series=row),
    )
    linked = site.get(f"/api/v1/events/{identity}.jsonld").json()
    assert linked["eventAttendanceMode"] == "https://schema.org/MixedEventAttendanceMode"
    assert [host["name"][0]["@value"] for host in linked["organizer"]] == ["Pohjois-Karjala", "Kemin Digipolis Oy"]
    assert linked["performer"] == [
        {
            "@type": "Person",
            "name": "Esimerkki Puhuja",
            "jobTitle": "Professori",
            "affiliation": {"@type": "Organization", "name": "GTK Mintec"},
        }
    ]
    assert linked["superEvent"]["name"] == [{"@language": "fi", "@value": "Esimerkkisarja"}]
    assert [part["startDate"] for part in linked["subEvent"]] == [
        "2027-03-01T10:00:00+02:00",
        "2027-03-01T11:00:00+02:00",
    ]


def test_names_of_co_hosts_and_titles_of_series_follow_their_records(site: Site) -> None:
    identity, co_host = identifiers.new_id(identifiers.EVENT), identifiers.new_id(identifiers.ORGANISATION)
    row = identifiers.new_id(identifiers.SERIES)
    site.apply(in_full(identity, co_hosts=[co_host], series=row))
    found = site.get(f"/api/v1/events/{identity}").json()
    assert (found["co_host_names"], found["series_title"]) == ({co_host: {}}, {})
    site.apply(samples.organisation(co_host, "Lapin yliopisto"), series(row, "Esimerkkisarja"))
    found = site.get(f"/api/v1/events/{identity}").json()
    assert (found["co_host_names"], found["series_title"]) == (
        {co_host: {"fi": "Lapin yliopisto"}},
        {"fi": "Esimerkkisarja"},
    )
    site.apply(in_full(identity, version=2, co_hosts=[], series=row))
    assert site.get(f"/api/v1/events/{identity}").json()["co_host_names"] == {}


def test_lists_and_feeds_are_narrowed_to_a_series(site: Site) -> None:
    row, other = (identifiers.new_id(identifiers.SERIES) for _ in range(2))
    first, second, elsewhere = (identifiers.new_id(identifiers.EVENT) for _ in range(3))
    site.apply(
        series(row, "Esimerkkisarja"),
        in_full(first, series=row),
        in_full(second, series=row),
        in_full(elsewhere, series=other),
    )
    listed = site.get(f"/api/v1/events?series={row}").json()["items"]
    assert {item["id"] for item in listed} == {first, second}
    fed = Calendar.from_ical(site.get(f"/api/v1/events.ics?series={row}").content).walk("VEVENT")
    assert {str(entry["UID"]).partition("@")[0] for entry in fed} == {first, second}


def test_series_are_listed_while_they_are_open_and_found_after(site: Site) -> None:
    row = identifiers.new_id(identifiers.SERIES)
    site.apply(series(row, "Esimerkkisarja vedestä"))

    def listed(**asked: str) -> list[str]:
        query = "&".join(f"{name}={value}" for name, value in {"limit": "200", **asked}.items())
        return [item["id"] for item in site.get(f"/api/v1/series?{query}").json()["items"]]

    assert row in listed()
    assert row in listed(q="vedestä", region="FI1DC", theme="water_environment", organiser="FI1DC")
    assert row not in listed(region="FI1D7")
    site.apply(series(row, "Esimerkkisarja vedestä", version=2, state="closed"))
    assert row not in listed()
    assert row in listed(state="closed")
    assert site.get(f"/api/v1/series/{row}").json()["state"] == "closed"
    assert site.get(f"/api/v1/series/{identifiers.new_id(identifiers.SERIES)}").status_code == 404
