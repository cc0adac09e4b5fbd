"""Every filter means the same in the list, the calendar, the Atom feed; and what is asked is never an operator."""

import re
from datetime import UTC, datetime, timedelta
from typing import Any
from xml.etree import ElementTree

import pytest
from icalendar import Calendar

from services.contracts import identifiers
from tests.gateway.read_model import samples

from .conftest import Site

ATOM = "{http://www.w3.org/2005/Atom}"
# fixed: they are in the parameters below, which every worker of a test run must see alike
HOST = "act_01m8161yy2emcr2st9y794e4rf"
CONSORTIUM = "con_01m8161yy2emcr2st9y830jnej"
START = datetime(2027, 5, 3, 6, tzinfo=UTC)


@pytest.fixture(scope="module")
def events(site: Site) -> list[str]:
    """Ids of twelve events that differ in everything that can be filtered by."""
    ids = [identifiers.new_id(identifiers.EVENT) for _ in range(12)]
    site.apply(samples.organisation(HOST, "Geologian tutkimuskeskus GTK"), samples.consortium(CONSORTIUM))
    site.apply(
        *(
            samples.event(
                identity,
                [HOST, CONSORTIUM, "FI1D7"][number % 3],
                begins=START + timedelta(days=number),
                regions=[["FI1DC"], ["FI1D7"], ["FI1DC", "FI1D8"], ["FI1D9"]][number % 4],
                themes=[["skills"], ["funding", "skills"], ["extraction"]][number % 3],
                state="cancelled" if number % 5 == 4 else "published",
                title={"fi": f"Filtteripäivä {number} (esimerkki)"},
            )
            for number, identity in enumerate(ids)
        )
    )
    return ids


FILTERS = [
    "",
    "region=FI1DC",
    "region=FI1DC,FI1D9",
    "region=FI1D7&region=FI1D8&theme=skills",
    "theme=funding",
    f"organiser={HOST}",
    "organiser=FI1D7&state=published",
    f"consortium={CONSORTIUM}",
    "state=cancelled",
    "to=2027-05-06",
    "from=2027-05-06T12:00:00%2B03:00&to=2027-05-08",
    "from=2027-05-06T12:00:00+03:00",
    "region=FI1D5",
    "q=filtteripaiva+GTK",
]


@pytest.mark.parametrize("query", FILTERS)
def test_list_calendar_and_atom_hold_the_same_events(site: Site, events: list[str], query: str) -> None:
    words = "" if "q=" in query else "q=filtteripäivä&"
    span = "" if "from=" in query else "&from=2027-05-01"
    asked = f"{words}{query}{span}"
    listed = site.get(f"/api/v1/events?{asked}&limit=200")
    assert listed.status_code == 200, listed.text
    ids = [item["id"] for item in listed.json()["items"]]
    assert set(ids) <= set(events)
    calendar = site.get(f"/api/v1/events.ics?{asked}")
    uids = [str(event["UID"]).partition("@")[0] for event in Calendar.from_ical(calendar.content).walk("VEVENT")]
    feed = ElementTree.fromstring(site.get(f"/api/v1/events.atom?{asked}").content)
    pages = [entry.find(f"{ATOM}link").get("href").rpartition("/")[2] for entry in feed.iter(f"{ATOM}entry")]  # type: ignore[union-attr]
    assert uids == pages == ids
    assert ids == [identity for number, identity in enumerate(events) if expected(number, query)]


def expected(number: int, query: str) -> bool:
    """The filters once more, over what the fixture made; in the plainest way."""
    organiser = [HOST, CONSORTIUM, "FI1D7"][number % 3]
    regions = [{"FI1DC"}, {"FI1D7"}, {"FI1DC", "FI1D8"}, {"FI1D9"}][number % 4]
    themes = [{"skills"}, {"funding", "skills"}, {"extraction"}][number % 3]
    begins = START + timedelta(days=number)
    given: dict[str, set[str]] = {}
    for name, value in re.findall(r"(\w+)=([^&]+)", query):
        given.setdefault(name, set()).update(value.split(","))
    if "from" in given and begins + timedelta(hours=3) < datetime(2027, 5, 6, 9, tzinfo=UTC):
        return False
    if "to" in given and begins >= datetime(2027, 5, 6 if given["to"] == {"2027-05-06"} else 8, 21, tzinfo=UTC):
        return False
    return (
        (not given.get("region") or bool(given["region"] & regions))
        and (not given.get("theme") or bool(given["theme"] & themes))
        and (not given.get("organiser") or organiser in given["organiser"])
        and (not given.get("consortium") or organiser in given["consortium"])
        and (not given.get("state") or ("cancelled" if number % 5 == 4 else "published") in given["state"])
        and ("q" not in given or organiser == HOST)
    )


def test_pages_follow_one_another_while_events_are_added(site: Site, events: list[str]) -> None:
    address: str | None = "/api/v1/events?q=filtteripäivä&from=2027-05-01&limit=5"
    seen: list[str] = []
    rounds = 0
    while address is not None:
        page = site.get(address).json()
        seen += [item["id"] for item in page["items"]]
        address = page["next"]
        site.apply(
            samples.event(
                identifiers.new_id(identifiers.EVENT),
                begins=datetime(2027, 5, 2, rounds, tzinfo=UTC),
                title={"fi": "Filtteripäivä ennen (esimerkki)"},
                state="cancelled",
            )
        )
        rounds += 1
    assert rounds == 3
    assert seen == events


@pytest.mark.parametrize(
    "query",
    [
        '"',
        "*",
        "AND",
        "filtteripäivä OR",
        "NEAR(a b)",
        "words:kaivos",
        "a^b",
        "'; DROP TABLE shown; --",
        "-",
        "(",
    ],
)
def test_what_is_typed_is_never_an_operator(site: Site, events: list[str], query: str) -> None:
    answer = site.get(f"/api/v1/events?{_encoded(query)}&from=2027-05-01")
    assert answer.status_code == 200, answer.text
    assert answer.json()["items"] == []


def _encoded(words: str) -> str:
    from urllib.parse import urlencode

    return urlencode({"q": words})


@pytest.mark.parametrize(
    ("query", "parameter"),
    [
        ("theme=gold", "theme"),
        ("region=Joensuu", "region"),
        ("from=tomorrow", "from"),
        ("limit=0", "limit"),
        ("limit=201", "limit"),
        ("cursor=abc", "cursor"),
        ("consortium=evt_1", "consortium"),
        ("regoin=FI1DC", "regoin"),
    ],
)
def test_a_wrong_parameter_is_named(site: Site, query: str, parameter: str) -> None:
    answer = site.get(f"/api/v1/events?{query}")
    assert answer.status_code == 400
    assert [error["parameter"] for error in answer.json()["errors"]] == [parameter]


def test_all_wrong_parameters_are_told_at_once_and_a_misspelt_one_with_those_that_there_are(site: Site) -> None:
    answer = site.get("/api/v1/news?regoin=FI1DC&theme=none&q=a&q=b&limit=0")
    told = {error["parameter"]: error["message"] for error in answer.json()["errors"]}
    assert answer.status_code == 400
    assert told.keys() == {"regoin", "theme", "q", "limit"}
    names = "q, region, theme, consortium, working_group, limit, cursor, sort"
    listed = told["regoin"].removeprefix("There is no such parameter. There are: ").removesuffix(".")
    assert sorted(listed.split(", ")) == sorted(names.split(", "))
    assert "from, " in site.get("/api/v1/events?form=2027-01-01").json()["errors"][0]["message"]


def test_organisations_are_found_by_words_region_kind_and_competence(site: Site) -> None:
    mintec, digipolis = (identifiers.new_id(identifiers.ORGANISATION) for _ in range(2))
    site.apply(
        samples.organisation(
            mintec,
            "GTK Mintec",
            kind="research",
            places=["Outokumpu"],
            competences=["processing.equipment"],
            identifiers=[{"scheme": "y-tunnus", "value": "0244680-7"}],
        ),
        samples.organisation(digipolis, "Kemin Digipolis Oy", regions=["FI1D7"], places=["Kemi"]),
    )

    def found(query: str) -> list[str]:
        answer = site.get(f"/api/v1/organisations?{query}")
        assert answer.status_code == 200, answer.text
        return [item["id"] for item in answer.json()["items"] if item["id"] in (mintec, digipolis)]

    assert found("q=MINTEC") == [mintec]
    assert found("q=outok") == [mintec]
    assert found("q=0244680-7") == [mintec]
    assert found("region=FI1D7") == [digipolis]
    assert found("kind=research") == [mintec]
    assert found("competence=processing.equipment") == [mintec]
    assert found("competence=processing") == [mintec]
    assert found("competence=training") == []
    assert found("") == [mintec, digipolis]


def test_members_are_listed_with_their_names_and_ended_ones_on_request(site: Site) -> None:
    consortium = identifiers.new_id(identifiers.CONSORTIUM)
    one, other = (identifiers.new_id(identifiers.ORGANISATION) for _ in range(2))
    first, second = (identifiers.new_id(identifiers.MEMBERSHIP) for _ in range(2))
    site.apply(
        samples.consortium(consortium),
        samples.membership(first, consortium, one),
        samples.membership(second, consortium, other, state="ended"),
        samples.organisation(one, "Lapin yliopisto"),
        samples.organisation(other, "Josek Oy"),
    )
    members: list[dict[str, Any]] = site.get(f"/api/v1/consortia/{consortium}/members").json()["items"]
    assert [(member["id"], member["organisation_name"]) for member in members] == [(first, {"fi": "Lapin yliopisto"})]
    ended = site.get(f"/api/v1/consortia/{consortium}/members?state=ended,active").json()["items"]
    assert [member["id"] for member in ended] == [second, first]
    assert site.get(f"/api/v1/consortia/{identifiers.new_id('con')}/members").status_code == 404
