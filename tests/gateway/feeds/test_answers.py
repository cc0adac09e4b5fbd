"""Formats, languages and conditional requests of feeds and single records, over HTTP, with the broker away."""

import re
from datetime import UTC, datetime
from xml.etree import ElementTree

import pytest
from icalendar import Calendar

from services.contracts import identifiers
from tests.gateway.read_model import samples

from .conftest import Site

ATOM = "{http://www.w3.org/2005/Atom}"
RFC3339 = re.compile(r"^\d{4}-\d\d-\d\dT\d\d:\d\d:\d\d(\.\d+)?Z$")


@pytest.fixture
def event(site: Site) -> str:
    identity = identifiers.new_id(identifiers.EVENT)
    site.apply(samples.event(identity))
    return identity


def test_an_event_is_given_as_json_linked_data_and_calendar(site: Site, event: str) -> None:
    plain = site.get(f"/api/v1/events/{event}")
    assert plain.json()["description"] == {"fi": "Ohjelma ja puhujat."}
    assert plain.json()["places"]["left"] == 40
    for answer in (
        site.get(f"/api/v1/events/{event}.jsonld"),
        site.get(f"/api/v1/events/{event}", Accept="application/ld+json"),
    ):
        assert answer.headers["Content-Type"] == "application/ld+json"
        linked = answer.json()
        assert (linked["@context"], linked["@type"]) == ("https://schema.org", "Event")
        assert linked["startDate"] == "2027-03-01T10:00:00+02:00"
        assert linked["eventStatus"] == "https://schema.org/EventScheduled"
        assert {"@language": "en", "@value": "Mine water seminar (example)"} in linked["name"]
        assert linked["remainingAttendeeCapacity"] == 40
    for answer in (
        site.get(f"/api/v1/events/{event}.ics"),
        site.get(f"/api/v1/events/{event}", Accept="text/calendar"),
    ):
        assert answer.headers["Content-Type"] == "text/calendar; charset=utf-8"
        assert [str(found["UID"]) for found in Calendar.from_ical(answer.content).walk("VEVENT")] == [
            f"{event}@pohjois-karjala"
        ]
    assert site.get(f"/api/v1/events/{event}", Accept="image/png").status_code == 406


def test_an_organisation_is_given_as_linked_data(site: Site) -> None:
    identity = identifiers.new_id(identifiers.ORGANISATION)
    site.apply(
        samples.organisation(
            identity, "Lapin yliopisto", kind="education", identifiers=[{"scheme": "y-tunnus", "value": "0292800-5"}]
        )
    )
    linked = site.get(f"/api/v1/organisations/{identity}.jsonld").json()
    assert linked["@type"] == "EducationalOrganization"
    assert linked["identifier"] == [{"@type": "PropertyValue", "propertyID": "y-tunnus", "value": "0292800-5"}]


def test_what_a_client_has_is_not_sent_again_until_it_changes(site: Site, event: str) -> None:
    for path in (
        f"/api/v1/events/{event}",
        f"/api/v1/events/{event}.ics",
        f"/api/v1/events/{event}.jsonld",
        "/api/v1/events?from=2027-01-01",
        "/api/v1/events.ics?from=2027-01-01",
        "/api/v1/events.atom?from=2027-01-01",
        "/api/v1/vocabularies",
    ):
        first = site.get(path)
        again = site.get(path, **{"If-None-Match": first.headers["ETag"]})
        assert (again.status_code, again.content) == (304, b""), path
        weak = site.get(path, **{"If-None-Match": f'"other", W/{first.headers["ETag"]}'})
        assert weak.status_code == 304, path
    before = site.get(f"/api/v1/events/{event}").headers["ETag"]
    site.apply(samples.places(event, 5))
    changed = site.get(f"/api/v1/events/{event}", **{"If-None-Match": before})
    assert changed.status_code == 200
    assert changed.json()["places"]["left"] == 35
    assert changed.headers["ETag"].split(".")[0] == before.split(".")[0] == '"1-1'


def test_feeds_know_since_when_nothing_changed(site: Site, event: str) -> None:
    first = site.get("/api/v1/events.ics")
    assert site.get("/api/v1/events.ics", **{"If-Modified-Since": first.headers["Last-Modified"]}).status_code == 304
    old = "Mon, 02 Nov 2020 08:00:00 GMT"
    assert site.get("/api/v1/events.ics", **{"If-Modified-Since": old}).status_code == 200


def test_the_language_is_that_of_the_parameter_or_the_browser_or_the_node(site: Site, event: str) -> None:
    def title(query: str = "", **headers: str) -> str:
        calendar = Calendar.from_ical(site.get(f"/api/v1/events/{event}.ics{query}", **headers).content)
        return str(calendar.walk("VEVENT")[0]["SUMMARY"])

    assert title("?lang=en") == "Mine water seminar (example)"
    assert title(**{"Accept-Language": "de, en-GB;q=0.8, fi;q=0.5"}) == "Mine water seminar (example)"
    assert title(**{"Accept-Language": "en;q=0, de"}) == "Kaivosvesiseminaari (esimerkki)"
    assert title("?lang=fi", **{"Accept-Language": "en"}) == "Kaivosvesiseminaari (esimerkki)"


def test_atom_feeds_are_valid(site: Site) -> None:
    consortium, news = identifiers.new_id(identifiers.CONSORTIUM), identifiers.new_id(identifiers.NEWS)
    event = identifiers.new_id(identifiers.EVENT)
    site.apply(samples.news(news, consortium), samples.event(event, state="cancelled", summary={"fi": "\x0b<&>\uffff"}))
    for path in (f"/api/v1/news.atom?consortium={consortium}", "/api/v1/events.atom?from=2027-01-01&lang=sv"):
        answer = site.get(path)
        assert answer.headers["Content-Type"] == "application/atom+xml; charset=utf-8"
        feed = ElementTree.fromstring(answer.content)
        ids = [feed.findtext(f"{ATOM}id")]
        assert RFC3339.match(feed.findtext(f"{ATOM}updated") or "")
        assert feed.findtext(f"{ATOM}title")
        assert feed.findtext(f"{ATOM}author/{ATOM}name")
        assert any(link.get("rel") == "self" for link in feed.findall(f"{ATOM}link"))
        entries = feed.findall(f"{ATOM}entry")
        assert entries
        for entry in entries:
            ids.append(entry.findtext(f"{ATOM}id"))
            assert entry.findtext(f"{ATOM}title")
            assert RFC3339.match(entry.findtext(f"{ATOM}updated") or "")
            assert entry.find(f"{ATOM}link") is not None or entry.find(f"{ATOM}content") is not None
        assert all(re.match(r"^urn:uuid:[0-9a-f-]{36}$", str(identity)) for identity in ids)
        assert len(set(ids)) == len(ids)
    entry = ElementTree.fromstring(site.get(f"/api/v1/news.atom?consortium={consortium}").content).find(f"{ATOM}entry")
    assert entry is not None
    assert entry.findtext(f"{ATOM}content") == "Muistio on luettavissa <pöytäkirjoista> & liitteistä."


def test_news_comes_newest_first_and_withdrawn_news_is_gone(site: Site) -> None:
    consortium = identifiers.new_id(identifiers.CONSORTIUM)
    old, new, gone = (identifiers.new_id(identifiers.NEWS) for _ in range(3))
    site.apply(*(samples.news(identity, consortium) for identity in (old, new, gone)))
    site.apply(samples.news(gone, consortium, version=2, state="withdrawn"))
    items = site.get(f"/api/v1/news?consortium={consortium}&limit=1").json()
    following = site.get(items["next"]).json()
    assert [item["id"] for item in items["items"] + following["items"]] == [new, old]
    assert following["next"] is None
    assert site.get(f"/api/v1/news/{gone}").status_code == 404
    assert "body" in site.get(f"/api/v1/news/{old}").json()


def test_the_node_and_its_words_are_told(site: Site) -> None:
    node = site.get("/api/v1/node").json()
    assert node["slug"] == "pohjois-karjala"
    assert node["regions"] == [
        {"code": "FI1DC", "name": {"fi": "Pohjois-Karjala", "sv": "Norra Karelen", "en": "North Karelia"}}
    ]
    assert site.get("/api/v1/vocabularies").json()["themes"]["funding"]["sv"] == "Finansiering och utlysningar"


def test_events_that_are_over_are_left_out_unless_asked_for(site: Site) -> None:
    past = identifiers.new_id(identifiers.EVENT)
    site.apply(samples.event(past, begins=datetime(2021, 3, 1, 8, tzinfo=UTC), title={"fi": "Menneisyys (esimerkki)"}))
    assert site.get("/api/v1/events?q=menneisyys").json()["items"] == []
    found = site.get("/api/v1/events?q=menneisyys&from=2021-03-01&to=2021-03-01").json()["items"]
    assert [item["id"] for item in found] == [past]
