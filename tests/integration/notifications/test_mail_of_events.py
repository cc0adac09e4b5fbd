"""From a published event to the mail in a subscriber's hands: real broker, store, service, courier and mail server."""

from dataclasses import replace
from datetime import UTC, datetime, timedelta

import icalendar

from services.contracts import identifiers
from services.contracts.envelope import format_time
from tests.harness import until
from tests.harness.mailserver import calendar_of, html_of, text_of, token_in

from .world import World


def test_a_published_event_reaches_its_subscriber(world: World) -> None:
    reader = world.subscriber()
    event = world.event()
    event.tell()
    mail = world.letters.wait_for(reader, lambda mail: "Uusi tapahtuma" in mail["subject"])
    assert mail["subject"] == "Uusi tapahtuma: Esimerkkiseminaari rikastushiekoista"
    assert f"/fi/events/{event.id}" in text_of(mail)
    assert "Outokumpu, koetehdas, Esimerkkitie 1" in html_of(mail)
    method, content = calendar_of(mail)
    (entry,) = icalendar.Calendar.from_ical(content).walk("VEVENT")
    assert method == "PUBLISH"
    assert entry["UID"] == f"{event.id}@pohjois-karjala"
    assert entry["SEQUENCE"] == 1
    assert format_time(entry.decoded("dtstart")) == event.data["begins"]
    assert entry["DTSTART"].params["TZID"] == "Europe/Helsinki"
    assert mail["list-unsubscribe-post"] == "List-Unsubscribe=One-Click"
    assert mail["list-unsubscribe"].strip("<>").endswith("/fi/unsubscribe/" + token_in(mail, "unsubscribe"))
    assert mail["auto-submitted"] == "auto-generated"
    assert mail["list-id"]


def test_each_reads_it_in_their_own_language(world: World) -> None:
    swede, sami = world.subscriber("sv"), world.subscriber("se")
    world.event().tell()
    in_swedish = world.letters.wait_for(swede, lambda mail: "Nytt evenemang" in mail["subject"])
    assert "Du får det här meddelandet eftersom" in text_of(in_swedish)
    assert in_swedish["content-language"] == "sv"
    # There are no texts in Northern Sámi yet: the node's first language stands in.
    assert world.letters.wait_for(sami, lambda mail: "Uusi tapahtuma" in mail["subject"])["content-language"] == "fi"


def test_a_change_that_matters_is_told_with_what_it_was_before(world: World) -> None:
    reader = world.subscriber("en")
    event = world.event()
    event.tell()
    world.letters.wait_for(reader, lambda mail: "New event" in mail["subject"])
    event.tell("changed", place={"name": "Kylylahti", "address": "", "region": "FI1DC"})
    mail = world.letters.wait_for(reader, lambda mail: "Event changed" in mail["subject"])
    assert "Where: Kylylahti" in text_of(mail)
    assert "(before: Outokumpu, koetehdas, Esimerkkitie 1)" in text_of(mail)
    (entry,) = icalendar.Calendar.from_ical(calendar_of(mail)[1]).walk("VEVENT")
    assert entry["SEQUENCE"] == 2


def test_a_change_that_does_not_matter_is_not_told(world: World) -> None:
    reader = world.subscriber()
    event = world.event()
    event.tell()
    world.letters.wait_for(reader, lambda mail: "Uusi tapahtuma" in mail["subject"])
    event.tell("changed", capacity=50, description={"fi": "Tarkempi kuvaus."})
    event.tell("cancelled")
    # The next thing that is told is the cancellation: nothing came between.
    world.letters.wait_for(reader, lambda mail: "Peruttu" in mail["subject"])
    assert [mail["subject"].partition(":")[0] for mail in world.letters.to(reader)] == [
        "Vahvista tilauksesi",
        "Uusi tapahtuma",
        "Peruttu",
    ]


def test_a_cancellation_is_told_even_when_the_wishes_have_changed(world: World) -> None:
    reader = world.subscriber()
    event = world.event()
    event.tell()
    mail = world.letters.wait_for(reader, lambda mail: "Uusi tapahtuma" in mail["subject"])
    token = token_in(mail, "subscription")
    world.rpc.call("notifications.manage", {"token": token, "filter": {"themes": ["funding"]}})
    event.tell("cancelled", cancellation={"fi": "Puhuja sairastui."})
    mail = world.letters.wait_for(reader, lambda mail: "Peruttu" in mail["subject"])
    assert "Puhuja sairastui." in text_of(mail)
    assert calendar_of(mail)[0] == "CANCEL"


def test_old_and_repeated_facts_tell_nothing(world: World) -> None:
    reader = world.subscriber()
    event = world.event()
    first = event.tell()
    world.letters.wait_for(reader, lambda mail: "Uusi tapahtuma" in mail["subject"])
    second = event.tell("changed", title={"fi": "Esimerkkiseminaari sivuvirroista"})
    world.letters.wait_for(reader, lambda mail: "muuttui" in mail["subject"])
    world.facts.publish(first, second, replace(first, id=identifiers.new_id(identifiers.FACT)))
    world.event(title={"fi": "Esimerkki seuraavasta"}).tell()
    world.letters.wait_for(reader, lambda mail: "seuraavasta" in mail["subject"])
    assert len(world.letters.to(reader)) == 4


def test_an_event_that_is_over_is_not_told(world: World) -> None:
    reader = world.subscriber()
    now = datetime.now(UTC)
    over = world.event(begins=format_time(now - timedelta(days=2)), ends=format_time(now - timedelta(days=1)))
    over.tell()
    world.event(title={"fi": "Esimerkki tulevasta"}).tell()
    world.letters.wait_for(reader, lambda mail: "tulevasta" in mail["subject"])
    assert len(world.letters.to(reader)) == 2


def test_who_subscribes_later_is_not_told_of_what_stood_there_already(world: World) -> None:
    first = world.subscriber()
    event = world.event()
    event.tell()
    world.letters.wait_for(first, lambda mail: "Uusi tapahtuma" in mail["subject"])
    late = world.subscriber()
    event.tell("changed", link="https://example.org/example")
    world.letters.wait_for(first, lambda mail: "muuttui" in mail["subject"])
    world.event(title={"fi": "Esimerkki seuraavasta"}).tell()
    world.letters.wait_for(late, lambda mail: "seuraavasta" in mail["subject"])
    assert len(world.letters.to(late)) == 2


def test_a_title_cannot_forge_headers(world: World) -> None:
    reader = world.subscriber()
    world.event(title={"fi": "Esimerkki\r\nBcc: thief@example.org\r\n\r\n<b>x</b>"}).tell()
    mail = world.letters.wait_for(reader, lambda mail: "Uusi tapahtuma" in mail["subject"])
    assert mail["bcc"] is None
    assert "<b>x</b>" not in html_of(mail)
    assert until(lambda: len(world.letters.to(reader)) == 2)
